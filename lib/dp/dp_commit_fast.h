/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The fast path of inbound packets after they were opened, which nearly every packet takes: in order, padded
 * no more than it must be, IPv4 inside, for a host whose Ethernet address is known. Thread: the worker's.
 */
#include "dp_adj.h"
#include "dp_fib.h"
#include "dp_mbuf.h"
#include "dp_fast.h"
#include "sad_replay.h"

/* fast_trailer's bytes. */
static const uint64_t fast_trailer_mask[4] = {0xffff, 0xffffff, 0xffffffff, 0xffffffffff};

/* The way of the last inner packet; those behind it often have the same destination. */
struct fast_way {
    uint64_t dst; /* network order; UINT64_MAX: none yet */
    uint32_t mtu;
    uint32_t l2_bytes, l2_end; /* last bytes of the Ethernet header, and its first */
    __m128i l2;
    struct dp_tx *tx;
    uint16_t clamp; /* fast_clamp() */
};

/* What is the same for all packets of a run, and what goes on counting. */
struct fast_commit {
    struct sad_addrs4 inner;
    bool is_esn;
    uint64_t top, head, pkts, bytes;
    struct rte_mbuf **frames; /* where they go */
};

/* One pair of IPv4 prefixes for all ports, and a replay window. */
static inline bool fast_commit_sa(const struct sad_in *in)
{
    return (in->flags & (SAD_F_FAST | SAD_F_SELS | SAD_F_NO_REPLAY)) == SAD_F_FAST;
}

static inline struct fast_commit fast_commit_begin(const struct sad_in *in, const struct fast_way *way)
{
    return (struct fast_commit){
        .inner = in->inner,
        .is_esn = in->flags & SAD_F_ESN,
        .top = in->top,
        .head = in->head,
        .frames = way->tx->frames + way->tx->count,
    };
}

static inline void fast_commit_end(const struct fast_commit *r, struct sad_in *in, const struct fast_way *way,
                                   uint64_t now_tsc)
{
    way->tx->count += r->pkts;
    way->tx->bytes += r->bytes + r->pkts * way->l2_bytes;
    in->top = r->top;
    in->head = r->head;
    in->pkts += r->pkts;
    in->bytes += r->bytes;
    in->last_tsc = now_tsc;
}

/* Makes the way of an opened packet the current one. False: it is already, or no packet on the fast path can
 * take it. */
static inline bool fast_way_find(struct dp_worker *w, struct fast_way *way, const struct dp_pkt *p)
{
    const uint8_t *dst = p->op.data + 16;
    if (p->op.failed || p->op.len < WIRE_IP4_BYTES || dp_load32(dst) == way->dst)
        return false;
    const struct dp_adj *a = &w->adjs[dp_fib_find(w->fib, false, dst)];
    if (!dp_adj_is_ready(a) || w->dp->ports[a->port].params.role == DP_ROLE_OUTSIDE)
        return false;
    way->dst = dp_load32(dst);
    way->mtu = a->mtu;
    way->l2_bytes = a->l2_bytes;
    way->l2 = fast_load(a->l2 + DP_L2_ROOM - FAST_L2);
    way->l2_end = dp_load32(a->l2 + DP_L2_ROOM - 4);
    way->tx = &w->tx[a->port];
    return true;
}

_Static_assert(offsetof(struct esp_op, zero) == offsetof(struct esp_op, failed) + 1 &&
                   offsetof(struct esp_op, user16) == offsetof(struct esp_op, failed) + 2,
               "failed and flags are read at once");

/* The sequence number of an op. */
static inline uint64_t fast_seq(const struct esp_op *op, bool is_esn)
{
    return is_esn ? __builtin_bswap64(dp_load64(op->aad + 4)) : dp_get32(op->aad + 4);
}

/* False: nothing was changed, and the packet needs a closer look. */
static inline bool fast_commit(struct dp_pkt *p, struct fast_commit *r, const struct fast_way *way)
{
    uint8_t *ip = p->op.data;
    const uint64_t seq = fast_seq(&p->op, r->is_esn);
    const uint32_t total = dp_get16(ip + WIRE_IP4_AT_LEN), pad = p->op.len - 2 - total;
    if (dp_load32(&p->op.failed) || seq <= r->top || (seq ^ r->top) >= SAD_BLOCK_BITS)
        return false;
    if (ip[0] != 0x45 || total < WIRE_IP4_BYTES || pad > 3 ||
        (dp_load64(ip + total) & fast_trailer_mask[pad]) != fast_trailer[pad])
        return false;
    const uint64_t addrs = dp_load64(ip + WIRE_IP4_AT_SRC);
    if (!sad_addrs4_match(&r->inner, addrs) || ip[WIRE_IP4_AT_TTL] <= 1)
        return false;
    if (addrs >> 32 != way->dst || total > way->mtu ||
        (unlikely(ip[WIRE_IP4_AT_PROTO] == way->clamp) && fast_may_be_syn(ip, total)))
        return false;
    r->top = seq;
    r->head |= sad_replay_bit(seq);
    r->frames[r->pkts++] = p->mbuf;
    r->bytes += total;
    dp_ip4_ttl_dec(ip);
    fast_store(ip - FAST_L2, way->l2);
    memcpy(ip - 4, &way->l2_end, 4);
    dp_mbuf_span(p->mbuf, ip - way->l2_bytes, total + way->l2_bytes);
    return true;
}
