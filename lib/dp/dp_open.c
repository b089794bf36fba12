/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening, and what may be believed only afterwards: the replay window moves, the trailer is read, the inner
 * packet is held against the selectors of the SA that it came in by (RFC 4301 5.2), and a peer that sends
 * from a new place is reported (RFC 7296 2.23). A bad ICV moves nothing.
 *
 * IN: w->in with op filled. OUT: op.data, op.len are the inner packet. Drops: bad_icv, replay, bad_trailer,
 * dummy, inner_malformed, inner_policy.
 */
#include "dp_int.h"

#include <rte_branch_prediction.h>
#include "dp_bytes.h"
#include "dp_flow.h"
#include "sad_replay.h"

/* Packets of one class at a time; a burst of one class, which is the common case, in one call. */
void dp_open(struct dp_worker *w, struct dp_burst *b)
{
    uint16_t i = 0;
    while (i < b->count) {
        enum imb_class cls = (enum imb_class)b->pkt[i].in->cls;
        uint16_t end = b->count;
        if (b->cls_mask & (b->cls_mask - 1))
            for (end = (uint16_t)(i + 1); end < b->count && b->pkt[end].in->cls == cls;)
                end++;
        imb_open(w->imb, cls, &b->pkt[i].op, sizeof b->pkt[0], (size_t)(end - i));
        i = end;
    }
}

static inline uint64_t seq_of(const struct dp_pkt *p, const struct sad_in *in)
{
    return in->flags & SAD_F_ESN ? __builtin_bswap64(dp_load64(p->op.aad + 4)) : dp_get32(p->op.aad + 4);
}

/* Length of the payload without padding, pad length and next header; UINT32_MAX when they are wrong. */
static inline uint32_t trailer_check(const uint8_t *data, uint32_t len)
{
    uint32_t pad = data[len - 2];
    if (pad + 2 > len)
        return UINT32_MAX;
    uint32_t inner = len - 2 - pad;
    if (likely(pad < 4)) {
        /* The bytes before the pad length, which are padding or packet, without a loop. */
        static const uint32_t mask[4] = {0, 0xff000000, 0xffff0000, 0xffffff00};
        static const uint32_t want[4] = {0, 0x01000000, 0x02010000, 0x03020100};
        return (dp_load32(data + len - 6) & mask[pad]) == want[pad] ? inner : UINT32_MAX;
    }
    uint8_t wrong = 0; /* RFC 4303 2.4: 1, 2, 3, ... */
    for (uint32_t i = 0; i < pad; i++)
        wrong |= (uint8_t)(data[inner + i] ^ (i + 1));
    return wrong ? UINT32_MAX : inner;
}

/* The outer header is still there: decryption was in place, behind it. */
static __attribute__((cold, noinline)) void move_report(struct dp_worker *w, const struct dp_pkt *p)
{
    struct sad_in *in = p->in;
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->op.user[1];
    const uint8_t *udp = p->op.data - in->iv_bytes - DP_ESP_BYTES - DP_UDP_BYTES;
    bool is6 = in->flags & SAD_F_OUTER6;
    bool is_udp = ip[is6 ? 6 : 9] == DP_PROTO_UDP;
    struct base_endpoint from = {
        .addr = base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, ip + (is6 ? 8 : 12)),
        .port = is_udp ? dp_get16(udp) : 0,
    };
    sad_in_moved(w->dp->sad, in, &from, w->now_tsc);
}

/* The inner packet is whole and of the family that the next header says. *len becomes its own length. */
static inline bool inner_check(const uint8_t *ip, uint32_t *len, uint8_t next, uint8_t *flags)
{
    uint32_t room = *len;
    if (next == DP_PROTO_IPIP) {
        if (room < DP_IP4_BYTES || ip[0] >> 4 != 4)
            return false;
        uint32_t ihl = (ip[0] & 0xfu) * 4;
        *len = dp_get16(ip + 2);
        return ihl >= DP_IP4_BYTES && *len >= ihl && *len <= room;
    }
    *flags |= DP_PKT_INNER6;
    if (room < DP_IP6_BYTES || ip[0] >> 4 != 6)
        return false;
    *len = DP_IP6_BYTES + (uint32_t)dp_get16(ip + 4);
    return *len <= room;
}

/* Inner source must be the peer's side, destination ours. */
static inline bool policy_check(const struct sad_in *in, const struct dp_pkt *p)
{
    const uint8_t *ip = p->op.data;
    if (!((in->flags & SAD_F_SELS) | (p->op.user[0] & DP_PKT_INNER6))) {
        if (!sad_sel4_addr_match(&in->sel, dp_get32(ip + 16), dp_get32(ip + 12)))
            return false;
        if (sad_sel4_any_l4(&in->sel))
            return true;
    }
    struct sad_flow flow;
    dp_flow_fill(&flow, ip, p->op.len, p->op.user[0] & DP_PKT_INNER6, true);
    return sad_sels_match(in->sels, &flow);
}

/* What arrived is authentic and new, but not a packet to forward. */
static __attribute__((cold, noinline)) void refuse(struct dp_worker *w, struct dp_pkt *p, enum dp_drop why)
{
    struct sad_in *in = p->in;
    in->bad_icv += why == DP_DROP_bad_icv;
    in->replay_drops += why == DP_DROP_replay;
    in->bad_trailer += why == DP_DROP_bad_trailer || why == DP_DROP_inner_malformed;
    in->policy_drops += why == DP_DROP_inner_policy;
    dp_drop_pkt(w, p, why);
}

/* DP_DROPS when the packet goes on. */
static inline enum dp_drop commit(struct dp_worker *w, struct dp_pkt *p, struct sad_in *in, uint64_t now_tsc)
{
    bool is_newest;
    if (unlikely(p->op.failed))
        return DP_DROP_bad_icv;
    if (unlikely(!sad_replay_commit(in, seq_of(p, in), &is_newest)))
        return DP_DROP_replay;
    if (unlikely(p->op.user[0] & DP_PKT_MOVED) && is_newest)
        move_report(w, p);
    in->last_tsc = now_tsc;
    uint32_t len = trailer_check(p->op.data, p->op.len);
    uint8_t next = p->op.data[p->op.len - 1];
    if (unlikely(len == UINT32_MAX || (next != DP_PROTO_IPIP && next != DP_PROTO_IPV6)))
        return len != UINT32_MAX && next == DP_PROTO_NONE ? DP_DROP_dummy : DP_DROP_bad_trailer;
    if (unlikely(!inner_check(p->op.data, &len, next, &p->op.user[0])))
        return DP_DROP_inner_malformed;
    p->op.len = len;
    if (unlikely(!policy_check(in, p)))
        return DP_DROP_inner_policy;
    in->pkts++;
    in->bytes += len;
    return DP_DROPS;
}

void dp_commit_in(struct dp_worker *w, struct dp_burst *b)
{
    const uint64_t now_tsc = w->now_tsc;
    const struct dp_pkt *end = b->pkt + b->count;
    struct dp_pkt *kept = b->pkt;
    uint64_t bytes = 0;
    for (struct dp_pkt *p = b->pkt; p < end; p++) {
        enum dp_drop why = commit(w, p, p->in, now_tsc);
        if (unlikely(why != DP_DROPS)) {
            refuse(w, p, why);
            continue;
        }
        bytes += p->op.len;
        if (unlikely(kept != p))
            *kept = *p;
        kept++;
    }
    b->count = (uint16_t)(kept - b->pkt);
    w->count.esp_in_pkts += b->count;
    w->count.esp_in_bytes += bytes;
}
