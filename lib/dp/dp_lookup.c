/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an inner packet to the SA that seals it: walks the list of candidates for the destination, which
 * classify found, and starts fetching the SA. What a bypass has goes its way in clear from here.
 *
 * IN: w->out from classify. OUT: out. Drops: no_sa, no_policy, clear_text, fragment_ports, ttl, too_big, and
 * those of dp_forward_ip(), dp_frag_inner() and dp_frag_send().
 */
#include "dp_stages.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include "dp_bypass.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_first.h"
#include "dp_flow.h"
#include "dp_frag.h"
#include "dp_frag_out.h"
#include "dp_host.h"
#include "dp_icmp.h"
#include "dp_inner.h"
#include "dp_mbuf.h"
#include "dp_nexthop.h"
#include "dp_own.h"
#include "dp_punt.h"
#include "dp_stream.h"

/*
 * A packet of our own or the host's may leave in clear to a host that an inside port reaches directly, and
 * where no policy has anything to say about the destination, or about the packet.
 */
static bool may_go_clear(const struct dp_worker *w, const struct dp_pkt *p)
{
    bool is6 = p->flags & DP_PKT_INNER6;
    const uint8_t *dst = p->op.data + wire_ip_dst_at(is6);
    const struct dp_adj *a = &w->adjs[dp_fib_find(w->fib, is6, dst)];
    if (dp_inner_port(w->dp, p->op.data + wire_ip_src_at(is6), is6) != DP_PORT_NONE)
        return false; /* it has that address by an SA, and means that */
    if (dp_is_inside_link(w->dp, a->port, dst, is6) ||
        !sad_spd_protects(w->tables, sad_spd_head(w->tables, is6, dst)))
        return true;
    return dp_host_may_go_clear(w, p);
}

/*
 * Whether a packet that an SA is found for leaves in clear all the same. In transport mode the peer itself
 * may be on an inside link; but the streams of TCP that carry IKE and ESP are never sealed by what they
 * carry.
 */
static bool goes_beside(const struct dp_worker *w, const struct dp_pkt *p, uint32_t slot)
{
    struct sad_flow flow;
    if (!(p->flags & DP_PKT_LOCAL) || !sad_spd_is_sa(slot))
        return false;
    if (!(sad_out_at(w->tables, slot)->flags & SAD_F_TRANSPORT))
        return may_go_clear(w, p);
    dp_flow_fill(&flow, p->op.data, p->op.len, p->flags & DP_PKT_INNER6, false);
    return dp_stream_is_own(w->dp, &flow);
}

/*
 * A packet leaves in clear: cut where its link asks for that. Of our own IPv6 packets, as their sender would
 * (RFC 8200 5); who sent another one, or one with DF, is told.
 */
static void clear_send(struct dp_worker *w, struct dp_pkt *p)
{
    const bool is6 = p->flags & DP_PKT_INNER6;
    const bool is_ours = (p->flags & (DP_PKT_LOCAL | DP_PKT_HOST)) == DP_PKT_LOCAL;
    const uint32_t adj = dp_fib_find(w->fib, is6, p->op.data + wire_ip_dst_at(is6));
    const uint16_t mtu = adj ? w->adjs[adj].mtu : UINT16_MAX;
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    if (p->op.len <= mtu)
        dp_forward_ip(w, p->mbuf);
    else if (!is6 && !(p->op.data[WIRE_IP4_AT_FRAG] & DP_IP4_DF))
        dp_frag_inner(w, p->mbuf, mtu, false, 0);
    else if (is6 && is_ours)
        dp_frag_send(w, p->mbuf, mtu);
    else
        dp_icmp_refuse(w, p, DP_ICMP_TOO_BIG, mtu, DP_DROP_too_big);
}

/* Whether it is from or to an address that the host has by an SA, and by that alone. */
static bool is_of_inner(const struct dp_worker *w, const uint8_t *ip, bool is6)
{
    return dp_inner_port(w->dp, ip + wire_ip_src_at(is6), is6) != DP_PORT_NONE ||
           dp_inner_port(w->dp, ip + wire_ip_dst_at(is6), is6) != DP_PORT_NONE;
}

/*
 * A bypass has it: it goes on by its route, but never from where peers are to there, nor with an address that
 * a peer gave.
 */
static void bypass_send(struct dp_worker *w, struct dp_pkt *p, uint32_t verdict, bool is_outside)
{
    uint8_t *ip = p->op.data;
    const bool is6 = p->flags & DP_PKT_INNER6, is_forwarded = !(p->flags & DP_PKT_TTL_DONE);
    const struct dp_adj *a = &w->adjs[dp_fib_find(w->fib, is6, ip + wire_ip_dst_at(is6))];
    if ((is_outside && dp_leads_outside(w, a)) || is_of_inner(w, ip, is6)) {
        dp_drop_pkt(w, p, DP_DROP_clear_text);
        return;
    }
    if (is_forwarded && ip[wire_ip_ttl_at(is6)] <= 1) {
        dp_icmp_refuse(w, p, DP_ICMP_TTL, 0, DP_DROP_ttl);
        return;
    }
    if (is_forwarded && is6)
        ip[WIRE_IP6_AT_HOPS]--;
    else if (is_forwarded)
        dp_ip4_ttl_dec(ip);
    dp_bypass_count(w, verdict, p->op.len);
    clear_send(w, p);
}

/* Nothing protects this packet on its way out. Is it one that should have come in protected? */
static enum dp_drop refusal_name(const struct dp_worker *w, const struct dp_pkt *p, uint32_t verdict,
                                 bool is_outside)
{
    const bool is6 = p->flags & DP_PKT_INNER6;
    struct sad_flow flow, reverse;
    dp_flow_fill(&flow, p->op.data, p->op.len, is6, false);
    dp_flow_fill(&reverse, p->op.data, p->op.len, is6, true);
    if (!is_outside && dp_flow_widen(&flow) && sad_spd_lookup(w->tables, &flow) != verdict)
        return DP_DROP_fragment_ports;
    if (verdict != SAD_SPD_NONE)
        return DP_DROP_no_sa;
    const uint32_t back = sad_spd_lookup(w->tables, &reverse);
    if (!sad_spd_is_bypass(back) && dp_bypass_may_have(w, &reverse))
        return DP_DROP_fragment_ports;
    if (back != SAD_SPD_NONE)
        return DP_DROP_clear_text;
    if (dp_flow_widen(&reverse) && sad_spd_lookup(w->tables, &reverse) != SAD_SPD_NONE)
        return DP_DROP_fragment_ports;
    return DP_DROP_no_policy;
}

/* Its policy calls for an SA: it waits with control, and comes back as it is now. */
static void trap_call(struct dp_worker *w, struct dp_pkt *p, uint32_t trap)
{
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    p->mbuf->packet_type = p->flags & (uint16_t)~DP_PKT_NAMED;
    dp_punt(w, p->mbuf, DP_PORT_NONE, DP_PUNT_TRAP, trap);
}

static void packet_refuse(struct dp_worker *w, struct dp_pkt *p, uint32_t verdict, bool is_outside)
{
    if (p->flags & DP_PKT_LOCAL && may_go_clear(w, p)) {
        clear_send(w, p);
        return;
    }
    const enum dp_drop why = refusal_name(w, p, verdict, is_outside);
    if (why == DP_DROP_no_sa && sad_spd_trap(verdict))
        trap_call(w, p, sad_spd_trap(verdict));
    else
        dp_drop_pkt(w, p, why);
}

/* Clear packets from outside are not ours to seal: sealing would vouch for them. */
static bool comes_from_outside(const struct dp_worker *w, const struct dp_burst *b)
{
    return dp_is_outside(w->dp, b->port);
}

static inline void sa_prefetch(const struct sad_out *out, const struct esp_key_shape *key, uint32_t len)
{
    rte_prefetch0(out);
    esp_key_prefetch(sad_out_key(out), key, len);
}

/* The slot of the SA with this inbound SPI. False: it is gone. */
static bool named_slot(const struct dp_worker *w, uint32_t spi, uint32_t *slot)
{
    const uint32_t at = sad_slot_find(w->tables, spi);
    const struct sad_in *in = sad_in_at(w->tables, at);
    if (spi == 0 || atomic_load_explicit(&in->spi, memory_order_acquire) != spi)
        return false;
    *slot = at;
    return true;
}

/* A packet that came in pieces begins: the others go where this one does. */
static __attribute__((cold, noinline)) void first_note(const struct dp_worker *w, const struct sad_flow *flow,
                                                       const struct dp_fragment *first, uint32_t slot)
{
    if (sad_spd_is_bypass(slot))
        dp_first_note_clear(w->firsts, 0, flow, first, w->now_tsc);
    if (!sad_spd_is_sa(slot))
        return;
    const uint32_t spi = atomic_load_explicit(&sad_in_at(w->tables, slot)->spi, memory_order_relaxed);
    dp_first_note(w->firsts, 0, flow, first, spi, w->now_tsc);
}

/*
 * What is found for a packet (sad_spd_is_sa()). Fragments go by the SA of the packet that they are pieces of,
 * while it lives, or by the bypass: of a packet that was cut here it is known, of one that came in pieces the
 * first one tells. One that did not may be of a packet that went in clear, so no SA is found for it.
 */
static uint32_t slot_find(struct dp_worker *w, struct dp_pkt *p)
{
    const bool is6 = p->flags & DP_PKT_INNER6;
    struct sad_flow flow;
    struct dp_fragment fragment;
    uint32_t slot;
    if (p->flags & DP_PKT_NAMED && named_slot(w, p->mbuf->hash.usr, &slot))
        return slot;
    dp_flow_fill_fragment(&flow, &fragment, p->op.data, p->op.len, is6, false);
    if (flow.is_later) {
        const uint32_t spi = dp_first_find(w->firsts, 0, &flow, &fragment, w->now_tsc);
        if (named_slot(w, spi, &slot)) {
            p->flags |= DP_PKT_NAMED; /* also where it is handed over to */
            p->mbuf->hash.usr = spi;
            return slot;
        }
    }
    slot = sad_spd_walk(w->tables, (uint32_t)p->head, &flow);
    if (sad_spd_is_sa(slot) && dp_bypass_may_have(w, &flow))
        return SAD_SPD_NO_SA;
    if (sad_spd_is_sa(slot))
        slot = sad_group_slot(w->dp->params.sad, slot, w->index);
    if (dp_fragment_is_first(&fragment))
        first_note(w, &flow, &fragment, slot);
    return slot;
}

/*
 * An ICMP error that no selectors cover goes by the SA of the packet that it quotes, where that takes such
 * (RFC 4301 6), or in clear where a bypass let that packet by. One of ours or the host's does that whatever
 * covers it.
 */
static __attribute__((cold, noinline)) uint32_t slot_of_quoted(const struct dp_worker *w,
                                                               const struct dp_pkt *p, uint32_t verdict)
{
    struct sad_flow flow;
    if (!dp_flow_fill_quoted(&flow, p->op.data, p->op.len, p->flags & DP_PKT_INNER6, false))
        return verdict;
    uint32_t slot = sad_spd_walk(w->tables, (uint32_t)p->head, &flow);
    if (sad_spd_is_bypass(slot))
        return slot;
    if (verdict != SAD_SPD_NONE)
        return verdict;
    if (sad_spd_is_sa(slot))
        slot = sad_group_slot(w->dp->params.sad, slot, w->index);
    return sad_spd_is_sa(slot) && sad_out_at(w->tables, slot)->flags & SAD_F_QUOTES ? slot : verdict;
}

/* Any packet. NULL: it was refused, or went its way in clear. */
static __attribute__((noinline)) struct sad_out *lookup_any(struct dp_worker *w, struct dp_pkt *p,
                                                            bool is_outside)
{
    uint32_t slot = SAD_SPD_NONE;
    if (is_outside && p->head)
        slot = dp_bypass_find(w, w->out.port, p->op.data, p->op.len, p->flags & DP_PKT_INNER6);
    if (!is_outside && p->head)
        slot = slot_find(w, p);
    if (!is_outside && p->head && (slot == SAD_SPD_NONE || p->flags & DP_PKT_LOCAL))
        slot = slot_of_quoted(w, p, slot);
    if (goes_beside(w, p, slot))
        slot = SAD_SPD_NONE;
    if (sad_spd_is_bypass(slot)) {
        bypass_send(w, p, slot, is_outside);
        return NULL;
    }
    if (!sad_spd_is_sa(slot)) {
        packet_refuse(w, p, slot, is_outside);
        return NULL;
    }
    struct sad_out *out = sad_out_at(w->tables, slot);
    sa_prefetch(out, &w->tables->key, p->op.len);
    return out;
}

/*
 * The common case: the first candidate is simple and admits the packet. Then the next packet between the two
 * hosts goes the same way: *last is the SA of *addrs.
 */
static inline struct sad_out *lookup_simple(const struct dp_worker *w, const struct dp_pkt *p, bool is_mixed,
                                            uint64_t *last_addrs, struct sad_out **last)
{
    const struct sad_tables *t = w->tables;
    const uint64_t addrs = dp_load64(p->op.data + WIRE_IP4_AT_SRC);
    const struct sad_cand *c = &t->cands[p->head];
    if (p->flags)
        return NULL;
    if (!is_mixed && addrs == *last_addrs && *last)
        return *last;
    if (atomic_load_explicit(&c->look, memory_order_relaxed) != SAD_LOOK_SIMPLE ||
        !sad_addrs4_match(&c->addrs, addrs))
        return NULL;
    uint32_t slot = c->slot;
    if (unlikely(slot & SAD_SPD_GROUP) &&
        !sad_spd_is_sa(slot = sad_group_slot(w->dp->params.sad, slot, w->index)))
        return NULL;
    struct sad_out *out = sad_out_at(t, slot);
    sa_prefetch(out, &t->key, p->op.len);
    *last_addrs = addrs;
    return *last = out;
}

void dp_lookup_out(struct dp_worker *w, struct dp_burst *b)
{
    struct sad_out *last = NULL;
    const bool is_outside = comes_from_outside(w, b), is_mixed = b->is_mixed;
    uint64_t last_addrs = 0;
    const struct dp_pkt *end = b->pkt + b->count;
    struct dp_pkt *kept = b->pkt;
    for (struct dp_pkt *p = b->pkt; p < end; p++) {
        struct sad_out *out = is_outside ? NULL : lookup_simple(w, p, is_mixed, &last_addrs, &last);
        if (unlikely(!out)) {
            out = lookup_any(w, p, is_outside);
            if (!out)
                continue;
        }
        p->out = out;
        if (unlikely(kept != p))
            *kept = *p;
        kept++;
    }
    b->count = (uint16_t)(kept - b->pkt);
}
