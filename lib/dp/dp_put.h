/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * From classify into a burst. What the next stage will read of the tables starts on its way from memory here,
 * for all packets of the burst at once. Thread: the worker's.
 */
#include <rte_prefetch.h>
#include "dp_bytes.h"
#include "dp_worker.h"

/* Lines of an inbound SA that a packet of len ESP bytes reads. */
static inline void dp_in_prefetch(const struct sad_in *in, const struct esp_key_shape *key, uint32_t len)
{
    rte_prefetch0(in);
    rte_prefetch0(&in->top);
    esp_key_prefetch(sad_in_key(in), key, len);
}

/* An ESP header with at least 4 bytes, and the Ethernet and VLAN header bytes before its IP header. */
static inline void dp_put_in(struct dp_pkt *p, struct sad_in *in, struct rte_mbuf *m, uint8_t *esp,
                             uint32_t len, uint16_t flags, uint8_t l2)
{
    p->mbuf = m;
    p->op.data = esp;
    dp_op_word_store(p, len | (uint32_t)l2 << DP_OP_PLACE);
    p->flags = flags;
    p->in = in;
}

/* First candidate for an inner packet's destination; 0: no policy has anything to say about it. */
static inline uint32_t dp_head(const struct dp_worker *w, const uint8_t *ip, bool is6)
{
    uint32_t head = sad_spd_head(w->tables, is6, ip + wire_ip_dst_at(is6));
    rte_prefetch0(&w->tables->cands[head]);
    return head;
}

/* An IP packet to be protected, and its dp_head(). */
static inline void dp_put_out(struct dp_pkt *p, struct rte_mbuf *m, uint8_t *ip, uint32_t len, uint16_t flags,
                              uint32_t head)
{
    rte_prefetch0(ip + len); /* where its trailer and ICV will be written */
    p->mbuf = m;
    p->op.data = ip;
    dp_op_word_store(p, len);
    p->flags = flags;
    p->head = head;
}

/* The next place in a burst. */
static inline struct dp_pkt *dp_put(struct dp_burst *b)
{
    return &b->pkt[b->count++];
}
