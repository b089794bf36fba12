/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The workers of a gateway measured alone, together, and together with each other's packets. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_gate.h"

/* A worker that had less of its CPU than this finds its caches used by others each time it goes on. */
#define BENCH_TEAM_FREE 0.95

enum bench_team_way {
    BENCH_TEAM_ALONE,    /* one works, the others sleep */
    BENCH_TEAM_TOGETHER, /* all work, each on SAs of its own */
    BENCH_TEAM_HANDOFF,  /* all work, each receives the packets of its neighbour's SAs and hands them over */
    BENCH_TEAM_WAYS
};

/* A worker in its best stretch alone, or in the team's best stretch. */
struct bench_team_figure {
    double pps;    /* packets sent per second of its own time; 0: no figure */
    double on_cpu; /* share of the stretch that no other thread kept it from its CPU, 0 to 1 */
    bool is_quiet; /* nothing else used its core or kept it from its CPU; false: no stretch was so */
};

struct bench_team_result {
    struct bench_team_figure figure[BENCH_TEAM_WAYS][BENCH_WORKERS_MAX];
    double pps[BENCH_TEAM_WAYS]; /* of all workers; of the best one ALONE. 0: no figure */
    double line; /* cycles of a cache line to the farthest worker and back, in that of TOGETHER */
};

/* Measures an open gateway in all ways up to `last` on the lcores of EAL, in rounds, until each has `runs`
 * undisturbed stretches (1 to BENCH_RUNS_MAX - 1) or waiting for them is in vain. Returns 0, -ENOMEM, or -EIO
 * when packets did not come through whole, or were handed over where they must not be; with a sentence. */
int bench_team_run(struct bench_gate *g, uint32_t runs, enum bench_team_way last,
                   struct bench_team_result *out);
