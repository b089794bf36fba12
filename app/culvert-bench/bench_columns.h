/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The columns that all figures of the project share, whoever measured them; bench_columns.def has them. */
#include <stdio.h>

#define BENCH_COLUMNS_VERSION 1

enum bench_column {
#define BENCH_COLUMN(name, kind, meaning) BENCH_COLUMN_##name,
#include "bench_columns.def"
#undef BENCH_COLUMN
    BENCH_COLUMNS
};

/* "scenario". Thread: any. */
const char *bench_columns_name(enum bench_column column);

/* The line that a CSV file of figures begins with, line end included. Thread: any. */
void bench_columns_csv(FILE *f);

/* Version and columns as one JSON object on one line: {"columns_version":1,"columns":[{"name":..,"kind":..,
 * "meaning":..},..]}. Thread: any. */
void bench_columns_json(FILE *f);

/* The same for people, a line each. Thread: any. */
void bench_columns_print(FILE *f);

/* `culvert-bench columns`: argv[0] is the word "columns". Returns the exit status. */
int bench_columns_main(int argc, char **argv);
