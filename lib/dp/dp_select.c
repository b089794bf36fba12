/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an inner packet to the SA that seals it: walks the list of candidates for the destination, which
 * classify found, and starts fetching the SA.
 *
 * IN: w->out from classify. OUT: out. Drops: no_sa, no_policy, clear_text.
 */
#include "dp_int.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include "dp_bytes.h"
#include "dp_flow.h"

uint32_t dp_ip6_upper(const uint8_t *ip, uint32_t len, uint8_t *proto, bool *is_fragment)
{
    uint32_t at = DP_IP6_BYTES;
    *proto = ip[6];
    *is_fragment = false;
    for (unsigned i = 0; i < DP_IP6_EXT_MAX; i++) {
        bool is_frag = *proto == DP_PROTO_FRAG;
        if (*proto != 0 && *proto != 43 && *proto != 60 && *proto != 135 && !is_frag)
            return at;
        if (len < at + 8)
            return 0;
        *proto = ip[at];
        if (is_frag && dp_get16(ip + at + 2) & 0xfff8) {
            *is_fragment = true; /* not the first: the upper header is elsewhere */
            return at + 8;
        }
        at += is_frag ? 8 : 8 * (ip[at + 1] + 1u);
        if (at > len)
            return 0;
    }
    return 0;
}

static void ports_fill(struct sad_flow *flow, const uint8_t *l4, uint32_t len, bool is_inbound)
{
    uint16_t src, dst;
    switch (flow->proto) {
    case DP_PROTO_TCP:
    case DP_PROTO_UDP:
    case 33:  /* DCCP */
    case 132: /* SCTP */
    case 136: /* UDP-Lite */
        if (len < 4)
            return;
        src = dp_get16(l4);
        dst = dp_get16(l4 + 2);
        break;
    case DP_PROTO_ICMP:
    case DP_PROTO_ICMP6:
        if (len < 2)
            return;
        src = dst = dp_get16(l4);
        break;
    default:
        return;
    }
    flow->has_ports = true;
    flow->local_port = is_inbound ? dst : src;
    flow->remote_port = is_inbound ? src : dst;
}

void dp_flow_fill(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound)
{
    memset(flow, 0, sizeof *flow);
    flow->family = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    unsigned size = is6 ? 16 : 4;
    const uint8_t *src = ip + (is6 ? 8 : 12), *dst = src + size;
    memcpy(flow->local, is_inbound ? dst : src, size);
    memcpy(flow->remote, is_inbound ? src : dst, size);
    bool is_later_fragment;
    uint32_t l4;
    if (is6) {
        l4 = dp_ip6_upper(ip, len, &flow->proto, &is_later_fragment);
    } else {
        l4 = (ip[0] & 0xfu) * 4;
        flow->proto = ip[9];
        is_later_fragment = dp_get16(ip + 6) & 0x1fff;
    }
    if (l4 && !is_later_fragment)
        ports_fill(flow, ip + l4, len - l4, is_inbound);
}

/*
 * A packet of our own may leave in clear to a host that an inside port reaches directly, or where no policy
 * has anything to say about the destination; one of the host's, where none has about the packet.
 */
static bool may_go_clear(const struct dp_worker *w, const struct dp_pkt *p)
{
    bool is6 = p->op.user[0] & DP_PKT_INNER6;
    const uint8_t *dst = p->op.data + (is6 ? 24 : 16);
    const struct dp_adj *a = &w->adjs[dp_fib_find(w->fib, is6, dst)];
    if (dp_is_inside_link(w, a->port, dst, is6) || sad_select_head(w->tables, is6, dst) == 0)
        return true;
    return p->op.user[0] & DP_PKT_HOST && dp_host_may_go_clear(w, p);
}

/* Nothing protects this packet on its way out. Is it one that should have come in protected? (DESIGN rule 7)
 */
static void refuse(struct dp_worker *w, struct dp_pkt *p, uint32_t verdict)
{
    bool is6 = p->op.user[0] & DP_PKT_INNER6;
    struct sad_flow reverse;
    if (p->op.user[0] & DP_PKT_LOCAL && may_go_clear(w, p)) {
        dp_forward_ip(w, p->mbuf);
        return;
    }
    if (verdict == SAD_SELECT_NO_SA) {
        dp_drop_pkt(w, p, DP_DROP_no_sa);
        return;
    }
    dp_flow_fill(&reverse, p->op.data, p->op.len, is6, true);
    bool is_covered = sad_select(w->tables, &reverse) != SAD_SELECT_NONE;
    dp_drop_pkt(w, p, is_covered ? DP_DROP_clear_text : DP_DROP_no_policy);
}

/* Clear packets from outside are not ours to seal: sealing would vouch for them. */
static bool comes_from_outside(const struct dp_worker *w, const struct dp_burst *b)
{
    return b->port < DP_PORTS_MAX && w->dp->ports[b->port].params.role == DP_ROLE_OUTSIDE;
}

static inline void sa_prefetch(const struct sad_out *out, uint32_t len)
{
    rte_prefetch0(out);
    imb_key_prefetch(&out->key, len);
}

/* Any packet. NULL: it was refused, or went its way in clear. */
static __attribute__((noinline)) struct sad_out *select_any(struct dp_worker *w, struct dp_pkt *p,
                                                            bool is_outside)
{
    const bool is6 = p->op.user[0] & DP_PKT_INNER6;
    uint32_t slot = SAD_SELECT_NONE;
    if (!is_outside && p->head) {
        struct sad_flow flow;
        dp_flow_fill(&flow, p->op.data, p->op.len, is6, false);
        slot = sad_select_walk(w->tables, (uint32_t)p->head, &flow);
    }
    if (p->op.user[0] & DP_PKT_LOCAL && slot < SAD_SELECT_NO_SA && may_go_clear(w, p))
        slot = SAD_SELECT_NONE;
    if (slot >= SAD_SELECT_NO_SA) {
        refuse(w, p, slot);
        return NULL;
    }
    struct sad_out *out = sad_out_at(w->tables, slot);
    sa_prefetch(out, p->op.len);
    return out;
}

/*
 * The common case: the first candidate is simple and admits the packet. Then the next packet between the two
 * hosts goes the same way: *last is the SA of *addrs.
 */
static inline struct sad_out *select_simple(const struct sad_cand *cands, struct sad_out *outs,
                                            const struct dp_pkt *p, bool is_mixed, uint64_t *last_addrs,
                                            struct sad_out **last)
{
    const uint64_t addrs = dp_load64(p->op.data + 12);
    const struct sad_cand *c = &cands[p->head];
    if (p->op.user[0])
        return NULL;
    if (!is_mixed && addrs == *last_addrs && *last)
        return *last;
    if (!c->is_simple || !sad_addrs4_match(&c->addrs, addrs))
        return NULL;
    struct sad_out *out = &outs[c->slot];
    sa_prefetch(out, p->op.len);
    *last_addrs = addrs;
    return *last = out;
}

void dp_select_out(struct dp_worker *w, struct dp_burst *b)
{
    const struct sad_tables *t = w->tables;
    const struct sad_cand *cands = t->cands;
    struct sad_out *outs = t->out, *last = NULL;
    const bool is_outside = comes_from_outside(w, b), is_mixed = b->is_mixed;
    uint64_t last_addrs = 0;
    const struct dp_pkt *end = b->pkt + b->count;
    struct dp_pkt *kept = b->pkt;
    for (struct dp_pkt *p = b->pkt; p < end; p++) {
        struct sad_out *out = is_outside ? NULL : select_simple(cands, outs, p, is_mixed, &last_addrs, &last);
        if (unlikely(!out)) {
            out = select_any(w, p, is_outside);
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
