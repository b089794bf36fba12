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

#define QUIET_FACTOR \
    1.3 /* a slower probe than so many times the best means a busy sibling; turbo alone makes 1.17 */
#define QUIET_SHARE 4 /* a run is undisturbed when one window in so many is */
#define PATIENCE    6 /* times the wanted runs, until quiet is given up */

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

/* The least that a probe took in this process: an undisturbed core. Writer: any measuring thread; a lost
 * update does no harm. */
static double probe_best = 1e9;

/* Register arithmetic as wide as the core issues, so that a busy sibling thread shows. */
static double core_probe(void)
{
    uint64_t from = bench_tsc();
    for (int i = 0; i < 64; i++)
        __asm__ volatile(".rept 8\n\t"
                         "incq %%rax\n\tincq %%rcx\n\tincq %%rdx\n\tincq %%rsi\n\t"
                         "incq %%rdi\n\tincq %%r8\n\tincq %%r9\n\tincq %%r10\n\t"
                         ".endr" ::
                             : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "cc");
    double took = (double)(bench_tsc() - from);
    if (took < probe_best)
        probe_best = took;
    return took;
}

double bench_probe_best(void)
{
    return probe_best < 1e9 ? probe_best : 0;
}

void bench_series_init(struct bench_series *s, uint32_t windows)
{
    memset(s, 0, sizeof(*s));
    s->cap = windows;
    s->window = calloc(windows, sizeof(*s->window));
    s->noise = calloc(windows, sizeof(*s->noise));
    if (!s->window || !s->noise) {
        fprintf(stderr, "culvert-bench: no memory for %u windows\n", windows);
        exit(1);
    }
}

void bench_series_fini(struct bench_series *s)
{
    free(s->window);
    free(s->noise);
    memset(s, 0, sizeof(*s));
}

void bench_series_start(struct bench_series *s)
{
    s->probed = core_probe();
}

void bench_series_window(struct bench_series *s, uint64_t cycles, uint64_t pkts)
{
    double before = s->probed;
    s->probed = core_probe();
    if (s->count == s->cap)
        return;
    s->noise[s->count] = s->probed > before ? s->probed : before;
    s->window[s->count++] = (double)cycles / (double)pkts;
}

void bench_series_run_end(struct bench_series *s)
{
    uint32_t quiet = 0;
    if (!s->count || s->runs == BENCH_RUNS_MAX)
        return;
    for (uint32_t i = 0; i < s->count; i++) {
        double w = s->window[i];
        if (s->noise[i] > probe_best * QUIET_FACTOR)
            continue;
        s->window[i] = s->window[quiet];
        s->window[quiet++] = w;
    }
    s->is_quiet[s->runs] = quiet * QUIET_SHARE >= s->count;
    if (!s->is_quiet[s->runs])
        quiet = s->count;
    qsort(s->window, quiet, sizeof(*s->window), double_compare);
    s->run[s->runs++] = sorted_median(s->window, quiet);
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
    qsort(sorted, r.runs, sizeof(*sorted), double_compare);
    r.min = sorted[0];
    r.median = sorted_median(sorted, r.runs);
    r.max = sorted[r.runs - 1];
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
