/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A gateway to measure: Culvert's own tables and data path on two metering ports, with SAs installed by hand
 * in place of IKE. What runs is dp_turn(), the turn of the worker loop that culvertd's workers make. Worker n
 * polls queue n of both ports, whose packets belong to the SAs that it owns. Thread: all from the measuring
 * thread, except where said otherwise. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_stat.h"
#include "meter_clock.h"
#include "meter_port.h"

struct sad;
struct dp;
struct dp_worker;

struct bench_gate_case {
    uint32_t size;     /* plaintext frame bytes, or BENCH_IMIX */
    bool is_inbound;   /* ESP in, clear out; else clear in, ESP out */
    bool is_plain_esp; /* ESP without UDP, as ipsec-secgw is measured */
    uint16_t key_bits; /* 128 or 256 */
    uint32_t sas;      /* pairs of each worker, one at random per packet; in all at most BENCH_GATE_SAS */
    uint16_t workers;  /* as many as EAL was started for; 0 is 1 */
    uint64_t pkts;     /* to measure, over all runs */
    uint32_t runs;     /* 1 to BENCH_RUNS_MAX */
    bool is_tunnel;    /* the pairs of all workers are one tunnel's: same selectors, shared out (RFC 9611) */
    uint32_t churn_room; /* further pairs that may be installed meanwhile */
};

#define BENCH_GATE_SAS    131072u
#define BENCH_WORKERS_MAX 32
#define BENCH_INSIDE      0 /* port numbers */
#define BENCH_OUTSIDE     1

/* A worker, its clock and its queues of the two ports. Writer: that worker's thread. */
struct bench_seat {
    _Alignas(128) struct dp_worker *worker;
    struct meter_clock clock;
    struct meter_port port[2];
    const struct bench_seat *sender; /* of what is received here; NULL: itself. Writer: whoever measures */
    uint64_t received;               /* here, when the sender had sent nothing of it yet */
    _Alignas(128) _Atomic uint64_t sent; /* packets on both ports; for others to read, with several workers */
};

struct bench_gate {
    struct bench_gate_case c;
    struct sad *sad;
    struct dp *dp;
    uint32_t *spis;         /* inbound SPIs in ascending order; SA i serves inner address i */
    uint64_t install_tsc;   /* cycles that installing all pairs took */
    uint64_t install_bytes; /* memory that the process grew by when they were installed */
    struct bench_seat seat[BENCH_WORKERS_MAX];
};

/* Starts EAL with lcore n for worker n (1 to BENCH_WORKERS_MAX) on CPU cpus[n], with huge pages if is_huge
 * and enough of them are free, and two ports with a queue pair per worker. Ends the process with a sentence
 * when that fails. Once per process. */
void bench_gate_eal(const uint32_t *cpus, uint16_t workers, bool is_huge, bool is_verbose);
/* Whether packets lie in huge pages. */
bool bench_gate_has_huge(void);

/* Builds the gateway. 0, or -errno with a sentence on stderr. Release with bench_gate_close() in both cases.
 */
int bench_gate_open(struct bench_gate *g, const struct bench_gate_case *c);
void bench_gate_close(struct bench_gate *g);

/* Works with worker 0 until its clock is finished. 0, or -EIO with a sentence when packets did not come
 * through whole. */
int bench_gate_run(struct bench_gate *g);

/* What bench_gate_run() says in the end, for those who call dp_turn() themselves: did all packets come
 * through whole? 0, or -EIO with a sentence. */
int bench_gate_verdict(const struct bench_gate *g);

/* For those who call dp_turn() themselves: from attach to detach the ports belong to this gateway. */
void bench_gate_attach(struct bench_gate *g);
void bench_gate_detach(struct bench_gate *g);

/* Installs pair i (0 .. sas + churn_room) under a reserved inbound SPI. 0, or -errno of sad_install().
 * Thread: control, which may be another one than the measuring thread. */
int bench_gate_pair(struct bench_gate *g, uint32_t spi_in, uint32_t i);
