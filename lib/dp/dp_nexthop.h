/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The last step of every way: the next hop's Ethernet header, and out. Thread: the worker's. */
#include "dp_adj.h"
#include "dp_fib.h"
#include "dp_tx.h"
#include "wire_eth.h"

/* For dp_worker.adj_gen. */
static inline uint32_t dp_adj_gen(const struct dp_worker *w)
{
    return atomic_load_explicit(&w->fib->generation, memory_order_acquire) +
           atomic_load_explicit(&w->tables->path_gen, memory_order_acquire);
}

/* Whether what goes by this adjacency leaves where peers are. */
static inline bool dp_leads_outside(const struct dp_worker *w, const struct dp_adj *a)
{
    return (a->kind == DP_ADJ_NEIGH || a->kind == DP_ADJ_ONLINK) &&
           w->dp->ports[a->port].params.role == DP_ROLE_OUTSIDE;
}

/* Puts the Ethernet header of a ready adjacency before ip (headroom of DP_L2_ROOM checked) and queues the
 * frame. */
static inline void dp_nexthop_send(struct dp_worker *w, struct rte_mbuf *m, uint8_t *ip, uint32_t len,
                                   const struct dp_adj *adj)
{
    memcpy(ip - 16, adj->l2 + DP_L2_ROOM - 16, 16);
    if (adj->l2_bytes != WIRE_ETH_BYTES)
        memcpy(ip - DP_L2_ROOM, adj->l2, 16);
    m->data_off = (uint16_t)(ip - (uint8_t *)m->buf_addr - adj->l2_bytes);
    m->pkt_len = len + adj->l2_bytes;
    m->data_len = (uint16_t)m->pkt_len;
    dp_tx_put(w, adj->port, m, m->pkt_len);
}

/* No Ethernet header to be had: control resolves the next hop. Takes an IP packet, data at its header. */
void dp_nexthop_ask(struct dp_worker *w, struct rte_mbuf *m, uint32_t adj);

/* Sends an IP packet (data at its header, headroom before it) by its route. Takes it. */
void dp_forward_ip(struct dp_worker *w, struct rte_mbuf *m);
