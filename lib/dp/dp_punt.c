/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From workers to control: bounded rings, and token buckets before them, one for each kind, so that neither a
 * flood of IKE, ARP or errors nor a scan of an attached network costs the data path, control or the other
 * kinds more than its share. What answers control's own questions passes them (dp_answer.h). IKE of SAs that
 * live has a ring of its own, which control empties first: a peer that answers or rekeys does so whoever else
 * calls. What a packet is, is noted in its mbuf (hash.fdir, which nobody uses behind receive); control takes
 * the packet apart again in dp_punt_pop().
 *
 * Drops: punt_limit, punt_full, no_neighbour, trap_full.
 */
#include "dp_punt.h"

#include "dp_adj.h"
#include "dp_answer.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_known.h"
#include "dp_worker.h"
#include "wire_natt.h"

#define PUNT_PPS_DEFAULT 20000
#define LARGE_PPS        200 /* packets in large buffers: each costs control as much as many others */
#define RESOLVE_PPS      2000
#define LINK_PPS         2000 /* of ARP, and of neighbour discovery */
#define ERRORS_PPS       1000
#define STRAY_PPS        100
#define TRAP_PPS         1000
#define TRAP_OWN_PPS     16 /* of one number: few of its packets wait, and the others tell nothing new */

enum punt_kind {
    PUNT_KNOWN_IKE,
    PUNT_IKE,
    PUNT_ARP,
    PUNT_ND,
    PUNT_RESOLVE,
    PUNT_TRAP,
    PUNT_ERROR,
    PUNT_KINDS
};
_Static_assert(PUNT_KINDS == DP_PUNT_KINDS, "a bucket each");

/* The UDP payload of a frame with IKE, without the marker. */
static struct base_span ike_of(const struct rte_mbuf *m, uint32_t l2)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + l2;
    const uint8_t *udp = ip + (ip[0] >> 4 == 6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip));
    const bool has_marker = dp_get16(udp + WIRE_UDP_AT_DST) == WIRE_NATT_PORT;
    const uint32_t head = WIRE_UDP_BYTES + (has_marker ? WIRE_NATT_MARKER_BYTES : 0);
    return base_span(udp + head, dp_get16(udp + WIRE_UDP_AT_LEN) - head);
}

static enum punt_kind kind_of(const struct dp_worker *w, const struct rte_mbuf *m, enum dp_punt_reason reason,
                              uint32_t hint)
{
    switch (reason) {
    case DP_PUNT_IKE:
        return dp_known_has(w->dp->known, ike_of(m, hint)) ? PUNT_KNOWN_IKE : PUNT_IKE;
    case DP_PUNT_ARP:
        return PUNT_ARP;
    case DP_PUNT_ND:
        return PUNT_ND;
    case DP_PUNT_RESOLVE:
        return PUNT_RESOLVE;
    case DP_PUNT_TRAP:
        return PUNT_TRAP;
    default:
        return PUNT_ERROR;
    }
}

static bool kind_may(struct dp_worker *w, const struct rte_mbuf *m, uint16_t port, enum punt_kind kind,
                     uint32_t hint)
{
    static const uint64_t limits[] = {[PUNT_ARP] = LINK_PPS,
                                      [PUNT_ND] = LINK_PPS,
                                      [PUNT_RESOLVE] = RESOLVE_PPS,
                                      [PUNT_TRAP] = TRAP_PPS,
                                      [PUNT_ERROR] = ERRORS_PPS};
    if (kind == PUNT_TRAP && !dp_bucket_take(&w->trap_buckets[hint % DP_TRAP_BUCKETS], w->now_tsc,
                                             w->dp->params.tsc_hz, TRAP_OWN_PPS))
        return false;
    if ((kind == PUNT_ARP || kind == PUNT_ND) && dp_answer_take(w, m, port, hint, kind == PUNT_ND))
        return true;
    const uint64_t ike_pps = w->dp->params.punt_pps ? w->dp->params.punt_pps : PUNT_PPS_DEFAULT;
    return dp_bucket_take(&w->punt_buckets[kind], w->now_tsc, w->dp->params.tsc_hz,
                          kind <= PUNT_IKE ? ike_pps : limits[kind]);
}

void dp_punt(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, enum dp_punt_reason reason,
             uint32_t hint)
{
    const enum punt_kind kind = kind_of(w, m, reason, hint);
    const bool is_known = kind == PUNT_KNOWN_IKE;
    bool may = kind_may(w, m, port, kind, hint);
    if (m->pool == w->dp->params.large_pool)
        may = may && dp_bucket_take(&w->large_bucket, w->now_tsc, w->dp->params.tsc_hz, LARGE_PPS);
    if (!may) {
        dp_drop_mbuf(w, m,
                     kind == PUNT_RESOLVE ? DP_DROP_no_neighbour
                     : kind == PUNT_TRAP  ? DP_DROP_trap_full
                                          : DP_DROP_punt_limit);
        return;
    }
    m->port = port;
    m->hash.fdir.lo = reason;
    m->hash.fdir.hi = hint;
    if (rte_ring_enqueue(is_known ? w->dp->punt_first : w->dp->punt, m) != 0) {
        dp_drop_mbuf(w, m, DP_DROP_punt_full);
        return;
    }
    w->has_news = true;
    w->count.punted++;
    w->count.punted_first += is_known;
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
    if (rte_ring_enqueue(w->dp->punt, m) == 0) {
        w->has_news = true;
        w->count.punted++;
    } else {
        rte_pktmbuf_free(m);
    }
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
    if (rte_ring_dequeue(dp->punt_first, &object) != 0 && rte_ring_dequeue(dp->punt, &object) != 0)
        return false;
    struct rte_mbuf *m = object;
    *out = (struct dp_punt){.reason = (enum dp_punt_reason)m->hash.fdir.lo, .port = m->port, .mbuf = m};
    if (out->reason == DP_PUNT_IKE || out->reason == DP_PUNT_ICMP_ERR || out->reason == DP_PUNT_UNKNOWN_SPI)
        punt_parse(out, m->hash.fdir.hi);
    else if (out->reason == DP_PUNT_RESOLVE)
        next_hop_fill(dp, out, m->hash.fdir.hi);
    else if (out->reason == DP_PUNT_TRAP)
        out->trap = m->hash.fdir.hi;
    return true;
}
