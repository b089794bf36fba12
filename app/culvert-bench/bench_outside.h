/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A second meter of the application's cycles per packet, which shares nothing with meter_clock.h: the TSC
 * around whole turns of the worker loop, on ports without a clock, by the packets that the receiving port
 * counts, less what the ports' functions take, which is measured apart. Thread: the measuring one. */
#include "bench_gate.h"

struct bench_outside_result {
    struct bench_result outside; /* by the second meter */
    struct bench_result clock;   /* by the clock, at the same time */
    uint64_t sent, counted; /* packets that the gateway sent since the start, and that the port counted */
};

/* Measures a case of one worker by both, runs of 128 windows of each, c->runs of them. 0, or -errno with a
 * sentence on stderr. */
int bench_outside_run(const struct bench_gate_case *c, struct bench_outside_result *out);
