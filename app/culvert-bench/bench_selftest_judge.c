/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Of figures that are measured in turns each pair of rounds has the same weather. What counts is the median
 * of the pairs' differences; when these lie too far apart, nothing can be told.
 */
#include "bench_selftest.h"

#include <math.h>

#include "bench_figure.h"
#include "bench_sort.h"

#define PAIRS_LEAST 3
#define CLOCK_LEAST 3    /* calm tries */
#define CHANGE_SLIP 0.04 /* of the plain figure: how far a change may be off, and pairs apart */
#define CHANGE_LOOK 1.5  /* cycles: what looks at the clock and their place in the code make of a stage */

enum bench_selftest_outcome bench_selftest_clock(const double *apart, uint32_t n, double most, uint32_t *at)
{
    double sorted[BENCH_SELFTEST_TRIES];
    *at = 0;
    if (n < CLOCK_LEAST || n > BENCH_SELFTEST_TRIES)
        return BENCH_SELFTEST_UNABLE;
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = apart[i];
    bench_sort(sorted, n);
    while (apart[*at] != sorted[(n - 1) / 2])
        ++*at;
    return fabs(apart[*at]) <= most ? BENCH_SELFTEST_PASS : BENCH_SELFTEST_WRONG;
}

/* Sorts the values. */
static double middle(double *v, uint32_t n)
{
    bench_sort(v, n);
    return v[n / 2];
}

enum bench_selftest_outcome bench_selftest_slow(const struct bench_figure *plain,
                                                const struct bench_figure *slow,
                                                const struct bench_figure *added,
                                                struct bench_selftest_change *out)
{
    double base[BENCH_ROUNDS_MAX], more[BENCH_ROUNDS_MAX], changes[BENCH_ROUNDS_MAX], off[BENCH_ROUNDS_MAX];
    uint32_t n = 0;
    for (uint32_t i = 0; i < plain->count && i < slow->count; i++) {
        if (plain->round[i].unrest != BENCH_CALM || slow->round[i].unrest != BENCH_CALM)
            continue;
        base[n] = plain->round[i].value;
        more[n] = added ? added->round[i].value : 0;
        changes[n] = slow->round[i].value - plain->round[i].value;
        off[n] = changes[n] - more[n];
        n++;
    }
    *out = (struct bench_selftest_change){0};
    if (n < PAIRS_LEAST)
        return BENCH_SELFTEST_UNABLE;
    *out = (struct bench_selftest_change){middle(base, n), middle(more, n), middle(changes, n)};
    const double slip = CHANGE_SLIP * out->plain > CHANGE_LOOK ? CHANGE_SLIP * out->plain : CHANGE_LOOK;
    const double apart = middle(off, n);
    if (off[n - 1 - n / 4] - off[n / 4] > slip)
        return BENCH_SELFTEST_UNABLE;
    return fabs(apart) <= slip ? BENCH_SELFTEST_PASS : BENCH_SELFTEST_WRONG;
}
