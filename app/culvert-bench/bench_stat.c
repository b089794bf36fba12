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

#include "bench_sort.h"

#define QUIET_CROWD \
    1.05 /* of a core that is ours alone: 1.02 to 1.03 where it has four ALUs, less where more */
#define QUIET_FACTOR 1.1 /* so much more means a busy sibling; a light one already makes 1.2 */
#define QUIET_SHARE  4   /* a run is undisturbed when one window in so many is */
#define PATIENCE     6   /* times the wanted runs, until quiet is given up */

/* The least crowd of this process's runs. Writer: any measuring thread; a lost update does no harm. */
static double crowd_best = QUIET_CROWD;

double bench_crowd_limit(void)
{
    return crowd_best * QUIET_FACTOR;
}

static double *windows_alloc(uint32_t windows)
{
    double *v = calloc(windows, sizeof(*v));
    if (!v) {
        fprintf(stderr, "culvert-bench: no memory for %u windows\n", windows);
        exit(1);
    }
    return v;
}

void bench_series_init(struct bench_series *s, uint32_t windows)
{
    memset(s, 0, sizeof(*s));
    s->cap = windows;
    s->window = windows_alloc(windows);
    s->crowd = windows_alloc(windows);
    s->clock = windows_alloc(windows);
}

void bench_series_fini(struct bench_series *s)
{
    free(s->window);
    free(s->crowd);
    free(s->clock);
    memset(s, 0, sizeof(*s));
}

void bench_series_start(struct bench_series *s)
{
    s->probed = bench_probe_core();
}

void bench_series_add(struct bench_series *s, double value, struct bench_probe seen)
{
    if (s->count == s->cap)
        return;
    s->crowd[s->count] = seen.crowd;
    s->clock[s->count] = seen.clock;
    s->window[s->count++] = value;
}

void bench_series_window(struct bench_series *s, uint64_t cycles, uint64_t pkts)
{
    const struct bench_probe before = s->probed;
    s->probed = bench_probe_core();
    bench_series_add(s, (double)cycles / (double)pkts, bench_probe_around(before, s->probed));
}

/* Of n values, which are sorted by that. */
static double median_sort(double *v, uint32_t n)
{
    bench_sort(v, n);
    return bench_sorted_median(v, n);
}

/* Moves the windows of a quiet core to the front. Returns how many. */
static uint32_t windows_part(struct bench_series *s)
{
    uint32_t quiet = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        double w = s->window[i];
        if (s->crowd[i] > bench_crowd_limit())
            continue;
        s->window[i] = s->window[quiet];
        s->window[quiet++] = w;
    }
    return quiet;
}

void bench_series_run_end(struct bench_series *s)
{
    if (!s->count || s->runs == BENCH_RUNS_MAX)
        return;
    uint32_t quiet = windows_part(s);
    s->is_quiet[s->runs] = quiet * QUIET_SHARE >= s->count;
    if (!s->is_quiet[s->runs])
        quiet = s->count;
    s->run_clock[s->runs] = median_sort(s->clock, s->count);
    s->run[s->runs++] = median_sort(s->window, quiet);
    double crowd = median_sort(s->crowd, s->count);
    if (crowd < crowd_best)
        crowd_best = crowd;
    s->count = 0;
}

bool bench_series_is_done(const struct bench_series *s, uint32_t runs)
{
    uint32_t quiet = 0;
    for (uint32_t i = 0; i < s->runs; i++)
        quiet += s->is_quiet[i];
    return quiet >= runs || s->runs >= runs * PATIENCE || s->runs == BENCH_RUNS_MAX;
}

struct bench_result bench_series_result(const struct bench_series *s)
{
    struct bench_result r = {0};
    double sorted[BENCH_RUNS_MAX];
    for (uint32_t i = 0; i < s->runs; i++)
        r.is_quiet |= s->is_quiet[i];
    for (uint32_t i = 0; i < s->runs; i++)
        if (s->is_quiet[i] == r.is_quiet)
            sorted[r.runs++] = s->run[i];
    if (!r.runs)
        return r;
    r.median = median_sort(sorted, r.runs);
    r.min = sorted[0];
    r.max = sorted[r.runs - 1];
    for (uint32_t i = 0, n = 0; i < s->runs; i++)
        if (s->is_quiet[i] == r.is_quiet)
            sorted[n++] = s->run_clock[i];
    r.clock = median_sort(sorted, r.runs);
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

int bench_pin_thread(pthread_t thread, unsigned cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return -pthread_setaffinity_np(thread, sizeof(set), &set);
}

int bench_pin(unsigned cpu)
{
    return bench_pin_thread(pthread_self(), cpu);
}
