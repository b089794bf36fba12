/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From workers to control: a bounded ring, and token buckets before it, so that neither a flood of IKE nor a
 * scan of an attached network costs the data path or control more than its share. What a packet is, is noted
 * in its mbuf (hash.fdir, which nobody uses behind receive); control takes the packet apart again in
 * dp_punt_pop().
 *
 * Drops: punt_limit, punt_full, no_neighbour.
 */
#include "dp_punt.h"

#include "dp_adj.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_worker.h"
#include "wire_natt.h"

#define PUNT_PPS_DEFAULT 20000
#define LARGE_PPS        200 /* packets in large buffers: each costs control as much as many others */
#define RESOLVE_PPS      2000
#define STRAY_PPS        100

void dp_punt(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, enum dp_punt_reason reason,
             uint32_t hint)
{
    uint64_t hz = w->dp->params.tsc_hz;
    uint64_t pps = w->dp->params.punt_pps ? w->dp->params.punt_pps : PUNT_PPS_DEFAULT;
    bool is_resolve = reason == DP_PUNT_RESOLVE;
    bool may = is_resolve ? dp_bucket_take(&w->resolve_bucket, w->now_tsc, hz, RESOLVE_PPS)
                          : dp_bucket_take(&w->punt_bucket, w->now_tsc, hz, pps);
    if (m->pool == w->dp->params.large_pool)
        may = may && dp_bucket_take(&w->large_bucket, w->now_tsc, hz, LARGE_PPS);
    if (!may) {
        dp_drop_mbuf(w, m, is_resolve ? DP_DROP_no_neighbour : DP_DROP_punt_limit);
        return;
    }
    m->port = port;
    m->hash.fdir.lo = reason;
    m->hash.fdir.hi = hint;
    if (rte_ring_enqueue(w->dp->punt, m) == 0)
        w->count.punted++;
    else
        dp_drop_mbuf(w, m, DP_DROP_punt_full);
}

/* A source address's place among those that were heard of; which of them share one, nobody outside knows. */
static uint64_t *stray_seen(struct dp_worker *w, const uint8_t *ip)
{
    const bool is6 = ip[0] >> 4 == 6;
    const uint8_t *src = ip + wire_ip_src_at(is6);
    const uint64_t addr = is6 ? dp_load64(src) ^ dp_load64(src + 8) : dp_load32(src);
    const uint64_t mix = (addr ^ w->dp->params.frag_seed) * UINT64_C(0x9e3779b97f4a7c15);
    return &w->strays[mix >> (64 - DP_STRAY_BITS)];
}

__attribute__((cold)) void dp_punt_stray(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint8_t l2)
{
    const uint64_t hz = w->dp->params.tsc_hz;
    uint64_t *seen = stray_seen(w, rte_pktmbuf_mtod(m, const uint8_t *) + l2);
    if ((*seen && w->now_tsc - *seen < hz) || m->pool == w->dp->params.large_pool ||
        !dp_bucket_take(&w->stray_bucket, w->now_tsc, hz, STRAY_PPS)) {
        rte_pktmbuf_free(m);
        return;
    }
    *seen = w->now_tsc;
    m->port = port;
    m->hash.fdir.lo = DP_PUNT_UNKNOWN_SPI;
    m->hash.fdir.hi = l2;
    if (rte_ring_enqueue(w->dp->punt, m) == 0)
        w->count.punted++;
    else
        rte_pktmbuf_free(m);
}

static struct base_addr addr_at(const uint8_t *p, bool is6)
{
    return base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, p);
}

/* IKE, ESP and ICMP errors: the worker has checked all lengths that are relied on here. */
static void punt_parse(struct dp_punt *p, uint32_t l2)
{
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + l2;
    bool is6 = ip[0] >> 4 == 6;
    uint32_t ihl = is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip);
    uint32_t total = wire_ip_len(ip, is6);
    const uint8_t *l4 = ip + ihl;
    p->src.addr = addr_at(ip + wire_ip_src_at(is6), is6);
    p->dst.addr = addr_at(ip + wire_ip_dst_at(is6), is6);
    p->payload = base_span(l4, total - ihl);
    if (p->reason == DP_PUNT_ICMP_ERR || ip[wire_ip_proto_at(is6)] != WIRE_PROTO_UDP)
        return;
    p->src.port = dp_get16(l4 + WIRE_UDP_AT_SRC);
    p->dst.port = dp_get16(l4 + WIRE_UDP_AT_DST);
    p->natt = p->dst.port == WIRE_NATT_PORT;
    const bool has_marker = p->natt && p->reason == DP_PUNT_IKE;
    uint32_t head = WIRE_UDP_BYTES + (has_marker ? WIRE_NATT_MARKER_BYTES : 0);
    p->payload = base_span(l4 + head, dp_get16(l4 + WIRE_UDP_AT_LEN) - head);
}

static void next_hop_fill(const struct dp *dp, struct dp_punt *p, uint32_t adj)
{
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *);
    const struct dp_adj *a = &dp->adjs[adj];
    bool is6 = ip[0] >> 4 == 6;
    p->next_hop = a->kind == DP_ADJ_NEIGH ? a->next_hop : addr_at(ip + wire_ip_dst_at(is6), is6);
}

bool dp_punt_pop(struct dp *dp, struct dp_punt *out)
{
    void *object;
    if (rte_ring_dequeue(dp->punt, &object) != 0)
        return false;
    struct rte_mbuf *m = object;
    *out = (struct dp_punt){.reason = (enum dp_punt_reason)m->hash.fdir.lo, .port = m->port, .mbuf = m};
    if (out->reason == DP_PUNT_IKE || out->reason == DP_PUNT_ICMP_ERR || out->reason == DP_PUNT_UNKNOWN_SPI)
        punt_parse(out, m->hash.fdir.hi);
    else if (out->reason == DP_PUNT_RESOLVE)
        next_hop_fill(dp, out, m->hash.fdir.hi);
    return true;
}
