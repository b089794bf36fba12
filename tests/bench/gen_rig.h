/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The generator and the gateway of its tests, joined by rings. Thread: the main one. */
#include "gen_bench.h"
#include "gen_figure.h"
#include "gen_gate.h"

#define RIG_HASTE 6 /* a second of the machine's clock is so many of the generator's with two threads */

extern struct gen_bench bench;
extern struct gen_args args;
extern struct gen_verdict verdict;
extern cpu_set_t rig_cpus; /* of this process, before DPDK */

/* DPDK with one thread, which sends and receives; or with two, on two CPUs where there are two. */
int rig_start(void **state);
int rig_start_two(void **state);

/* A generator by the usual options, which a test may then change in args, and a gateway with these faults.
 * Where sources have the clock of gen_clock.h, each look at it takes a microsecond and nothing else takes any
 * time, so that a test is no matter of who had a CPU. */
void rig_open(const char *scenario, enum gen_way way, struct faults faults);
/* The same by the machine's clock: where commands run, and should end while packets go. */
void rig_open_timed(const char *scenario, enum gen_way way, struct faults faults);
void rig_close(void);

/* The neighbours are known, as if they had been asked for. */
void rig_greet(void);

/* Runs a scenario, compares its end, and closes the rig. */
void rig_run(bool (*run)(struct gen_bench *b, struct gen_verdict *v), bool is_good, const char *sentence);
