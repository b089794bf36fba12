/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The data path as a whole: its ports, tables and rings. Made and unmade by dp_create.c. Fields are fixed
 * from creation on, or name their writer.
 */
#include <stdatomic.h>
#include <rte_ring.h>
#include "dp.h"
#include "dp_answer.h"
#include "sad.h"
#include "sad_reclaim.h"

#define DP_ADJS_MAX   65536        /* next hops and neighbours */
#define DP_FRAG_IDS   1024         /* counters of fragment IDs that all destinations share */
#define DP_INNERS_MAX 16           /* addresses of the host's that peers gave */
#define DP_PORT_NONE  DP_PORTS_MAX /* of a packet that came in by no port */

struct dp_adj;
struct dp_fib;
struct dp_known;
struct dp_own;
struct dp_resolve;
struct dp_traps;

/* A port as workers see it. */
struct dp_port {
    /* What each burst needs, on one line: copies from params. */
    _Alignas(64) uint64_t mac_word; /* the six bytes as the low 48 bits of a load */
    bool has_vlan, is_inside, rx_ip4_cksum;
    struct dp_port_params params;
};

/* An address of the host's that is no port's (dp_inner.h). Fields are fixed while it is published. */
struct dp_inner {
    _Atomic uint8_t family; /* published by it; BASE_AF_NONE: nobody's */
    uint16_t port;          /* through whose host interface the host has it */
    uint8_t bytes[16];
    bool is_held; /* control: workers may still read it */
};

struct dp {
    struct dp_params params;
    struct dp_port ports[DP_PORTS_MAX];
    struct sad *sad;
    _Atomic(struct dp_own *) own; /* control, as a whole; what was read of it is good for a burst */
    _Atomic(struct dp_fib *) fib; /* control, as a whole; workers load it once per burst */
    struct dp_adj *adjs;
    uint32_t n_adjs;     /* control: used so far, 0 is none */
    uint32_t *free_adjs; /* control: stack */
    uint32_t n_free_adjs;
    uint32_t neigh_buckets[1024]; /* control */
    struct rte_ring *punt;        /* to control */
    struct rte_ring *punt_first;  /* likewise, taken first: IKE of SAs that live */
    struct dp_known *known;       /* control; workers read it */
    struct rte_ring *host;        /* to the host's stack */
    struct rte_ring *streams;     /* to streams of TCP */
    struct sad_reclaim *reclaim;  /* the tables' own */
    _Atomic uint32_t n_inners;    /* control; workers look no further when there is none */
    struct dp_inner inners[DP_INNERS_MAX];
    struct dp_resolve *resolve; /* control */
    struct dp_traps *traps;     /* control */
    struct dp_counters control; /* control: its drops of what workers handed to it, and of its own */
    _Atomic bool is_stopping;   /* any thread, once */
    _Atomic bool bell_is_armed; /* set by control, which sleeps; taken down by whoever wakes it */
    struct dp_worker *workers[DP_WORKERS_MAX];
    _Atomic uint64_t answers[DP_ANSWERS];      /* control; taken out by workers (dp_answer.h) */
    _Atomic uint64_t frag_ids[DP_FRAG_IDS];    /* any thread */
    _Atomic uint64_t stream_ports[65536 / 64]; /* control; bits: local ports of streams (dp_stream_port()) */
};
