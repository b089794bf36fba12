/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Text built into a caller's buffer: always terminated, cut with "..." when it does not fit. */
#include <stddef.h>
#include "base_span.h"

struct base_text {
    char *buf;
    size_t cap; /* > 3 */
    size_t len; /* without NUL */
};

/* Starts an empty text in buf. */
struct base_text base_text(char *buf, size_t cap);

/* Appends as printf does. */
__attribute__((format(printf, 2, 3))) void base_text_add(struct base_text *t, const char *format, ...);

/* Appends bytes that a peer chose: printable ASCII as is, except quote and backslash; the rest as \xNN. */
void base_text_add_escaped(struct base_text *t, struct base_span bytes);

/* Appends text for a manual page (roff): what would be a command there is read as it stands. */
void base_text_add_roff(struct base_text *t, const char *text);

/* Appends lower-case hexadecimal. */
void base_text_add_hex(struct base_text *t, struct base_span bytes);
