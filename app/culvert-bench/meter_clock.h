/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Application time of one polling thread: the TSC cycles between the end of one port-driver call and the
 * start of the next, whichever metering port they go to. After METER_IDLE_POLLS empty polls in a row nothing
 * is counted until packets come: nothing is worked on. Thread: all calls from the polling thread, except
 * where said otherwise. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "bench_stat.h"

/* A turn of the gateway polls each of its two ports, and may send what came by the first after the second was
 * found empty. */
#define METER_IDLE_POLLS 4

struct meter_clock {
    struct bench_series series;
    uint64_t run_pkts; /* a run is this many packets; the first run is warm-up and not kept */
    uint32_t runs;     /* kept ones that end the measurement */
    bool is_warm;
    uint64_t end;         /* TSC at the end of the last driver call; 0: none yet */
    uint32_t empty_polls; /* since packets last came or went */
    uint64_t busy;        /* application cycles since init, goes on when finished */
    uint64_t cycles;      /* of the current window */
    uint32_t window_pkts; /* of the current window */
    uint64_t run_count;   /* packets in the current run */
    uint64_t rx, rx_calls, tx, checked, good;
    atomic_bool is_finished; /* release-stored by the polling thread; what is above then stands still */
};

/* Starts a measurement of `runs` undisturbed runs (1 to BENCH_RUNS_MAX) of together `pkts` packets. Thread:
 * control, before the first poll. Release with meter_clock_fini(). */
void meter_clock_init(struct meter_clock *m, uint64_t pkts, uint32_t runs);
void meter_clock_fini(struct meter_clock *m);

/* Around each driver call. `given` is the number of packets that a receive call returned. */
void meter_clock_begin(struct meter_clock *m);
void meter_clock_rx_end(struct meter_clock *m, uint32_t given);
void meter_clock_tx_end(struct meter_clock *m, uint32_t taken, uint32_t checked, uint32_t good);

/* Writes one JSON line. Thread: any, when finished or nobody polls. */
void meter_clock_print(const struct meter_clock *m, const char *label, FILE *out);
