/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The last stage: where does the packet go, which Ethernet header does it get, into which port's queue.
 * Inbound packets have their TTL counted down here and take a congestion mark along (RFC 6040 4.2).
 *
 * Drops: ttl, too_big, ecn, no_way_back, and those of dp_nexthop_ask(), dp_frag_inner() and dp_reass_ip4()
 * and dp_local_put().
 */
#include "dp_forward.h"

#include <rte_branch_prediction.h>
#include <rte_ip.h>
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_flow.h"
#include "dp_frag.h"
#include "dp_host.h"
#include "dp_icmp.h"
#include "dp_local.h"
#include "dp_mbuf.h"
#include "dp_mss.h"
#include "dp_nexthop.h"
#include "dp_reass.h"
#include "dp_stages.h"
#include "dp_stream.h"

#define ECN_MASK 3
#define ECN_CE   3
#define ECN_ECT0 2

/* CE or ECT(1): what classify saw in the outer header, which is still there. */
static uint8_t outer_ecn(const struct dp_pkt *p)
{
    const uint8_t *ip = rte_pktmbuf_mtod_offset(p->mbuf, const uint8_t *, p->place);
    return (uint8_t)(p->flags & DP_PKT_OUTER6 ? ip[1] >> 4 : ip[WIRE_IP4_AT_TOS]) & ECN_MASK;
}

/* Lets the outer header's mark survive by the table of RFC 6040 4.2. False: CE on a packet without ECN. */
static __attribute__((cold, noinline)) bool ecn_take(const struct dp_pkt *p, uint8_t *inner, bool is6)
{
    uint8_t tos = is6 ? (uint8_t)(inner[0] << 4 | inner[1] >> 4) : inner[WIRE_IP4_AT_TOS];
    uint8_t mine = tos & ECN_MASK, seen = outer_ecn(p);
    if (mine == 0)
        return seen != ECN_CE;
    if (seen != ECN_CE && mine != ECN_ECT0)
        return true;
    if (is6) {
        inner[1] = (uint8_t)((inner[1] & ~(ECN_MASK << 4)) | seen << 4);
        return true;
    }
    uint16_t before = dp_load16(inner);
    inner[WIRE_IP4_AT_TOS] = (uint8_t)((tos & ~ECN_MASK) | seen);
    dp_store16(inner + WIRE_IP4_AT_CSUM,
               wire_csum_update16(dp_load16(inner + WIRE_IP4_AT_CSUM), before, dp_load16(inner)));
    return true;
}

static bool is_fragment(const uint8_t *ip, bool is6)
{
    return is6 ? ip[WIRE_IP6_AT_NEXT] == WIRE_IP6_FRAGMENT
               : dp_get16(ip + WIRE_IP4_AT_FRAG) & (WIRE_IP4_MF | WIRE_IP4_OFFSET);
}

/* An inner packet for the gateway itself. A host puts its own together. */
static void own_deliver(struct dp_worker *w, struct dp_pkt *p)
{
    const bool is6 = p->flags & DP_PKT_INNER6;
    struct rte_mbuf *m = p->mbuf;
    dp_mbuf_span(m, p->op.data, p->op.len);
    if (is_fragment(p->op.data, is6) && !dp_host_has(w->dp, p->op.data + wire_ip_dst_at(is6), is6))
        m = is6 ? dp_reass_ip6(w, m, 0, true) : dp_reass_ip4(w, m, 0, true);
    if (m)
        dp_icmp_own(w, m, DP_PORT_NONE, 0, true);
}

static void inner_too_big(struct dp_worker *w, struct dp_pkt *p, uint16_t mtu)
{
    bool may_cut = !(p->flags & DP_PKT_INNER6) && !(dp_get16(p->op.data + WIRE_IP4_AT_FRAG) & WIRE_IP4_DF);
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    if (may_cut) {
        dp_frag_inner(w, p->mbuf, mtu, false, 0);
        return;
    }
    dp_icmp_refuse(w, p, DP_ICMP_TOO_BIG, mtu, DP_DROP_too_big);
}

/*
 * Into the tunnel of another peer, as any packet that a policy has something to say about: its TTL is counted
 * down there. Without a policy, or with a bypass, it is for nobody here: it would leave in clear, and an
 * answer from there would come in clear and not be sealed.
 */
static void pass_on(struct dp_worker *w, struct dp_pkt *p)
{
    struct sad_flow flow;
    dp_flow_fill(&flow, p->op.data, p->op.len, p->flags & DP_PKT_INNER6, false);
    const uint32_t verdict = sad_spd_lookup(w->tables, &flow);
    if (verdict == SAD_SPD_NONE || sad_spd_is_bypass(verdict)) {
        dp_drop_pkt(w, p, DP_DROP_no_way_back);
        return;
    }
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    dp_local_put(w, p->mbuf, 0);
}

/* Ours, on its way back out, at the end of its life, too big for the link, or to a host that is not known
 * yet. */
static __attribute__((cold, noinline)) void inner_exception(struct dp_worker *w, struct dp_pkt *p,
                                                            uint32_t adj)
{
    const struct dp_adj *a = &w->adjs[adj];
    uint8_t *ip = p->op.data;
    bool is6 = p->flags & DP_PKT_INNER6;
    if (a->kind == DP_ADJ_LOCAL) {
        own_deliver(w, p);
        return;
    }
    if (dp_leads_outside(w, a)) {
        pass_on(w, p);
        return;
    }
    if (ip[wire_ip_ttl_at(is6)] <= 1) {
        dp_icmp_refuse(w, p, DP_ICMP_TTL, 0, DP_DROP_ttl);
        return;
    }
    if (is6)
        ip[WIRE_IP6_AT_HOPS]--;
    else
        dp_ip4_ttl_dec(ip);
    if (p->op.len > a->mtu && adj) {
        inner_too_big(w, p, a->mtu);
        return;
    }
    dp_mbuf_span(p->mbuf, ip, p->op.len);
    dp_nexthop_ask(w, p->mbuf, adj);
}

/* The MSS that fits what goes back through the tunnel. */
static void mss_clamp(struct dp_worker *w, const struct dp_pkt *p, bool is6)
{
    const struct sad_out *out = sad_out_at(w->tables, sad_in_slot(w->tables, p->in));
    dp_mss_clamp(p->op.data, p->op.len, is6, atomic_load_explicit(&out->inner_mtu, memory_order_relaxed));
}

void dp_forward_inner(struct dp_worker *w, struct dp_pkt *p)
{
    uint8_t *ip = p->op.data;
    bool is6 = p->flags & DP_PKT_INNER6;
    if (w->dp->params.mss_clamp && ip[wire_ip_proto_at(is6)] == WIRE_PROTO_TCP)
        mss_clamp(w, p, is6);
    if (unlikely(p->flags & DP_PKT_CE) && !ecn_take(p, ip, is6)) {
        dp_drop_pkt(w, p, DP_DROP_ecn);
        return;
    }
    uint32_t adj = dp_fib_find(w->fib, is6, ip + wire_ip_dst_at(is6));
    const struct dp_adj *a = &w->adjs[adj];
    uint32_t len = p->op.len;
    if (unlikely(ip[wire_ip_ttl_at(is6)] <= 1 || !dp_adj_is_ready(a) || len > a->mtu ||
                 dp_leads_outside(w, a))) {
        inner_exception(w, p, adj);
        return;
    }
    if (is6)
        ip[WIRE_IP6_AT_HOPS]--;
    else
        dp_ip4_ttl_dec(ip);
    dp_nexthop_send(w, p->mbuf, ip, len, a);
}

/* The next hop towards the peer, remembered in the SA until routes or paths change. */
static inline uint32_t outer_adj(struct dp_worker *w, struct sad_out *out, const uint8_t *ip)
{
    if (out->adj_gen != w->adj_gen) {
        bool is6 = out->flags & SAD_F_OUTER6;
        out->adj = (uint16_t)dp_fib_find(w->fib, is6, ip + wire_ip_dst_at(is6));
        out->adj_gen = w->adj_gen;
    }
    return out->adj;
}

/* Leaves the checksum to the port, which adds the rest to the sum of the pseudo header. */
static void udp6_cksum_offload(struct rte_mbuf *m, uint8_t *ip, uint8_t l2_bytes)
{
    m->ol_flags |= RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_UDP_CKSUM;
    m->l2_len = l2_bytes;
    m->l3_len = WIRE_IP6_BYTES;
    dp_store16(ip + WIRE_IP6_BYTES + WIRE_UDP_AT_CSUM,
               rte_ipv6_phdr_cksum((const struct rte_ipv6_hdr *)ip, m->ol_flags));
}

static __attribute__((noinline)) void forward_outer(struct dp_worker *w, struct dp_pkt *p)
{
    struct rte_mbuf *m = p->mbuf;
    struct sad_out *out = p->out;
    if (out->flags & SAD_F_STREAM) {
        dp_stream_out(w, m);
        return;
    }
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
    uint32_t adj = outer_adj(w, out, ip);
    const struct dp_adj *a = &w->adjs[adj];
    const bool is_ready = dp_adj_is_ready(a);
    if ((out->flags & (SAD_F_OUTER6 | SAD_F_ENCAP)) == (SAD_F_OUTER6 | SAD_F_ENCAP)) {
        if (is_ready && w->dp->ports[a->port].params.tx_udp_cksum)
            udp6_cksum_offload(m, ip, a->l2_bytes);
        else
            dp_udp6_cksum_fill(ip, m->data_len);
    }
    if (is_ready)
        dp_nexthop_send(w, m, ip, m->data_len, a);
    else
        dp_nexthop_ask(w, m, adj);
}

/* Whole frames for one port from p on, as many as its queue has room for. Returns the first other. */
static inline struct dp_pkt *frames_send(struct dp_worker *w, struct dp_pkt *p, const struct dp_pkt *end)
{
    const uint8_t user = p->place;
    struct dp_tx *tx = &w->tx[user - 1];
    if (unlikely(tx->count == DP_TX_QUEUE))
        dp_tx_flush(w, (uint16_t)(user - 1));
    struct rte_mbuf **at = tx->frames + tx->count, **full = tx->frames + DP_TX_QUEUE;
    uint64_t bytes = 0;
    do {
        *at++ = p->mbuf;
        bytes += p->mbuf->pkt_len;
        p++;
    } while (p < end && p->place == user && at < full);
    tx->count = (uint64_t)(at - tx->frames);
    tx->bytes += bytes;
    return p;
}

/* Most packets got their Ethernet header with the others (dp_encap.c), and only go out. */
void dp_forward_out(struct dp_worker *w, struct dp_burst *b)
{
    const struct dp_pkt *end = b->pkt + b->count;
    for (struct dp_pkt *p = b->pkt; p < end;) {
        if (likely(p->place))
            p = frames_send(w, p, end);
        else
            forward_outer(w, p++);
    }
}
