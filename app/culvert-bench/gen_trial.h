/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One trial: sends by a rate for some time, receives meanwhile and until nothing more comes, and tells what
 * arrived. Thread: the main one; with a second core, that one receives. */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_mempool.h>
#include "gen_args.h"
#include "gen_meter.h"
#include "gen_port.h"
#include "gen_stream.h"

#define GEN_PORTS 3 /* A, B, and C for a flood */

/* Stream i is sent at port i, but for the flood, which is sent at the last port. */
struct gen_bench {
    const struct gen_args *args;
    double hz; /* of the TSC */
    struct rte_mempool *pool;
    uint32_t n_ports;
    struct gen_port port[GEN_PORTS];
    struct gen_stream stream[GEN_STREAMS];
    struct gen_meter meter[GEN_PORTS]; /* of what comes to each port */
    struct meter_flow opener;          /* has the key that the gateway seals with, if that is known */
    uint32_t *spis, *strays;           /* of --sas; strays: that nobody has. NULL: there are none */
    uint32_t n_spis;
    uint16_t trial;
    uint32_t figures, confirmed; /* that were written, and how many of them rounds confirm */
    cpu_set_t cpus;              /* that the process could use before DPDK bound its threads */
    const volatile sig_atomic_t *is_interrupted; /* ends the trial. Borrowed */
};

/* What a trial is to send. */
struct gen_load {
    const char *what; /* for the progress line; NULL: it shows none */
    double seconds;   /* 0: until all limits are sent, or twice the time of that and 5 s are over */
    uint32_t size;    /* of frames in bytes; BENCH_IMIX */
    enum gen_what send[GEN_STREAMS];
    double pps[GEN_STREAMS];     /* 0: as many as can be */
    uint64_t limit[GEN_STREAMS]; /* packets; 0: none */
    uint32_t depth;
    bool is_kept, is_forged, is_stray, is_in_turn;
    bool (*is_enough)(const struct gen_bench *b); /* ends it earlier; NULL: nothing does */
    void (*each)(void *ctx); /* about every millisecond; it may not wait. NULL: nothing */
    void *each_ctx;
};

/* What came of it. Sums are over the streams from A and B. */
struct gen_outcome {
    double seconds;
    double asked; /* packets, of the rate and the time; 0: it was not limited */
    uint64_t sent, received;
    uint64_t sent_bits, received_bits; /* of frames, as far as they were in clear */
    uint64_t duplicates, reordered, damaged, opened, unopened;
    uint64_t furthest;                  /* numbers that a packet came behind a later one */
    uint64_t reordered_sent;            /* of a shuffled stream */
    uint64_t flood_sent, flood_answers; /* IKE */
    uint64_t own_lost;                  /* by the generator's ports, on the way in or out */
    double gap_s;                       /* the longest time in which nothing came */
    double away_s, away_most_s;         /* time that a thread was kept from its work while packets were sent,
                                         * in all and at most: of the sending and the receiving one the worse */
    struct gen_hist latency;            /* TSC cycles */
};

/* Answers ARP and receives until `seconds` have passed, or `is_enough` says so (NULL: never). */
void gen_trial_wait(struct gen_bench *b, double seconds, bool (*is_enough)(const struct gen_bench *b));

/* A load of fresh packets by those who send, `pps` packets per second each, for `seconds`. */
struct gen_load gen_trial_load(const struct gen_bench *b, uint32_t size, double pps, double seconds);

void gen_trial_run(struct gen_bench *b, const struct gen_load *load, struct gen_outcome *o);

/* Shares of loss; what came twice makes up for nothing. 0 when nothing was sent. */
double gen_trial_loss(const struct gen_outcome *o);

/* Whether a thread was away so long that what it did at other times says little. */
bool gen_trial_is_away(const struct gen_outcome *o);

/* Whether what was lost beyond a tolerance may be the generator's own fault: its ports lost it, or a thread
 * was away. */
bool gen_trial_is_own_loss(const struct gen_outcome *o, double tolerance);

/* Why the figures of a trial are the generator's own and not the gateway's, in buf, or NULL. */
const char *gen_trial_reason(const struct gen_outcome *o, char *buf, uint32_t size);
