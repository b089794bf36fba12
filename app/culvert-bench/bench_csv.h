/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Files of figures: CSV (RFC 4180) in the columns of bench_columns.def, read strictly, so that whoever draws
 * or judges need not doubt a row. Thread: one for a table.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base_text.h"
#include "bench_columns.h"

#define BENCH_CSV_WHY 512 /* bytes that hold every reason of bench_csv_read() */

/* One row. Its texts belong to the table. */
struct bench_csv_row {
    const char
        *cell[BENCH_COLUMNS]; /* UTF-8 without control characters, but for line ends in reason; "": empty */
    double min, median, max;  /* in this order; 0 without rounds */
    uint32_t sas, workers;    /* 0: empty */
    uint32_t rounds;          /* 0: there is no figure, and the reason tells why */
    bool is_starred;          /* then there is a reason */
};

/* The rows of any number of files, in the order of reading. Starts as {0}. */
struct bench_csv {
    struct bench_csv_row *rows;
    size_t count;
    size_t room;  /* of rows */
    char **texts; /* what the cells of one file point into, a block for each */
    size_t text_count;
};

/*
 * Adds the rows of a file, whose first line must be the header of this version of the columns; the header may
 * stand again between rows, where files were joined. 0; or -EINVAL with file, line and what is wrong in why,
 * or another negative errno of reading it or of memory. Then the table is as it was.
 */
int bench_csv_read(struct bench_csv *t, const char *path, struct base_text *why);

/* The header, and all rows as they were read. */
void bench_csv_write(FILE *f, const struct bench_csv *t);

/* The same rows as one array of objects, their members as bench_row_write() names them. */
void bench_csv_json(FILE *f, const struct bench_csv *t);

void bench_csv_free(struct bench_csv *t);
