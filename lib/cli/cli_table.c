/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables with aligned columns, and how values look to people. */
#include "cli_int.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

static const char *title(const struct cli_table *t, size_t column)
{
    return t->titles[column] + (t->titles[column][0] == '>');
}

static void print_cell(FILE *out, const struct cli_table *t, size_t column, const char *text,
                       const int *width)
{
    const bool is_right = t->titles[column][0] == '>';
    const bool is_last = column + 1 == t->columns;
    fprintf(out, "  %*s%s", is_right || !is_last ? (is_right ? width[column] : -width[column]) : 0, text,
            is_last ? "\n" : "");
}

void cli_table_end(struct cli_table *t, FILE *out, const char *empty)
{
    int width[CLI_COLUMNS_MAX];
    for (size_t c = 0; c < t->columns; c++) {
        width[c] = (int)strlen(title(t, c));
        for (size_t i = c; i < t->count; i += t->columns)
            if ((int)strlen(cell(t, i)) > width[c])
                width[c] = (int)strlen(cell(t, i));
    }
    for (size_t c = 0; t->count && c < t->columns; c++)
        print_cell(out, t, c, title(t, c), width);
    for (size_t i = 0; i < t->count; i++)
        print_cell(out, t, i % t->columns, cell(t, i), width);
    if (!t->count)
        fprintf(out, "  %s\n", empty);
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

/* Prints words up to the width; the first of them stands where the line is, further lines begin at indent. */
static void fold(FILE *out, int indent, int width, const char *text)
{
    int column = indent;
    bool begins = true;
    while (*text) {
        const size_t spaces = strspn(text, " "), len = strcspn(text + spaces, " ");
        if (!begins && column + 1 + (int)len > width) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
            begins = true;
        }
        if (len > 0) {
            column += fprintf(out, "%s%.*s", begins ? "" : " ", (int)len, text + spaces);
            begins = false;
        }
        text += spaces + len;
    }
    fputc('\n', out);
}

void cli_fold(FILE *out, int indent, const char *text)
{
    if (*text)
        fprintf(out, "%*s", indent, "");
    fold(out, indent, 100, text);
}

void cli_term(FILE *out, const char *word, const char *text)
{
    fprintf(out, "  %-*s ", CLI_TERM_WIDTH, word);
    fold(out, CLI_TERM_WIDTH + 3, 80, text);
}
