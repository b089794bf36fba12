/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A whole file in memory, and the judgement of who else may read or change one that holds a secret. Blocks on
 * the disk. Thread: any but a worker's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_text.h"

/* Bytes of a file. Owned by whoever read it: base_file_free(). */
struct base_file {
    uint8_t *bytes;
    size_t len;
    bool is_secret; /* they are of base_secret_new() */
};

/*
 * Reads a plain file of at most max bytes. is_secret: it is refused when others than its owner (root, or who
 * asks) may change it or every user may read it, and its bytes are kept as secrets are. A byte order mark in
 * front (UTF-8), which some editors write, is no part of the bytes: nothing that is read here begins so.
 * 0; or, with the reason in why and out empty: -EACCES it is open to others; -EFBIG it is larger;
 * -EINVAL it is no plain file; another errno of what failed.
 */
int base_file_read(const char *path, size_t max, bool is_secret, struct base_file *out,
                   struct base_text *why);

/* Bytes of such a mark at the front of a text that was read otherwise: 0 or 3. */
size_t base_file_mark(struct base_span text);

/* Wipes what is secret, frees, and empties. */
void base_file_free(struct base_file *file);

static inline struct base_span base_file_span(const struct base_file *file)
{
    return base_span(file->bytes, file->len);
}
