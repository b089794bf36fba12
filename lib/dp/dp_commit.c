/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may be believed only after a packet was opened: the replay window moves, the trailer is read, the
 * inner packet is held against the selectors of the SA that it came in by (RFC 4301 5.2), and a peer that
 * sends from a new place is reported (RFC 7296 2.23). A bad ICV moves nothing. Who passes goes on at once:
 * fast-path packets from here, all others by dp_forward_inner().
 *
 * IN: w->in, opened. Drops: bad_icv, replay, bad_trailer, dummy, inner_malformed, inner_policy,
 * fragment_ports, and those of dp_forward_inner().
 */
#include "dp_stages.h"

#include "dp_commit_fast.h"
#include "dp_drop.h"
#include "dp_first.h"
#include "dp_flow.h"
#include "dp_forward.h"
#include "dp_map.h"

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
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->place;
    const uint8_t *udp = p->op.data - in->iv_bytes - WIRE_ESP_BYTES - WIRE_UDP_BYTES;
    bool is6 = p->flags & DP_PKT_OUTER6; /* the SA may have moved since */
    bool is_udp = ip[wire_ip_proto_at(is6)] == WIRE_PROTO_UDP;
    const struct sad_moved from = {
        .remote = {.addr = base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, ip + wire_ip_src_at(is6)),
                   .port = is_udp ? dp_get16(udp + WIRE_UDP_AT_SRC) : 0},
        .is_stream = p->flags & DP_PKT_STREAM,
        .local_port = is_udp ? dp_get16(udp + WIRE_UDP_AT_DST) : 0,
    };
    sad_in_moved(w->dp->sad, in, &from, w->now_tsc);
}

/* The inner packet is whole and of the family that the next header says. *len becomes its own length. */
static inline bool inner_check(const uint8_t *ip, uint32_t *len, uint8_t next, uint16_t *flags)
{
    uint32_t room = *len;
    if (next == WIRE_PROTO_IP4) {
        if (room < WIRE_IP4_BYTES || ip[0] >> 4 != 4)
            return false;
        uint32_t ihl = wire_ip4_hdr_len(ip);
        *len = dp_get16(ip + WIRE_IP4_AT_LEN);
        return ihl >= WIRE_IP4_BYTES && *len >= ihl && *len <= room;
    }
    *flags |= DP_PKT_INNER6;
    if (room < WIRE_IP6_BYTES || ip[0] >> 4 != 6)
        return false;
    *len = WIRE_IP6_BYTES + (uint32_t)dp_get16(ip + WIRE_IP6_AT_LEN);
    return *len <= room;
}

/* The outer header's marks and TTL; decryption was in place, behind it. */
static struct dp_map_outer outer_of(const struct dp_pkt *p)
{
    const uint8_t *ip = rte_pktmbuf_mtod(p->mbuf, const uint8_t *) + p->place;
    const bool is6 = p->flags & DP_PKT_OUTER6;
    return (struct dp_map_outer){is6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[WIRE_IP4_AT_TOS],
                                 ip[wire_ip_ttl_at(is6)]};
}

/* A payload of transport mode becomes the packet that the peer sent; its mark is the outer header's already.
 */
static bool transport_open(struct dp_pkt *p, const struct sad_map *map, uint32_t *len, uint8_t next)
{
    if (*len > UINT16_MAX - WIRE_IP6_BYTES)
        return false;
    p->op.data = dp_map_header(map, p->op.data, *len, next, outer_of(p));
    *len += wire_ip_bytes(map->is6);
    p->flags = (uint16_t)((p->flags & ~DP_PKT_CE) | (map->is6 ? DP_PKT_INNER6 : 0));
    return true;
}

/* What the trailer says is there, as a packet with the addresses that it has on this side. DP_DROPS: it is.
 */
static __attribute__((noinline)) enum dp_drop mapped_open(struct dp_pkt *p, uint32_t *len, uint8_t next)
{
    const struct sad_in *in = p->in;
    const bool is_transport = in->flags & SAD_F_TRANSPORT;
    if (next == WIRE_PROTO_NONE)
        return DP_DROP_dummy;
    if (!is_transport && next != WIRE_PROTO_IP4 && next != WIRE_PROTO_IP6)
        return DP_DROP_bad_trailer;
    if (!(is_transport ? transport_open(p, in->map, len, next)
                       : inner_check(p->op.data, len, next, &p->flags)))
        return DP_DROP_inner_malformed;
    return dp_map_in(in->map, p->op.data, *len, p->flags & DP_PKT_INNER6) ? DP_DROPS : DP_DROP_inner_policy;
}

/* Selectors of any kind. What a later fragment does not tell, the first one told, if it came by this SA. */
static __attribute__((noinline)) bool sels_check(struct dp_worker *w, const struct sad_in *in,
                                                 const struct dp_pkt *p)
{
    const uint32_t spi = atomic_load_explicit(&in->spi, memory_order_relaxed);
    struct sad_flow flow;
    struct dp_fragment fragment;
    dp_flow_fill_fragment(&flow, &fragment, p->op.data, p->op.len, p->flags & DP_PKT_INNER6, true);
    const bool is_match = sad_sels_match(in->sels, &flow);
    if (is_match && dp_fragment_is_first(&fragment))
        dp_first_note(w->firsts, spi, &flow, &fragment, spi, w->now_tsc);
    return is_match ||
           (flow.is_later && spi && dp_first_find(w->firsts, spi, &flow, &fragment, w->now_tsc) == spi);
}

/* Inner source must be the peer's side, destination ours. */
static inline bool policy_check(struct dp_worker *w, const struct sad_in *in, const struct dp_pkt *p)
{
    if (!((in->flags & SAD_F_SELS) | (p->flags & DP_PKT_INNER6)))
        return sad_addrs4_match(&in->inner, dp_load64(p->op.data + WIRE_IP4_AT_SRC));
    return sels_check(w, in, p);
}

/* An ICMP error of a router beyond, about a packet that was ours to send by this SA (RFC 4301 6). */
static __attribute__((cold, noinline)) bool quotes_ours(const struct sad_in *in, const struct dp_pkt *p)
{
    struct sad_flow flow;
    return in->flags & SAD_F_QUOTES &&
           dp_flow_fill_quoted(&flow, p->op.data, p->op.len, p->flags & DP_PKT_INNER6, true) &&
           sad_sels_match(in->sels, &flow);
}

/* Outside of the selectors: in all that it tells, or in the ports that a later fragment does not tell? */
static __attribute__((cold, noinline)) enum dp_drop policy_refusal(const struct sad_in *in,
                                                                   const struct dp_pkt *p)
{
    struct sad_flow flow;
    dp_flow_fill(&flow, p->op.data, p->op.len, p->flags & DP_PKT_INNER6, true);
    return dp_flow_widen(&flow) && sad_sels_match(in->sels, &flow) ? DP_DROP_fragment_ports
                                                                   : DP_DROP_inner_policy;
}

/* What arrived is authentic and new, but not a packet to forward. */
static __attribute__((cold, noinline)) void packet_refuse(struct dp_worker *w, struct dp_pkt *p,
                                                          enum dp_drop why)
{
    struct sad_in *in = p->in;
    in->bad_icv += why == DP_DROP_bad_icv;
    in->replay_drops += why == DP_DROP_replay;
    in->bad_trailer += why == DP_DROP_bad_trailer || why == DP_DROP_inner_malformed;
    in->policy_drops += why == DP_DROP_inner_policy || why == DP_DROP_fragment_ports;
    dp_drop_pkt(w, p, why);
}

/* DP_DROPS when the packet goes on. */
static inline enum dp_drop packet_commit(struct dp_worker *w, struct dp_pkt *p, struct sad_in *in,
                                         uint64_t now_tsc)
{
    bool is_newest;
    if (unlikely(p->op.failed))
        return DP_DROP_bad_icv;
    if (unlikely(!sad_replay_commit(in, fast_seq(&p->op, in->flags & SAD_F_ESN), &is_newest)))
        return DP_DROP_replay;
    if (unlikely(p->flags & DP_PKT_MOVED) && is_newest)
        move_report(w, p);
    in->last_tsc = now_tsc;
    uint32_t len = trailer_check(p->op.data, p->op.len);
    uint8_t next = p->op.data[p->op.len - 1];
    if (unlikely(in->flags & SAD_F_MAPPED) && len != UINT32_MAX) {
        const enum dp_drop why = mapped_open(p, &len, next);
        if (why != DP_DROPS)
            return why;
    } else {
        if (unlikely(len == UINT32_MAX || (next != WIRE_PROTO_IP4 && next != WIRE_PROTO_IP6)))
            return len != UINT32_MAX && next == WIRE_PROTO_NONE ? DP_DROP_dummy : DP_DROP_bad_trailer;
        if (unlikely(!inner_check(p->op.data, &len, next, &p->flags)))
            return DP_DROP_inner_malformed;
    }
    p->op.len = (uint16_t)len;
    if (unlikely(!policy_check(w, in, p)) && !quotes_ours(in, p))
        return policy_refusal(in, p);
    in->pkts++;
    in->bytes += len;
    return DP_DROPS;
}

/* Any SA, any packet. */
static __attribute__((noinline)) void commit_any(struct dp_worker *w, struct dp_pkt *p)
{
    enum dp_drop why = packet_commit(w, p, p->in, w->now_tsc);
    if (why != DP_DROPS) {
        packet_refuse(w, p, why);
        return;
    }
    w->count.esp_in_pkts++;
    w->count.esp_in_bytes += p->op.len;
    dp_forward_inner(w, p);
}

/*
 * Fast-path packets of one SA from p on, as many as the queue has room for, one when mixed. Returns the first
 * other, which may be p.
 */
static inline __attribute__((always_inline)) struct dp_pkt *run_commit(struct dp_worker *w, struct dp_pkt *p,
                                                                       const struct dp_pkt *end,
                                                                       const struct fast_way *way,
                                                                       bool is_mixed)
{
    struct sad_in *in = p->in;
    const int64_t room = (int64_t)(DP_TX_QUEUE - way->tx->count);
    if (unlikely(!fast_commit_sa(in) || room == 0))
        return p;
    if (end - p > room)
        end = p + room;
    struct fast_commit r = fast_commit_begin(in, way);
    do {
        if (unlikely(!fast_commit(p, &r, way)))
            break;
        p++;
    } while (!is_mixed && p < end && p->in == in);
    if (likely(r.pkts))
        fast_commit_end(&r, in, way, w->now_tsc);
    w->count.esp_in_pkts += r.pkts;
    w->count.esp_in_bytes += r.bytes;
    return p;
}

static inline __attribute__((always_inline)) void commit_all(struct dp_worker *w, struct dp_burst *b,
                                                             bool is_mixed)
{
    const struct dp_pkt *end = b->pkt + b->count;
    struct fast_way way = {.dst = UINT64_MAX, .tx = &w->tx[0], .clamp = fast_clamp(w)};
    for (struct dp_pkt *p = b->pkt; p < end;) {
        struct dp_pkt *other = run_commit(w, p, end, &way, is_mixed);
        if (unlikely(other == p) && !fast_way_find(w, &way, p))
            commit_any(w, other++);
        p = other;
    }
}

void dp_commit_in(struct dp_worker *w, struct dp_burst *b)
{
    if (b->is_mixed)
        commit_all(w, b, true);
    else
        commit_all(w, b, false);
}
