/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sentences in lines of 79 columns at most. Thread: any. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Prints a text whose words are a space apart, and a line end. The first line is set in by so many columns,
 * the ones after it by `rest`. */
static inline void bench_wrap(FILE *f, int first, int rest, const char *text)
{
    int column = fprintf(f, "%*s", first, "");
    bool is_begun = false;
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (is_begun && column + 1 + word > 79) {
            column = fprintf(f, "\n%*s", rest, "") - 1;
            is_begun = false;
        }
        column += fprintf(f, "%s%.*s", is_begun ? " " : "", word, text);
        is_begun = true;
        text += word + (text[word] == ' ');
    }
    fputc('\n', f);
}
