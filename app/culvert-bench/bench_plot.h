/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Rows of figures as plots: a kind of plot says which rows are drawn, over what, and in which form; gnuplot
 * draws them. A plot of a kind is made of whatever rows there are. Thread: one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base_text.h"
#include "bench_aside.h"
#include "bench_csv.h"

/* What tells one row from another. */
enum bench_plot_dim {
    BENCH_PLOT_RUN,
    BENCH_PLOT_TOOL,
    BENCH_PLOT_SCENARIO, /* up to its first slash */
    BENCH_PLOT_AFTER,    /* what follows that slash */
    BENCH_PLOT_WAY,
    BENCH_PLOT_CIPHER,
    BENCH_PLOT_SIZE,
    BENCH_PLOT_SAS,
    BENCH_PLOT_WORKERS,
    BENCH_PLOT_METRIC,
    BENCH_PLOT_DIMS
};

enum bench_plot_style {
    BENCH_PLOT_LINES, /* min and max as whiskers */
    BENCH_PLOT_BARS,  /* side by side, from zero, whiskers too */
    BENCH_PLOT_STACK, /* one upon another */
};

/* A row of the table of bench_plot_kinds.c. Masks have a bit (1 << dimension) for each that they name. */
struct bench_plot_kind {
    const char *stem; /* of the file */
    const char *title;
    const char *scenarios; /* words, of which a row has one; what ends with a slash begins so */
    const char *metrics;   /* the same; what ends with an underscore begins so */
    uint32_t sas;          /* only rows of so many; 0: of any number */
    unsigned x;            /* what is drawn over; rows that differ in nothing else are one series */
    unsigned facet;        /* each value makes a plot of its own, as each unit does */
    unsigned ignore;       /* does not tell rows apart; of equal ones the last is drawn */
    enum bench_plot_style style;
    bool is_measured_x; /* places are apart as their numbers are, if all are numbers, and a single one shows
                           nothing */
    bool is_shallow;    /* scenarios with more than one slash are not drawn */
    bool is_log_x, is_log_y;
    const char *x_label;
    const char *note; /* below the title; NULL */
};

extern const struct bench_plot_kind bench_plot_kinds[];
extern const uint32_t bench_plot_kind_count;

#define BENCH_PLOT_SERIES 12
#define BENCH_PLOT_XS     32

struct bench_plot {
    const struct bench_plot_kind *kind;
    char stem[48]; /* of its file, without ".svg"; no two of one bench_plot_pick() are the same */
    char title[128];
    char note[256]; /* what is the same in all of it */
    char y_label[64];
    uint32_t x_count, series_count;
    bool is_measured_x; /* as its kind says, and all of x are numbers */
    char x[BENCH_PLOT_XS][40];
    double at[BENCH_PLOT_XS]; /* x with is_measured_x; else its number from 0 */
    char series[BENCH_PLOT_SERIES][96];
    struct bench_plot_point {
        bool is_there, is_starred;
        double min, median, max; /* in the unit of y_label */
    } point[BENCH_PLOT_SERIES][BENCH_PLOT_XS];
    uint32_t left_out; /* rows for which there was no room, as the note says */
};

/* All plots that these rows make: *plots is theirs to free(), NULL without any. Returns how many, or -ENOMEM.
 */
int bench_plot_pick(const struct bench_csv *csv, struct bench_plot **plots);

/* Writes a script for gnuplot 5 that draws the plot into this SVG file. */
void bench_plot_script(FILE *f, const struct bench_plot *p, const char *svg);

/* The number with as many digits as mean something: "1,234", "99.5", "0.25". */
void bench_plot_number(double v, char text[32]);

/*
 * Draws and keeps an SVG file of each plot in a. 0, or a negative errno and why: -ENOENT there is no gnuplot,
 * and how to get it is said; -EINTR a held signal came (bench_spawn.h); -EIO gnuplot drew nothing, and what
 * it said is told. What was drawn until then is kept.
 */
int bench_plot_draw(struct bench_aside *a, const struct bench_plot *plots, int count, struct base_text *why);

/* `culvert-bench plot`: argv[0] is the word. Returns the exit status. */
int bench_plot_main(int argc, char **argv);
