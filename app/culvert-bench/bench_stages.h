/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What each stage of the data path costs. Thread: the measuring one. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_figure.h"
#include "bench_gate.h"
#include "bench_run.h"

#define BENCH_STAGES 5

/* A case and the figures of its stages. One of them may get more to do, so that it can be proved that this is
 * seen: arithmetic of a length that is fixed beforehand, and metered without the stages by the kernel's
 * clock. So neither does the meter of the stages make what it has to find, nor is it asked how much that is.
 */
struct bench_stages_row {
    struct bench_gate_case c;
    int slow_stage;            /* the one with more to do; -1: none */
    uint32_t slow_percent;     /* of what it takes in the warm-up: so much is added, about */
    uint32_t slow_links;       /* of the arithmetic in a burst. Writer: the measurement */
    struct bench_figure added; /* cycles a packet of the arithmetic, by the kernel's clock */
    struct bench_figure cycles[BENCH_STAGES];
    struct bench_weather weather;
};

/* Name of a stage, from 0; NULL: there is none. */
const char *bench_stages_name(bool is_inbound, int stage);

/* The stage of that name, or -1. */
int bench_stages_find(bool is_inbound, const char *name, size_t len);

/* One round of a row in an array of them, and whether all its figures are confirmed: struct bench_cases. */
int bench_stages_measure(void *rows, struct bench_run *run, uint32_t at);
bool bench_stages_is_done(const void *rows, uint32_t at);
