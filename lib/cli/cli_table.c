/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables with aligned columns, and how values look to people. */
#include "cli_int.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CELL_LEAST 8  /* columns that are left of a value */
#define TEXT_LEAST 24 /* and of a text */

void cli_table_start(struct cli_table *t, const char *const *titles)
{
    *t = (struct cli_table){0};
    for (; titles[t->columns] && t->columns < CLI_COLUMNS_MAX; t->columns++)
        t->titles[t->columns] = titles[t->columns];
}

void cli_table_cell(struct cli_table *t, const char *text)
{
    if (t->count == t->cap) {
        const size_t cap = t->cap ? 2 * t->cap : 64;
        char **cells = realloc(t->cells, cap * sizeof *cells);
        if (!cells)
            return;
        t->cells = cells;
        t->cap = cap;
    }
    t->cells[t->count++] = strdup(text && text[0] ? text : "-");
}

static const char *cell(const struct cli_table *t, size_t i)
{
    return i < t->count && t->cells[i] ? t->cells[i] : "-";
}

/* How a column is printed. */
struct column {
    const char *title;
    bool is_right, folds, cuts_end, is_hidden;
    int rank;  /* the largest goes first; 0: it stays */
    int width; /* of its widest cell, then as it is printed */
};

static struct column column_of(const char *title)
{
    struct column c = {0};
    for (; *title && strchr(">+/123456789", *title); title++) {
        c.is_right |= *title == '>';
        c.folds |= *title == '+';
        c.cuts_end |= *title == '/';
        if (isdigit((unsigned char)*title))
            c.rank = *title - '0';
    }
    c.title = title;
    return c;
}

/* The least that a column is cut down to. */
static int least_width(const struct column *c)
{
    const int text = c->folds || c->cuts_end ? TEXT_LEAST : CELL_LEAST, title = (int)strlen(c->title);
    const int least = title > text ? title : text;
    return least < c->width ? least : c->width;
}

/* Columns of the line, those that fold or are cut at their end at their least. */
static int line_width(const struct column *cs, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        if (!cs[i].is_hidden)
            sum += 2 + (cs[i].folds || cs[i].cuts_end ? least_width(&cs[i]) : cs[i].width);
    return sum;
}

/* Leaves out the one that is to go first. False: all that are left stay. */
static bool hide_one(struct column *cs, size_t n)
{
    struct column *first = NULL;
    for (size_t i = 0; i < n; i++)
        if (!cs[i].is_hidden && cs[i].rank > 0 && (!first || cs[i].rank >= first->rank))
            first = &cs[i];
    if (first)
        first->is_hidden = true;
    return first != NULL;
}

/* Takes one character off the widest. False: none may be cut. */
static bool narrow_one(struct column *cs, size_t n)
{
    struct column *widest = NULL;
    for (size_t i = 0; i < n; i++)
        if (!cs[i].is_hidden && !cs[i].is_right && !cs[i].folds && !cs[i].cuts_end &&
            cs[i].width > least_width(&cs[i]) && (!widest || cs[i].width > widest->width))
            widest = &cs[i];
    if (widest)
        widest->width--;
    return widest != NULL;
}

static void columns_fit(struct column *cs, size_t n, struct cli_out *out)
{
    const int room = (int)out->columns;
    while (line_width(cs, n) > room && hide_one(cs, n))
        out->is_cut = true;
    while (line_width(cs, n) > room && narrow_one(cs, n))
        ;
    const int over = line_width(cs, n) - room;
    for (size_t i = 0; i < n; i++) /* there is one such column at most */
        if ((cs[i].folds || cs[i].cuts_end) && least_width(&cs[i]) - over < cs[i].width)
            cs[i].width = over < 0 ? least_width(&cs[i]) - over : least_width(&cs[i]);
}

static void print_cell(struct cli_out *out, const struct column *c, const char *text, int at, bool is_last)
{
    const int len = (int)strlen(text), shown = len < c->width ? len : c->width;
    fprintf(out->file, "  %*s", c->is_right ? c->width - shown : 0, "");
    if (c->folds && len > c->width) {
        cli_words_fold(out, at + 2, at + 2 + c->width, text);
        return;
    }
    cli_cut(out, text, c->width, c->cuts_end);
    if (is_last)
        fputc('\n', out->file);
    else
        fprintf(out->file, "%*s", c->is_right ? 0 : c->width - shown, "");
}

/* Row 0 is that of the titles. */
static void print_row(struct cli_out *out, const struct cli_table *t, const struct column *cs, size_t row)
{
    size_t last = t->columns;
    int at = 0;
    while (last > 1 && cs[last - 1].is_hidden)
        last--;
    for (size_t c = 0; c < last; c++) {
        if (cs[c].is_hidden)
            continue;
        print_cell(out, &cs[c], row ? cell(t, (row - 1) * t->columns + c) : cs[c].title, at, c + 1 == last);
        at += 2 + cs[c].width;
    }
}

void cli_table_end(struct cli_table *t, struct cli_out *out, const char *empty)
{
    struct column cs[CLI_COLUMNS_MAX];
    const size_t rows = t->columns ? (t->count + t->columns - 1) / t->columns : 0;
    for (size_t c = 0; c < t->columns; c++) {
        cs[c] = column_of(t->titles[c]);
        cs[c].width = (int)strlen(cs[c].title);
        for (size_t i = c; i < t->count; i += t->columns)
            if ((int)strlen(cell(t, i)) > cs[c].width)
                cs[c].width = (int)strlen(cell(t, i));
    }
    if (out->columns)
        columns_fit(cs, t->columns, out);
    for (size_t row = 0; rows && row <= rows; row++)
        print_row(out, t, cs, row);
    if (!rows)
        fprintf(out->file, "  %s\n", empty);
    for (size_t i = 0; i < t->count; i++)
        free(t->cells[i]);
    free(t->cells);
}

const char *cli_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

uint64_t cli_num(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

bool cli_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

const char *cli_duration(const json_t *object, const char *key, char out[CLI_VALUE_MAX])
{
    const json_t *v = json_object_get(object, key);
    const uint64_t s = (uint64_t)json_integer_value(v);
    if (!json_is_integer(v))
        snprintf(out, CLI_VALUE_MAX, "-");
    else if (s < 60)
        snprintf(out, CLI_VALUE_MAX, "%" PRIu64 " s", s);
    else if (s < 3600)
        snprintf(out, CLI_VALUE_MAX, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, CLI_VALUE_MAX, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
    else
        snprintf(out, CLI_VALUE_MAX, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
    return out;
}

const char *cli_bytes(uint64_t bytes, char out[CLI_VALUE_MAX])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double v = (double)bytes;
    size_t unit = 0;
    for (; v >= 999.95 && unit + 1 < sizeof units / sizeof *units; unit++)
        v /= 1000;
    snprintf(out, CLI_VALUE_MAX, unit ? "%.1f %s" : "%.0f %s", v, units[unit]);
    return out;
}

const char *cli_count(const json_t *object, const char *key, char out[CLI_VALUE_MAX])
{
    if (json_is_integer(json_object_get(object, key)))
        snprintf(out, CLI_VALUE_MAX, "%" PRIu64, cli_num(object, key));
    else
        snprintf(out, CLI_VALUE_MAX, "-");
    return out;
}

const char *cli_join(const json_t *list, char *out, size_t size)
{
    size_t i, len = 0;
    json_t *v;
    out[0] = '\0';
    json_array_foreach((json_t *)list, i, v)
    {
        const int n = snprintf(out + len, size - len, "%s%s", i ? ", " : "",
                               json_is_string(v) ? json_string_value(v) : "?");
        if (n < 0 || len + (size_t)n >= size)
            break;
        len += (size_t)n;
    }
    return out;
}
