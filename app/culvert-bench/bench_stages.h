/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What each stage of the data path costs. Thread: the measuring one. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_figure.h"
#include "bench_gate.h"
#include "bench_run.h"

#define BENCH_STAGES 5

/* A case and the figures of its stages. */
struct bench_stages_row {
    struct bench_gate_case c;
    int slow_stage; /* is made slower on purpose, so that it can be proved that this is seen; -1: none */
    uint32_t slow_percent;
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
