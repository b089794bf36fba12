/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Window medians, run medians, the clock and the pinning that they rest on. Knows nothing of packets or
 * printing. Allocation failure ends the process: a meter without memory has nothing to say.
 */
#include "bench_stat.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sorted_median(const double *v, uint32_t n)
{
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

void bench_series_init(struct bench_series *s, uint32_t windows)
{
    memset(s, 0, sizeof(*s));
    s->cap = windows;
    s->window = calloc(windows, sizeof(*s->window));
    if (!s->window) {
        fprintf(stderr, "culvert-bench: no memory for %u windows\n", windows);
        exit(1);
    }
}

void bench_series_fini(struct bench_series *s)
{
    free(s->window);
    memset(s, 0, sizeof(*s));
}

void bench_series_window(struct bench_series *s, uint64_t cycles, uint64_t pkts)
{
    if (s->count < s->cap)
        s->window[s->count++] = (double)cycles / (double)pkts;
}

void bench_series_run_end(struct bench_series *s)
{
    if (s->count && s->runs < BENCH_RUNS_MAX) {
        qsort(s->window, s->count, sizeof(*s->window), double_compare);
        s->run[s->runs++] = sorted_median(s->window, s->count);
    }
    s->count = 0;
}

struct bench_result bench_series_result(const struct bench_series *s)
{
    struct bench_result r = {.runs = s->runs};
    double sorted[BENCH_RUNS_MAX];
    if (!s->runs)
        return r;
    memcpy(sorted, s->run, s->runs * sizeof(*sorted));
    qsort(sorted, s->runs, sizeof(*sorted), double_compare);
    r.min = sorted[0];
    r.median = sorted_median(sorted, s->runs);
    r.max = sorted[s->runs - 1];
    return r;
}

static double timespec_seconds(const struct timespec *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec * 1e-9;
}

double bench_tsc_hz(void)
{
    static double hz;
    if (hz > 0)
        return hz;
    struct timespec from, now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &from);
    uint64_t tsc = bench_tsc();
    do
        clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    while (timespec_seconds(&now) - timespec_seconds(&from) < 0.02);
    hz = (double)(bench_tsc() - tsc) / (timespec_seconds(&now) - timespec_seconds(&from));
    return hz;
}

int bench_pin(unsigned cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}
