/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What machine this is, as far as figures depend on it, and what else it does meanwhile. Thread: one. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_FACTS 24

struct bench_fact {
    const char *name; /* "CPU" */
    char value[1024]; /* in words; which files were not there is said, nothing is guessed */
};

struct bench_facts {
    struct bench_fact fact[BENCH_FACTS];
    uint32_t count;
};

/* A file below root, up to cap - 1 bytes, without what is blank at its end; "" if there is none. Whether
 * there is one. */
bool bench_facts_file(const char *root, const char *path, char *text, size_t cap);

/* Reads /proc and /sys below `root`, "" for this machine. tsc_hz: as it was measured. */
void bench_facts_read(struct bench_facts *f, const char *root, double tsc_hz);

#define BENCH_BUSY_SAMPLES 1024

/* Samples of one stretch of time, one a second; of a longer one the first BENCH_BUSY_SAMPLES. */
struct bench_busy {
    uint64_t ticks[3]; /* of all CPUs at the last sample: all, stolen, idle */
    uint32_t count;
    bool is_blind;                     /* the files of it cannot be read */
    float loadavg[BENCH_BUSY_SAMPLES]; /* over a minute, as the kernel tells it */
    float steal[BENCH_BUSY_SAMPLES];   /* percent of all CPUs since the sample before */
    float busy[BENCH_BUSY_SAMPLES];    /* the same of what they did, whoever it was for */
};

/* Begins a stretch: what was before does not count. */
void bench_busy_start(struct bench_busy *l, const char *root);
void bench_busy_sample(struct bench_busy *l, const char *root);

struct bench_busy_three {
    double min, median, max; /* 0 without samples */
};

/* Of `count` values, which it sorts. */
struct bench_busy_three bench_busy_three(float *values, uint32_t count);
