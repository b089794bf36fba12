/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything that happens to an inner packet before the cipher: size against the path, TTL, limits, sequence
 * number, ESP trailer, outer headers, nonce. A packet on the fast path gets its Ethernet header here, too.
 * The IV is the sequence number (unique per key, never reused: the SA's owner alone counts, and refuses at
 * the end). All of it is written one pass before the cipher reads it.
 *
 * IN: w->out with out. OUT: op; the mbuf spans the future ESP packet from its outer IP header on, which may
 * be larger than the path when the packet is marked for dp_frag_out(). Drops: no_sa, too_big, ttl,
 * limit, seq_end, no_room, transport_header, fragment, and those of dp_handoff_send(), dp_reass_ip4()
 * and dp_local_put().
 */
#include "dp_stages.h"

#include "dp_drop.h"
#include "dp_encap_fast.h"
#include "dp_frag.h"
#include "dp_frag_out.h"
#include "dp_handoff.h"
#include "dp_icmp.h"
#include "dp_local.h"
#include "dp_map.h"
#include "dp_mss.h"
#include "dp_reass.h"

static void send_home(struct dp_worker *w, struct dp_pkt *p, uint16_t owner)
{
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    p->mbuf->port = DP_PORT_NONE;
    p->mbuf->packet_type = p->flags;
    dp_handoff_send(w, p->mbuf, owner, &p->out->handoff);
}

static inline void ttl_step(uint8_t *ip, bool is6)
{
    if (is6)
        ip[WIRE_IP6_AT_HOPS]--;
    else
        dp_ip4_ttl_dec(ip);
}

/* Of the inbound half of a pair: what names the pair until both are gone. */
static uint32_t spi_of(const struct dp_worker *w, const struct sad_out *out)
{
    const struct sad_in *in = sad_in_at(w->tables, sad_out_slot(w->tables, out));
    return atomic_load_explicit(&in->spi, memory_order_relaxed);
}

/* Cut before sealing when the sender allows it, else tell the sender (RFC 4301 8.2.1). Takes the packet. */
static void packet_too_big(struct dp_worker *w, struct dp_pkt *p, uint16_t mtu)
{
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    const bool may_cut = !(p->flags & DP_PKT_INNER6) && !(p->out->flags & SAD_F_TRANSPORT) &&
                         !(dp_get16(p->op.data + WIRE_IP4_AT_FRAG) & WIRE_IP4_DF);
    if (may_cut && !(p->flags & DP_PKT_TTL_DONE)) {
        if (p->op.data[WIRE_IP4_AT_TTL] <= 1) {
            dp_icmp_refuse(w, p, DP_ICMP_TTL, 0, DP_DROP_ttl);
            return;
        }
        ttl_step(p->op.data, false);
    }
    if (may_cut) {
        dp_frag_inner(w, p->mbuf, mtu, true, spi_of(w, p->out));
        return;
    }
    dp_icmp_refuse(w, p, DP_ICMP_TOO_BIG, mtu, DP_DROP_too_big);
}

/* A later fragment whose first one may just have been cut: it follows behind the pieces of that. */
static bool has_pieces_before(const struct dp_worker *w, const struct dp_pkt *p)
{
    return (p->flags & (DP_PKT_NAMED | DP_PKT_TTL_DONE | DP_PKT_BEHIND)) == DP_PKT_NAMED && w->n_local;
}

static void queue_behind(struct dp_worker *w, struct dp_pkt *p)
{
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    dp_local_put(w, p->mbuf, p->flags | DP_PKT_BEHIND);
}

/* Behind a payload of len bytes of a protocol. */
static uint32_t trailer_write(uint8_t *payload, uint32_t len, uint8_t align_mask, uint8_t next)
{
    uint8_t *end = payload + len;
    uint32_t pad = (0u - (len + 2)) & align_mask;
    for (uint32_t i = 0; i < pad; i++)
        end[i] = (uint8_t)(i + 1);
    end[pad] = (uint8_t)pad;
    end[pad + 1] = next;
    return len + pad + 2;
}

/* Length, ID, DSCP and ECN of the inner packet (RFC 6040 4.1, normal mode), as a sum over the template's. */
static inline uint16_t outer_cksum(const struct sad_tmpl *t, uint16_t len_be, uint16_t id, uint8_t tos)
{
    uint32_t sum = t->cksum + len_be + id + ((uint32_t)tos << 8);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

static void outer_write(uint8_t *hdr, const struct sad_out *out, const struct sad_tmpl *t, uint32_t total,
                        uint16_t id, uint8_t tos)
{
    memcpy(hdr, t->bytes, out->hdr_bytes + 4u);
    if (out->flags & SAD_F_OUTER6) {
        hdr[0] = (uint8_t)(0x60 | tos >> 4);
        hdr[1] = (uint8_t)(tos << 4 | hdr[1]);
        dp_put16(hdr + WIRE_IP6_AT_LEN, (uint16_t)(total - WIRE_IP6_BYTES));
    } else {
        uint16_t len_be = __builtin_bswap16((uint16_t)total);
        hdr[WIRE_IP4_AT_TOS] = tos;
        dp_store16(hdr + WIRE_IP4_AT_LEN, len_be);
        dp_store16(hdr + WIRE_IP4_AT_ID, id);
        dp_store16(hdr + WIRE_IP4_AT_CSUM, outer_cksum(t, len_be, id, tos));
    }
    if (out->flags & SAD_F_ENCAP)
        dp_put16(hdr + out->hdr_bytes - WIRE_UDP_BYTES + WIRE_UDP_AT_LEN,
                 (uint16_t)(total - out->hdr_bytes + WIRE_UDP_BYTES));
}

static inline uint8_t inner_tos(const uint8_t *ip, bool is6)
{
    return is6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[WIRE_IP4_AT_TOS];
}

static inline uint32_t last_of(uint64_t tsc)
{
    return (uint32_t)(tsc >> SAD_LAST_SHIFT) | 1; /* 0 is never */
}

/* The counter; of CBC the last half of a block that the cipher encrypts first; none without a cipher. */
static void iv_write(uint8_t *iv, uint8_t iv_bytes, uint64_t seq)
{
    if (!iv_bytes)
        return;
    memset(iv, 0, iv_bytes);
    dp_put64(iv + iv_bytes - 8, seq);
}

/* What the cipher reads besides the payload (RFC 4106 4 and 5). */
static inline void op_write(struct dp_pkt *p, const struct sad_out *out, const struct esp_key_shape *shape,
                            uint64_t seq_be)
{
    p->op.key = sad_out_key(out);
    const uint32_t salt = esp_key_salt(p->op.key, shape);
    memcpy(p->op.iv, &salt, 4);
    memcpy(p->op.iv + 4, &seq_be, 8);
    memcpy(p->op.aad, &out->spi_be, 4);
    if (out->flags & SAD_F_ESN) {
        memcpy(p->op.aad + 4, &seq_be, 8);
        p->op.aad_len = 12;
    } else {
        uint32_t low_be = (uint32_t)(seq_be >> 32);
        memcpy(p->op.aad + 4, &low_be, 4);
        p->op.aad_len = 8;
    }
    p->op.failed = p->op.zero = 0;
}

static void headers_write(struct dp_pkt *p, const struct esp_key_shape *shape, uint32_t sealed, uint64_t seq,
                          uint8_t tos)
{
    struct sad_out *out = p->out;
    const struct sad_tmpl *t = &out->tmpl[atomic_load_explicit(&out->tmpl_at, memory_order_acquire)];
    uint32_t hdr_bytes = out->hdr_bytes, esp_bytes = out->esp_bytes;
    uint8_t *esp = p->op.data - esp_bytes;
    uint8_t *hdr = esp - hdr_bytes;
    uint32_t total = hdr_bytes + esp_bytes + sealed + out->icv_bytes;
    uint64_t seq_be = __builtin_bswap64(seq);
    uint32_t low_be = (uint32_t)(seq_be >> 32);
    struct rte_mbuf *m = p->mbuf;
    outer_write(hdr, out, t, total, (uint16_t)seq, tos);
    memcpy(esp + WIRE_ESP_AT_SEQ, &low_be, 4);
    iv_write(esp + WIRE_ESP_BYTES, out->iv_bytes, seq);
    op_write(p, out, shape, seq_be);
    m->data_off = (uint16_t)(hdr - (uint8_t *)m->buf_addr);
    m->data_len = (uint16_t)total;
    m->pkt_len = total;
}

/* False: the packet was dropped, cut, put behind pieces, or went to the worker that owns its SA. */
static bool may_seal(struct dp_worker *w, struct dp_pkt *p)
{
    struct sad_out *out = p->out;
    const struct rte_mbuf *m = p->mbuf;
    bool is6 = p->flags & DP_PKT_INNER6;
    uint16_t owner = atomic_load_explicit(&out->owner, memory_order_acquire);
    uint16_t mtu = atomic_load_explicit(&out->inner_mtu, memory_order_relaxed);
    uint32_t at = (uint32_t)(p->op.data - (uint8_t *)m->buf_addr);
    if (owner == SAD_OWNER_NONE) {
        dp_drop_pkt(w, p, DP_DROP_no_sa);
    } else if (owner != w->index && !dp_owner_is_self(w, &out->owner, owner)) {
        send_home(w, p, owner);
    } else if (has_pieces_before(w, p)) {
        queue_behind(w, p);
    } else if (p->op.len > mtu && !dp_frag_mark(w, p)) {
        packet_too_big(w, p, mtu);
    } else if (at < out->front_bytes || at + p->op.len + out->behind_bytes > m->buf_len) {
        dp_drop_pkt(w, p, DP_DROP_no_room);
    } else if ((out->seq >= out->stop_seq || out->bytes >= out->stop_bytes) &&
               !sad_out_limit(w->dp->sad, out)) {
        out->limit_drops++;
        dp_drop_pkt(w, p, out->limit_state == SAD_LIMIT_SEQ_END ? DP_DROP_seq_end : DP_DROP_limit);
    } else if (!(p->flags & DP_PKT_TTL_DONE) && p->op.data[wire_ip_ttl_at(is6)] <= 1) {
        dp_icmp_refuse(w, p, DP_ICMP_TTL, 0, DP_DROP_ttl);
    } else {
        return true;
    }
    return false;
}

/* Outer DF as the inner one (RFC 4301 8.1); IPv6 inside counts as DF. */
static void df_clear(uint8_t *outer)
{
    outer[WIRE_IP4_AT_FRAG] = 0;
    dp_ip4_cksum_fill(outer, WIRE_IP4_BYTES);
}

/* In transport mode the outer header is the packet's own, and its TTL may mean something (RFC 5082). */
static void ttl_keep(uint8_t *outer, const struct sad_out *out, uint8_t ttl)
{
    if (out->flags & SAD_F_OUTER6) {
        outer[WIRE_IP6_AT_HOPS] = ttl;
        return;
    }
    const uint16_t before = dp_load16(outer + WIRE_IP4_AT_TTL); /* with the protocol */
    outer[WIRE_IP4_AT_TTL] = ttl;
    dp_store16(outer + WIRE_IP4_AT_CSUM, wire_csum_update16(dp_load16(outer + WIRE_IP4_AT_CSUM), before,
                                                            dp_load16(outer + WIRE_IP4_AT_TTL)));
}

/*
 * Transport mode protects whole packets (RFC 4303 3.3.4): what the host has cut is put together, and comes
 * back. Its IP header is the outer one, which has neither options nor extensions. False: the packet was
 * taken.
 */
static bool transport_admit(struct dp_worker *w, struct dp_pkt *p)
{
    const uint8_t *ip = p->op.data;
    const bool is6 = p->flags & DP_PKT_INNER6;
    const bool is_piece = is6 ? ip[WIRE_IP6_AT_NEXT] == WIRE_IP6_FRAGMENT
                              : dp_get16(ip + WIRE_IP4_AT_FRAG) & (WIRE_IP4_MF | WIRE_IP4_OFFSET);
    if (is_piece) {
        dp_mbuf_span(p->mbuf, ip, p->op.len);
        struct rte_mbuf *m = (is6 ? dp_reass_ip6 : dp_reass_ip4)(w, p->mbuf, 0, true);
        if (m && m->pkt_len > UINT16_MAX)
            dp_drop_mbuf(w, m, DP_DROP_fragment);
        else if (m)
            dp_local_put(w, m, (p->flags & (uint16_t)~DP_PKT_NAMED) | DP_PKT_JOINED);
        return false;
    }
    if (is6 ? !wire_ip6_is_extension(ip[WIRE_IP6_AT_NEXT]) : ip[0] == 0x45)
        return true;
    dp_drop_pkt(w, p, DP_DROP_transport_header);
    return false;
}

/* What is sealed of a packet whose addresses are others at the peer: all of it, or what is behind its header.
 */
static __attribute__((noinline)) uint32_t mapped_trailer(struct dp_pkt *p, uint32_t len)
{
    const struct sad_out *out = p->out;
    const bool is6 = p->flags & DP_PKT_INNER6;
    uint8_t next = is6 ? WIRE_PROTO_IP6 : WIRE_PROTO_IP4;
    dp_map_out(out->map, p->op.data, len, is6);
    if (out->flags & SAD_F_TRANSPORT) {
        next = p->op.data[wire_ip_proto_at(is6)];
        p->op.data += wire_ip_bytes(is6);
        len -= wire_ip_bytes(is6);
    }
    return trailer_write(p->op.data, len, out->align_mask, next);
}

/* Any SA, any packet. */
static __attribute__((noinline)) bool encap_any(struct dp_worker *w, struct dp_pkt *p)
{
    struct sad_out *out = p->out;
    uint8_t *ip = p->op.data;
    uint32_t len = p->op.len;
    uint16_t flags = p->flags;
    bool is6 = flags & DP_PKT_INNER6;
    if ((out->flags & SAD_F_TRANSPORT && !transport_admit(w, p)) || !may_seal(w, p))
        return false;
    out->near_seq = sad_near(out->seq, out->stop_seq, out->bytes, out->stop_bytes);
    if (!(flags & DP_PKT_TTL_DONE))
        ttl_step(ip, is6);
    if (w->dp->params.mss_clamp && ip[wire_ip_proto_at(is6)] == WIRE_PROTO_TCP)
        dp_mss_clamp(ip, len, is6, atomic_load_explicit(&out->inner_mtu, memory_order_relaxed));
    uint64_t seq = ++out->seq;
    out->bytes += len;
    out->last = last_of(w->now_tsc);
    uint8_t tos = inner_tos(ip, is6), ttl = ip[wire_ip_ttl_at(is6)];
    bool may_cut =
        w->dp->params.copy_df && !is6 && !(ip[WIRE_IP4_AT_FRAG] & DP_IP4_DF) && !(out->flags & SAD_F_OUTER6);
    uint32_t sealed = out->flags & SAD_F_MAPPED
                          ? mapped_trailer(p, len)
                          : trailer_write(ip, len, out->align_mask, is6 ? WIRE_PROTO_IP6 : WIRE_PROTO_IP4);
    headers_write(p, &w->tables->key, sealed, seq, tos);
    if (out->flags & SAD_F_TRANSPORT)
        ttl_keep(rte_pktmbuf_mtod(p->mbuf, uint8_t *), out, ttl);
    if (may_cut)
        df_clear(rte_pktmbuf_mtod(p->mbuf, uint8_t *));
    p->op.len = (uint16_t)sealed;
    return true;
}

/* Fast-path packets of one SA from p on, one when mixed. Returns the first other, which may be p. */
static inline __attribute__((always_inline)) struct dp_pkt *run_encap(const struct fast_burst *b,
                                                                      struct dp_pkt *p,
                                                                      const struct dp_pkt *end,
                                                                      struct dp_survivors *k, bool is_mixed)
{
    struct sad_out *out = p->out;
    if (unlikely(!fast_sa(b, out)))
        return p;
    struct fast_run r = fast_run_begin(b, out);
    do {
        uint8_t *ip = p->op.data;
        uint32_t len = p->op.len;
        if (unlikely(!fast_pkt(b, &r, p, ip, len)))
            break;
        fast_encap(p, &r, ip, len, b->keep_df);
        dp_survivor_put(k, p++);
    } while (!is_mixed && p < end && p->out == out);
    fast_run_end(&r, out, b->last);
    k->bytes += r.bytes;
    k->cls_mask |= 1u << out->cls;
    return p;
}

static void any_encap(struct dp_worker *w, struct dp_pkt *p, struct dp_survivors *k)
{
    uint32_t len = p->op.len;
    if (!encap_any(w, p))
        return;
    k->bytes += len;
    k->cls_mask |= 1u << p->out->cls;
    dp_survivor_put(k, p);
}

static inline __attribute__((always_inline)) void encap_all(struct dp_worker *w, struct dp_burst *b,
                                                            const struct fast_burst *fast,
                                                            struct dp_survivors *k, bool is_mixed)
{
    const struct dp_pkt *end = b->pkt + b->count;
    for (struct dp_pkt *p = b->pkt; p < end;) {
        struct dp_pkt *other = run_encap(fast, p, end, k, is_mixed);
        if (unlikely(other == p))
            any_encap(w, other++, k);
        p = other;
    }
}

void dp_encap(struct dp_worker *w, struct dp_burst *b)
{
    const struct fast_burst fast = {
        .self = w->index,
        .keep_df = w->dp->params.copy_df ? 0 : DP_IP4_DF,
        .clamp = fast_clamp(w),
        .gen = w->adj_gen,
        .last = last_of(w->now_tsc),
        .adjs = w->adjs,
        .shape = &w->tables->key,
    };
    struct dp_survivors k = {.end = b->pkt};
    if (b->is_mixed)
        encap_all(w, b, &fast, &k, true);
    else
        encap_all(w, b, &fast, &k, false);
    b->count = (uint16_t)(k.end - b->pkt);
    b->cls_mask = (uint8_t)k.cls_mask;
    w->count.esp_out_pkts += b->count;
    w->count.esp_out_bytes += k.bytes;
}
