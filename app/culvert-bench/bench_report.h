/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A report: what was run, under which load, and the rows of all of it, for whoever writes it down. */
#include <stdbool.h>
#include <stdint.h>

#include "base_text.h"
#include "bench_csv.h"
#include "bench_facts.h"
#include "bench_plot.h"

#define BENCH_REPORT_PARTS 8

/* One command of a report. */
struct bench_report_part {
    const char *name;       /* "path, 1 and 1,000 SAs" */
    char command[320];      /* as it can be typed */
    char problem[512];      /* why it failed; "": it did not */
    double seconds;         /* that it took */
    uint32_t rows;          /* that it gave */
    struct bench_busy load; /* meanwhile */
};

enum bench_report_grade {
    BENCH_REPORT_GOOD,      /* every figure may be quoted */
    BENCH_REPORT_STARRED,   /* some may not */
    BENCH_REPORT_DISTURBED, /* most may not */
    BENCH_REPORT_INCOMPLETE /* a part failed, or nothing was measured */
};

struct bench_report {
    const char *run; /* when it began */
    bool is_quick;
    double seconds;    /* in all */
    char command[256]; /* of the whole */
    struct bench_report_part part[BENCH_REPORT_PARTS];
    uint32_t part_count;
    const char *add[32]; /* files of other tools whose rows are in it */
    uint32_t add_count;
    struct bench_csv csv;
    struct bench_facts facts;
    char versions[2048]; /* lines of `culvert-bench --version` */
    struct bench_plot *plots;
    int plot_count;      /* those whose SVG file is there stand first */
    char no_plots[1024]; /* why plots are missing; "": none is */
};

/* How good it is, and in a sentence why. Rows of noise and verdicts are no figures that count. */
enum bench_report_grade bench_report_judge(const struct bench_report *r, struct base_text *why);

/* "good", "starred", "disturbed", "incomplete". */
const char *bench_report_grade_name(enum bench_report_grade grade);

/* Whether a row tells of the measurement instead of what was measured: steal, waited_s, verdict and the like.
 */
bool bench_report_is_noise(const struct bench_csv_row *row);

/* Figures of the rows, and how many of them are starred. One that is not there and has no star is as it
 * should be: its reason says what that means, such as a loss that is too small to be seen. */
uint32_t bench_report_figures(const struct bench_csv *csv, uint32_t *starred);

/* `culvert-bench report`: argv[0] is the word. Returns the exit status. */
int bench_report_main(int argc, char **argv);
