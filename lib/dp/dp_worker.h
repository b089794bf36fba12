/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A worker's state, one per core. Writer of every field: its thread, unless said otherwise. */
#include "dp_bucket.h"
#include "dp_burst.h"
#include "dp_core.h"
#include "dp_io.h"

#define DP_TX_QUEUE 128 /* frames that wait for a port within one turn */
#define DP_LOCAL_MAX \
    2048 /* packets made here that wait to be sent within one turn: a burst, each in 32 pieces */
#define DP_POLLS_MAX    128  /* receive queues of one worker */
#define DP_KEPT_MAX     4096 /* packets that a worker keeps while their SA moves */
#define DP_PUNT_KINDS   7    /* of what goes to control, each with a limit of its own (dp_punt.c) */
#define DP_STRAY_BITS   8
#define DP_TRAP_BUCKETS 256

struct dp_firsts;
struct dp_pieces;

/* What a worker has to send on a port at the end of its turn (dp_tx.h). */
struct dp_tx {
    uint64_t count, bytes;  /* of frames */
    uint16_t port_id;       /* ethdev, or DP_PORT_SINK */
    bool is_served;         /* by a queue of this worker's own */
    const struct dp_io *io; /* instead of the ethdev; NULL: none */
    void *io_port;
    struct rte_mbuf *frames[DP_TX_QUEUE];
};

struct dp_worker {
    _Alignas(64) struct dp *dp;
    const struct esp_ops *esp_ops;
    struct esp_ctx *esp;
    struct dp_pieces *pieces; /* of packets for us */
    struct dp_firsts *firsts; /* fragments of others' packets */
    const struct sad_tables *tables;
    struct dp_fib *fib; /* loaded once per burst */
    /* Changes with routes and with SAs' paths: an SA's next hop is looked up once for each value. Loaded once
     * per outbound burst, before any path is read; so what is found for a path is never kept under a later
     * value. */
    uint32_t adj_gen;
    struct dp_adj *adjs;
    _Atomic int32_t tid; /* of its thread */
    uint16_t index;
    uint16_t n_ports, n_polls;
    struct {
        uint16_t port, port_id, queue;
        const struct dp_io *io; /* instead of the ethdev; NULL: none */
        void *io_port;
    } polls[DP_POLLS_MAX];    /* what a turn receives from */
    uint64_t now_tsc;         /* read once per turn */
    uint64_t turn_tsc;        /* when the last turn ended */
    struct rte_ring *handed;  /* frames and IP packets from other workers, and marks */
    struct rte_ring *tx_ring; /* frames to send for control and for workers without a queue */
    uint32_t n_kept, kept_head;
    bool is_releasing, is_blocked; /* dp_handoff.h */
    bool has_news;                 /* this turn handed something to control */
    struct dp_burst in, out;
    uint16_t n_local, local_head;
    struct dp_tx tx[DP_PORTS_MAX];
    struct dp_bucket punt_buckets[DP_PUNT_KINDS], large_bucket, icmp_bucket, unreachable_bucket, host_bucket,
        stray_bucket;
    uint64_t strays[1 << DP_STRAY_BITS]; /* when ESP without an SA was last heard of, by source (dp_punt.c) */
    struct dp_counters count;
    struct dp_port_counters port_count[DP_PORTS_MAX];
    struct dp_row_counters row_count[SAD_ROWS_MAX];
    struct rte_mbuf *kept[DP_KEPT_MAX];   /* ring; as in handed */
    struct rte_mbuf *local[DP_LOCAL_MAX]; /* ring; IP packets made here, data at the IP header (dp_local.h) */
    struct dp_bucket trap_buckets[DP_TRAP_BUCKETS]; /* by number; some share one (dp_punt.c) */
};
