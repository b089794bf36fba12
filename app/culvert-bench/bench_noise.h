/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What disturbed a measurement, from sources outside of it: time that the hypervisor took from the CPU
 * (/proc/stat), how often and how long others had the CPU instead of the thread (getrusage(2), the thread's
 * CPU time), and the core's frequency (bench_probe.h). A source that is not there is said to be missing.
 * Thread: the measuring one, from begin to end. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum bench_unrest {
    BENCH_CALM,
    BENCH_CORE_SHARED, /* another thread worked on the core's other half */
    BENCH_CPU_SHARED,  /* others had the CPU */
    BENCH_CPU_STOLEN,  /* the hypervisor had it */
    BENCH_CORE_SLOWED, /* its clock was lower than in another round */
    BENCH_UNRESTS
};

struct bench_noise {
    bool has_steal, has_switches;
    double steal;     /* share of the time, 0 to 1; known in steps of 10 ms */
    double switches;  /* involuntary ones of the thread */
    double on_cpu;    /* share of the time that no other thread kept it from its CPU, 0 to 1 */
    double idle;      /* share of the time that nobody used the CPU, in such steps too; 0 without has_steal */
    double frequency; /* core clocks per second; 0: not known */
    double seconds;
};

/* Of a CPU since boot, in ticks. */
struct bench_noise_ticks {
    uint64_t steal, idle;
};

struct bench_noise_mark {
    unsigned cpu;
    uint64_t tsc;
    struct bench_noise_ticks ticks;
    bool has_steal, has_switches;
    double switches;
    double cpu_seconds;
};

void bench_noise_begin(struct bench_noise_mark *m, unsigned cpu);

/* Since begin; the frequency is that of the core now, and `clock` (core clocks per TSC cycle, 0: not known)
 * replaces it when the measurement knows it better. */
void bench_noise_end(const struct bench_noise_mark *m, double clock, struct bench_noise *out);

/* CPU time of the calling thread, in seconds. */
double bench_noise_cpu_seconds(void);

/* What a round under this noise is worth; is_core_ours: its own probes saw no busy sibling; fastest: the
 * greatest frequency in any round of the same work, 0: not known. */
enum bench_unrest bench_noise_judge(const struct bench_noise *n, bool is_core_ours, double fastest);

/* The end of a sentence that begins "every round was disturbed: ". */
const char *bench_unrest_words(enum bench_unrest u);

/* A CPU's ticks by a file in the format of /proc/stat, which may be NULL. Returns false when it does not
 * tell.
 */
bool bench_noise_ticks_read(FILE *stat, unsigned cpu, struct bench_noise_ticks *out);
