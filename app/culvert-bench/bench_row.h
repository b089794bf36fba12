/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A figure as a row of the project's columns (bench_columns.def), which whoever measures fills and whoever
 * draws or judges reads. Thread: one. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum bench_form {
    BENCH_FORM_TABLE, /* for people; each command lays out its own */
    BENCH_FORM_CSV,
    BENCH_FORM_JSON, /* one object per line, its members named as the columns */
};

/* What does not apply is NULL or 0, and its column stays empty. Texts are borrowed. */
struct bench_row {
    const char *scenario;    /* the command; what has no column of its own follows a slash: "stages/open" */
    const char *way;         /* "in", "out", "both" */
    const char *cipher;      /* as the configuration spells it: "aes128gcm16" */
    const char *size;        /* frame bytes in digits, or "imix" */
    uint32_t sas;            /* of one direction */
    uint32_t workers;        /* of the gateway that was measured */
    const char *metric;      /* which figure this is; never NULL */
    const char *unit;        /* never NULL */
    double min, median, max; /* of the rounds */
    uint32_t rounds;         /* 0: there is no figure, its three columns stay empty, and reason tells why */
    bool is_starred;         /* something disturbed the measurement */
    const char *reason;      /* why it is starred, or why there is none; a sentence without line ends */
};

/* What CSV begins with: the header line. Nothing in the other forms. */
void bench_row_head(FILE *f, enum bench_form form);

/* Writes a row of this run, which began when bench_row_head() or bench_row_write() was first called; RUN in
 * the environment is its name instead, so that the programs of one report share it. Nothing as
 * BENCH_FORM_TABLE. */
void bench_row_write(FILE *f, enum bench_form form, const struct bench_row *r);

/* A text as a cell of CSV, or as a string of JSON. */
void bench_row_text(FILE *f, enum bench_form form, const char *text);
