/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One figure of several rounds, and what they make of it. Rounds lie apart in time, so that what disturbs one
 * is not what disturbs the next. A figure is confirmed when the best round was undisturbed and another
 * undisturbed one agrees with it; any other figure is starred with the reason, and nobody may judge by it.
 * Pure: no clock, no printing. Thread: one. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_noise.h"

#define BENCH_ROUNDS_MAX   32
#define BENCH_FIGURE_AGREE 0.03 /* share by which two rounds that agree may differ */
#define BENCH_REASON_BYTES 160

struct bench_figure {
    struct bench_round {
        double value;
        double frequency; /* core clocks per second; 0: not known */
        enum bench_unrest unrest;
    } round[BENCH_ROUNDS_MAX];
    uint32_t count;
    double slack; /* in the figure's unit: rounds so close agree, too */
    bool is_rate; /* the greatest is the least disturbed; else the least */
};

struct bench_verdict {
    double best;             /* the least disturbed round */
    double min, median, max; /* confirmed: of the undisturbed rounds that agree with the best; else of all
                                undisturbed ones, or of all when none was */
    uint32_t rounds;         /* that these are of; 0: there is no figure */
    bool is_starred;
    char reason[BENCH_REASON_BYTES]; /* a sentence without its end when starred, else empty */
};

/* Adds a round; those past BENCH_ROUNDS_MAX are ignored. */
void bench_figure_add(struct bench_figure *f, double value, enum bench_unrest unrest, double frequency);

void bench_figure_judge(const struct bench_figure *f, struct bench_verdict *out);

bool bench_figure_is_confirmed(const struct bench_figure *f);

/* The least disturbed round: the best of the undisturbed ones, or of all when none was. Returns false when
 * there is no round. */
bool bench_figure_best(const struct bench_figure *f, struct bench_round *out);
