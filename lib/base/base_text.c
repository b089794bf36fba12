/* SPDX-License-Identifier: BSD-3-Clause */
/* Text builder for logs and explanations. */
#include "base_text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct base_text base_text(char *buf, size_t cap)
{
    buf[0] = '\0';
    return (struct base_text){buf, cap, 0};
}

void base_text_add(struct base_text *t, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const int n = vsnprintf(t->buf + t->len, t->cap - t->len, format, ap);
    va_end(ap);
    if (n < 0)
        return;
    t->len += (size_t)n;
    if (t->len >= t->cap) {
        t->len = t->cap - 1;
        memcpy(t->buf + t->cap - 4, "...", 4);
    }
}

static bool text_is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void base_text_add_escaped(struct base_text *t, struct base_span bytes)
{
    for (size_t i = 0, run; i < bytes.len; i += run) {
        for (run = 0; i + run < bytes.len && text_is_plain(bytes.ptr[i + run]);)
            run++;
        if (run)
            base_text_add(t, "%.*s", (int)run, (const char *)bytes.ptr + i);
        else
            base_text_add(t, "\\x%02x", bytes.ptr[i + run++]);
    }
}

#define ROFF_WORD_MAX 24

void base_text_add_roff(struct base_text *t, const char *text)
{
    bool begins = true; /* a line, where these two would begin a command */
    size_t word = 0;    /* letters of it so far */
    for (; *text; text++) {
        word = *text == ' ' || *text == '\n' ? 0 : word + 1;
        if (begins && (*text == '.' || *text == '\''))
            base_text_add(t, "\\&");
        begins = *text == '\n';
        if (*text == '\\')
            base_text_add(t, "\\e");
        else if (*text == '-') /* a word that is longer than a line may end there */
            base_text_add(t, word > ROFF_WORD_MAX ? "\\-\\:" : "\\-");
        else
            base_text_add(t, "%c", *text);
    }
}

void base_text_add_hex(struct base_text *t, struct base_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        base_text_add(t, "%02x", bytes.ptr[i]);
}
