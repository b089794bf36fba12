/* SPDX-License-Identifier: BSD-3-Clause */
/* Text and drawings for a page. */
#include <stdlib.h>
#include <string.h>

#include "base_file.h"
#include "bench_page.h"

#define PAGE_SVG_MAX (4u << 20)

void bench_page_text(FILE *f, const char *text)
{
    for (const char *p = text; *p; p++)
        switch (*p) {
        case '&':
            fputs("&amp;", f);
            break;
        case '<':
            fputs("&lt;", f);
            break;
        case '>':
            fputs("&gt;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        default:
            fputc(*p, f);
        }
}

/* Whether the bytes at p begin with this word. */
static bool svg_at(const char *p, const char *word)
{
    return !strncmp(p, word, strlen(word));
}

/* What names something within the drawing, and where others refer to it. */
static size_t svg_name(const char *p)
{
    static const char *const before[] = {"id='", "id=\"", "href='#", "href=\"#", "url(#"};
    for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
        if (svg_at(p, before[i]))
            return strlen(before[i]);
    return 0;
}

/* The drawing, without titles of gnuplot's own, which would show where the mouse is. */
static void svg_copy(FILE *f, const char *p, uint32_t number)
{
    while (*p) {
        const char *end = svg_at(p, "<title>") ? strstr(p, "</title>") : NULL;
        const size_t name = svg_name(p);
        if (end) {
            p = end + strlen("</title>");
        } else if (name) {
            fprintf(f, "%.*sp%u-", (int)name, p, number);
            p += name;
        } else {
            fputc(*p++, f);
        }
    }
}

bool bench_page_svg(FILE *f, const char *path, uint32_t number, const char *title)
{
    char reason[BENCH_CSV_WHY];
    struct base_text why = base_text(reason, sizeof(reason));
    struct base_file file;
    if (base_file_read(path, PAGE_SVG_MAX, false, &file, &why))
        return false;
    char *text = calloc(1, file.len + 1);
    if (text)
        memcpy(text, file.bytes, file.len);
    base_file_free(&file);
    const char *svg = text ? strstr(text, "<svg") : NULL;
    if (svg) {
        fputs("<svg role=\"img\" aria-label=\"", f);
        bench_page_text(f, title);
        fputs("\"", f);
        svg_copy(f, svg + strlen("<svg"), number);
    }
    free(text);
    return svg != NULL;
}
