/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Adjacencies: next hops and neighbours, found by (port, address). Workers reach them by index through routes
 * and read the Ethernet header only while is_resolved; control changes a header only while it is not, after a
 * grace period.
 */
#include <stdatomic.h>
#include "dp_burst.h"

struct dp;

enum dp_adj_kind {
    DP_ADJ_NONE,
    DP_ADJ_NEIGH,  /* next_hop on port; l2 is valid while is_resolved */
    DP_ADJ_ONLINK, /* each destination is its own next hop on port */
    DP_ADJ_LOCAL,  /* our own address */
};

/* Where a packet goes next. One cache line. Writer: control. */
struct dp_adj {
    _Alignas(64) uint8_t l2[DP_L2_ROOM]; /* right-aligned Ethernet header, with VLAN tag if any */
    _Atomic uint8_t is_resolved;
    uint8_t kind; /* enum dp_adj_kind */
    uint8_t port;
    uint8_t l2_bytes; /* 14 or 18 */
    uint16_t mtu;
    struct base_addr next_hop;
    uint32_t hash_next; /* control: neighbours by (port, address) */
    uint32_t refs;      /* control: routes that use it */
    bool is_known;      /* control: the MAC was set and not removed */
};

/* Whether its Ethernet header may be read. Thread: a worker's, within its burst. */
static inline bool dp_adj_is_ready(const struct dp_adj *a)
{
    return atomic_load_explicit(&a->is_resolved, memory_order_acquire);
}

/* A neighbour's MAC address; the Ethernet header may be read. */
static inline const uint8_t *dp_adj_mac(const struct dp_adj *a)
{
    return a->l2 + DP_L2_ROOM - a->l2_bytes;
}

/* What follows is control's. Indexes into dp.adjs; 0: none. */

uint32_t dp_adj_find(const struct dp *dp, uint16_t port, const struct base_addr *addr);

/* A new one, of which port and MTU are filled. 0: all DP_ADJS_MAX are taken. */
uint32_t dp_adj_new(struct dp *dp, enum dp_adj_kind kind, uint16_t port);

/* The neighbour's, found or made. 0: full. */
uint32_t dp_adj_neigh(struct dp *dp, uint16_t port, const struct base_addr *addr);

/* Writes the Ethernet header to a neighbour; the caller publishes it. */
void dp_adj_l2_fill(const struct dp *dp, struct dp_adj *a, const uint8_t mac[6]);

/* Nobody refers to it any more, no route and no known MAC address: free after a grace period. */
void dp_adj_retire(struct dp *dp, uint32_t i);
