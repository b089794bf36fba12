/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Statistics that survive a hypervisor: a run is the median over its windows, a result is the minimum of
 * several runs' medians, shown with the median and maximum of them. Means are never used, because a stolen
 * time slice of 400 us outweighs thousands of packets. Virtual CPUs often are two threads of one core, and a
 * busy sibling makes everything up to twice as slow: a short probe between windows (bench_probe.h) shows
 * that, and disturbed windows are left out as long as undisturbed ones remain. Thread: one series belongs to
 * one thread. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <x86intrin.h>
#include "bench_probe.h"

#define BENCH_RUNS_MAX    64
#define BENCH_WINDOWS_MAX 65536

struct bench_series {
    double *window;                   /* cycles per packet of each window of the current run */
    double *crowd;                    /* of the core around it, the worse of before and after */
    double *clock;                    /* of the core after it */
    struct bench_probe probed;        /* the last probe; zero: none yet */
    uint32_t count;                   /* windows in the current run */
    uint32_t cap;                     /* > 0 */
    uint32_t runs;                    /* finished runs */
    double run[BENCH_RUNS_MAX];       /* median of each finished run */
    double run_clock[BENCH_RUNS_MAX]; /* core clocks per TSC cycle in it, the median */
    bool is_quiet[BENCH_RUNS_MAX];    /* that run had enough undisturbed windows */
};

struct bench_result {
    double min;    /* the figure to quote: the least disturbed run */
    double median; /* of the runs' medians */
    double max;
    double clock;  /* core clocks per TSC cycle, the median of the runs */
    uint32_t runs; /* that these are taken from */
    bool is_quiet; /* false: no run was undisturbed, so the figures are too high: measure again */
};

/* Allocates room for `windows` windows a run (1 to BENCH_WINDOWS_MAX). Ends the process if memory is out. */
void bench_series_init(struct bench_series *s, uint32_t windows);
void bench_series_fini(struct bench_series *s);

/* Records one window of `pkts` packets (> 0) that took `cycles` TSC cycles. Windows past the cap are ignored.
 */
void bench_series_window(struct bench_series *s, uint64_t cycles, uint64_t pkts);

/* The same with what a probe saw, for those who probe, or know, themselves. */
void bench_series_add(struct bench_series *s, double cycles_per_pkt, struct bench_probe seen);

/* Ends the current run: its median becomes one run value. A run without windows counts as none. */
void bench_series_run_end(struct bench_series *s);

/* Whether `runs` undisturbed runs are finished, or so many in all that waiting for quiet is in vain. */
bool bench_series_is_done(const struct bench_series *s, uint32_t runs);

/* What the finished runs say, the undisturbed ones if there are any; all zero when there are none. */
struct bench_result bench_series_result(const struct bench_series *s);

/* TSC frequency in Hz, measured once over 20 ms. Thread: control. */
double bench_tsc_hz(void);

/* Pins the calling thread to a CPU. Returns 0, or -errno (say so and go on: figures only get noisier). */
int bench_pin(unsigned cpu);

/* The same for another thread. */
int bench_pin_thread(pthread_t thread, unsigned cpu);

/* Starts a window: probes the core (about 2,000 cycles) and forgets what was before. Needed only where the
 * time between windows is long; a window's end is also the next one's start. */
void bench_series_start(struct bench_series *s);

/* A core with more crowd than this is busy with another thread. It is known before anything was measured, and
 * narrower on cores with more ALUs once they were seen quiet. Thread: any. */
double bench_crowd_limit(void);

/* Serialised enough for windows of 512 packets. */
static inline uint64_t bench_tsc(void)
{
    unsigned aux;
    return __rdtscp(&aux);
}
