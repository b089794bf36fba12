/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows as CSV (RFC 4180) and JSON. Which columns there are, and in which order, bench_columns.def tells; a
 * column that is new there does not compile here until it has a cell.
 */
#include "bench_row.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_columns.h"

#define CELL_BYTES 32

static const char *run_name(void)
{
    static char began[CELL_BYTES];
    const char *given = getenv("RUN");
    if (given && *given)
        return given;
    const time_t now = time(NULL);
    struct tm utc;
    if (!*began && gmtime_r(&now, &utc))
        strftime(began, sizeof(began), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return began;
}

/* A cell is text, or a number in digits; NULL: it stays empty. */
struct cell {
    const char *text;
    bool is_number;
    char digits[CELL_BYTES];
};

static void cell_text(struct cell *c, const char *text)
{
    c->text = text && *text ? text : NULL;
}

static void cell_number(struct cell *c, double v)
{
    snprintf(c->digits, sizeof(c->digits), "%.10g", v);
    c->text = c->digits;
    c->is_number = true;
}

static void cell_count(struct cell *c, uint32_t n)
{
    if (n)
        cell_number(c, n);
}

static void cell_figure(struct cell *c, const struct bench_row *r, double v)
{
    if (r->rounds)
        cell_number(c, v);
}

static void cell_fill(struct cell *c, enum bench_column column, const struct bench_row *r)
{
    switch (column) {
    case BENCH_COLUMN_columns_version:
        return cell_number(c, BENCH_COLUMNS_VERSION);
    case BENCH_COLUMN_run:
        return cell_text(c, run_name());
    case BENCH_COLUMN_tool:
        return cell_text(c, "culvert-bench");
    case BENCH_COLUMN_scenario:
        return cell_text(c, r->scenario);
    case BENCH_COLUMN_way:
        return cell_text(c, r->way);
    case BENCH_COLUMN_cipher:
        return cell_text(c, r->cipher);
    case BENCH_COLUMN_size_bytes:
        return cell_text(c, r->size);
    case BENCH_COLUMN_sas:
        return cell_count(c, r->sas);
    case BENCH_COLUMN_workers:
        return cell_count(c, r->workers);
    case BENCH_COLUMN_metric:
        return cell_text(c, r->metric);
    case BENCH_COLUMN_unit:
        return cell_text(c, r->unit);
    case BENCH_COLUMN_min:
        return cell_figure(c, r, r->min);
    case BENCH_COLUMN_median:
        return cell_figure(c, r, r->median);
    case BENCH_COLUMN_max:
        return cell_figure(c, r, r->max);
    case BENCH_COLUMN_rounds:
        return cell_number(c, r->rounds);
    case BENCH_COLUMN_starred:
        return cell_number(c, r->is_starred);
    case BENCH_COLUMN_reason:
        return cell_text(c, r->reason);
    case BENCH_COLUMNS:
        break;
    }
}

void bench_row_text(FILE *f, enum bench_form form, const char *text)
{
    if (form == BENCH_FORM_CSV && !strpbrk(text, ",\"\r\n")) {
        fputs(text, f);
        return;
    }
    fputc('"', f);
    for (const char *p = text; *p; p++) {
        if (form == BENCH_FORM_CSV) {
            fprintf(f, *p == '"' ? "\"\"" : "%c", *p);
            continue;
        }
        if (*p == '"' || *p == '\\')
            fprintf(f, "\\%c", *p);
        else if ((unsigned char)*p < ' ')
            fprintf(f, "\\u%04x", *p);
        else
            fputc(*p, f);
    }
    fputc('"', f);
}

static void csv_cell(FILE *f, const struct cell *c)
{
    if (c->text)
        bench_row_text(f, BENCH_FORM_CSV, c->text);
}

static void json_cell(FILE *f, const struct cell *c)
{
    if (c->text && !c->is_number)
        bench_row_text(f, BENCH_FORM_JSON, c->text);
    else
        fputs(c->text ? c->text : "null", f);
}

void bench_row_head(FILE *f, enum bench_form form)
{
    (void)run_name();
    if (form == BENCH_FORM_CSV)
        bench_columns_csv(f);
}

void bench_row_write(FILE *f, enum bench_form form, const struct bench_row *r)
{
    if (form == BENCH_FORM_TABLE)
        return;
    for (int i = 0; i < BENCH_COLUMNS; i++) {
        struct cell c = {0};
        cell_fill(&c, (enum bench_column)i, r);
        if (form == BENCH_FORM_CSV) {
            fputs(i ? "," : "", f);
            csv_cell(f, &c);
        } else {
            fprintf(f, "%s\"%s\":", i ? "," : "{", bench_columns_name(i));
            json_cell(f, &c);
        }
    }
    fputs(form == BENCH_FORM_CSV ? "\n" : "}\n", f);
    fflush(f);
}
