/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
#include <stdint.h>
/* `culvert-bench selftest`: argv[0] is the word. Returns the exit status: 0 when the harness told the truth,
 * 1 when it did not, 2 for wrong options, 3 when this machine is too busy to tell. */
int bench_selftest_main(int argc, char **argv);

/* What rounds of a stage and of the same stage in a row that was slowed on purpose say. */
enum bench_selftest_outcome { BENCH_SELFTEST_PASS, BENCH_SELFTEST_WRONG, BENCH_SELFTEST_UNABLE };

struct bench_figure;

/* Judges tries of one meter beside another: `apart` is the share by which each calm one was apart, n of them.
 * Their median must be within `most`; fewer than three prove nothing. *at is the try that has the median (0
 * when there is none). Pure. */
enum bench_selftest_outcome bench_selftest_clock(const double *apart, uint32_t n, double most, uint32_t *at);

#define BENCH_SELFTEST_TRIES 20 /* most that are judged */

/* Medians of pairs of rounds, in cycles. */
struct bench_selftest_change {
    double plain, added, change;
};

/* Judges pairs of rounds, each of which lies close together in time: is a stage slower by what was added to
 * it in that round (NULL: nothing was)? *out is zero when there are too few calm pairs. Pure. */
enum bench_selftest_outcome bench_selftest_slow(const struct bench_figure *plain,
                                                const struct bench_figure *slow,
                                                const struct bench_figure *added,
                                                struct bench_selftest_change *out);
