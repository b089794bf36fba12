/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns of figures, told in three ways. Who writes figures is elsewhere.
 */
#include "bench_columns.h"

static const struct {
    const char *name, *kind, *meaning;
} columns[BENCH_COLUMNS] = {
#define BENCH_COLUMN(name, kind, meaning) {#name, kind, meaning},
#include "bench_columns.def"
#undef BENCH_COLUMN
};

const char *bench_columns_name(enum bench_column column)
{
    return columns[column].name;
}

void bench_columns_csv(FILE *f)
{
    for (int i = 0; i < BENCH_COLUMNS; i++)
        fprintf(f, "%s%s", i ? "," : "", columns[i].name);
    fputc('\n', f);
}

void bench_columns_json(FILE *f)
{
    fprintf(f, "{\"columns_version\":%d,\"columns\":[", BENCH_COLUMNS_VERSION);
    for (int i = 0; i < BENCH_COLUMNS; i++)
        fprintf(f, "%s{\"name\":\"%s\",\"kind\":\"%s\",\"meaning\":\"%s\"}", i ? "," : "", columns[i].name,
                columns[i].kind, columns[i].meaning);
    fputs("]}\n", f);
}

void bench_columns_print(FILE *f)
{
    fprintf(f, "columns of figures, version %d; a row is one figure\n", BENCH_COLUMNS_VERSION);
    for (int i = 0; i < BENCH_COLUMNS; i++)
        fprintf(f, "%-16s %-14s %s\n", columns[i].name, columns[i].kind, columns[i].meaning);
}
