/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything that happens to an inner packet before the cipher: size against the path, TTL, limits, sequence
 * number, ESP trailer, outer headers from the SA's template, nonce. The IV is the sequence number (unique per
 * key, never reused: the SA's owner alone counts, and refuses at the end). All of it is written one pass
 * before the cipher reads it.
 *
 * IN: w->out with out. OUT: op; the mbuf spans the future ESP packet from its outer IP header on. Drops:
 * no_sa, owner_full, too_big, ttl, limit, seq_end, no_room.
 */
#include "dp_int.h"

#include <rte_branch_prediction.h>
#include "dp_bytes.h"

#define DF         0x40 /* in byte 6 of an IPv4 header */
#define IV_COUNTER 8    /* the IV of the AEADs is the sequence number */

_Static_assert(SAD_TRAILER_ROOM >= 8, "a short trailer is written by one store of 8 bytes");

/* Makes the mbuf span the inner packet only, for those who take it from here. */
static void mbuf_to_inner(struct dp_pkt *p)
{
    struct rte_mbuf *m = p->mbuf;
    m->data_off = (uint16_t)(p->op.data - (uint8_t *)m->buf_addr);
    m->data_len = (uint16_t)p->op.len;
    m->pkt_len = p->op.len;
}

static void send_home(struct dp_worker *w, struct dp_pkt *p, uint16_t owner)
{
    mbuf_to_inner(p);
    p->mbuf->port = DP_PORT_NONE;
    p->mbuf->packet_type = p->op.user[0];
    dp_home_send(w, p->mbuf, owner, &p->out->stray);
}

static inline void ttl_step(uint8_t *ip, bool is6)
{
    if (is6)
        ip[7]--;
    else
        dp_ip4_ttl_dec(ip);
}

static void ttl_end(struct dp_worker *w, struct dp_pkt *p)
{
    mbuf_to_inner(p);
    dp_icmp_send(w, p->mbuf, DP_ICMP_TTL, 0);
    dp_drop_pkt(w, p, DP_DROP_ttl);
}

/* Cut before sealing when the sender allows it, else tell the sender (RFC 4301 8.2). Takes the packet. */
static void too_big(struct dp_worker *w, struct dp_pkt *p, uint16_t mtu)
{
    mbuf_to_inner(p);
    bool may_cut = !(p->op.user[0] & DP_PKT_INNER6) && !(dp_get16(p->op.data + 6) & 0x4000);
    if (may_cut && !(p->op.user[0] & DP_PKT_TTL_DONE)) {
        if (p->op.data[8] <= 1) {
            ttl_end(w, p);
            return;
        }
        ttl_step(p->op.data, false);
    }
    if (may_cut) {
        dp_frag_inner(w, p->mbuf, mtu, true);
        return;
    }
    dp_icmp_send(w, p->mbuf, DP_ICMP_TOO_BIG, mtu);
    dp_drop_pkt(w, p, DP_DROP_too_big);
}

static uint32_t trailer_write(uint8_t *ip, uint32_t len, uint8_t align_mask, bool is6)
{
    uint8_t *end = ip + len;
    uint8_t next = is6 ? DP_PROTO_IPV6 : DP_PROTO_IPIP;
    uint32_t pad = (0u - (len + 2)) & align_mask;
    for (uint32_t i = 0; i < pad; i++)
        end[i] = (uint8_t)(i + 1);
    end[pad] = (uint8_t)pad;
    end[pad + 1] = next;
    return len + pad + 2;
}

/*
 * Length, ID, DSCP and ECN of the inner packet (RFC 6040 4.1, normal mode), as a sum over the template's;
 * less the template's DF bit where no_df is that bit.
 */
static inline uint16_t outer_cksum(const struct sad_tmpl *t, uint16_t len_be, uint16_t id, uint8_t tos,
                                   uint8_t no_df)
{
    uint32_t sum = t->cksum + len_be + id + ((uint32_t)tos << 8) + (0xffffu - no_df);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

/*
 * IPv4 and UDP, the usual case, with the SPI: four words, each stored once. no_df: DF where the template's is
 * to be taken back (RFC 4301 8.1), else 0.
 */
static inline void outer_ip4_udp(uint8_t *hdr, const struct sad_tmpl *t, uint32_t total, uint16_t id,
                                 uint8_t tos, uint8_t no_df)
{
    uint16_t len_be = __builtin_bswap16((uint16_t)total);
    uint16_t udp_be = __builtin_bswap16((uint16_t)(total - DP_IP4_BYTES));
    uint64_t w0 = dp_load64(t->bytes) | (uint64_t)tos << 8 | (uint64_t)len_be << 16 | (uint64_t)id << 32;
    uint64_t w1 = dp_load64(t->bytes + 8) | (uint64_t)outer_cksum(t, len_be, id, tos, no_df) << 16;
    w0 &= ~((uint64_t)no_df << 48);
    uint64_t w2 = dp_load64(t->bytes + 16);
    uint64_t w3 = dp_load64(t->bytes + 24) | udp_be;
    memcpy(hdr, &w0, 8);
    memcpy(hdr + 8, &w1, 8);
    memcpy(hdr + 16, &w2, 8);
    memcpy(hdr + 24, &w3, 8);
}

static void outer_write(uint8_t *hdr, const struct sad_out *out, const struct sad_tmpl *t, uint32_t total,
                        uint16_t id, uint8_t tos)
{
    memcpy(hdr, t->bytes, out->hdr_bytes + 4u);
    if (out->flags & SAD_F_OUTER6) {
        hdr[0] = (uint8_t)(0x60 | tos >> 4);
        hdr[1] = (uint8_t)(tos << 4 | hdr[1]);
        dp_put16(hdr + 4, (uint16_t)(total - DP_IP6_BYTES));
    } else {
        uint16_t len_be = __builtin_bswap16((uint16_t)total);
        hdr[1] = tos;
        dp_store16(hdr + 2, len_be);
        dp_store16(hdr + 4, id);
        dp_store16(hdr + 10, outer_cksum(t, len_be, id, tos, 0));
    }
    if (out->flags & SAD_F_ENCAP)
        dp_put16(hdr + out->hdr_bytes - DP_UDP_BYTES + 4, (uint16_t)(total - out->hdr_bytes + DP_UDP_BYTES));
}

static inline uint8_t inner_tos(const uint8_t *ip, bool is6)
{
    return is6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[1];
}

/* The counter; of CBC the last half of a block that the cipher encrypts first; none without a cipher. */
static void iv_write(uint8_t *iv, uint8_t iv_bytes, uint64_t seq)
{
    if (!iv_bytes)
        return;
    memset(iv, 0, iv_bytes);
    dp_put64(iv + iv_bytes - 8, seq);
}

static void headers_write(struct dp_pkt *p, uint32_t sealed, uint64_t seq, uint8_t tos)
{
    struct sad_out *out = p->out;
    const struct sad_tmpl *t = &out->tmpl[atomic_load_explicit(&out->tmpl_at, memory_order_acquire)];
    uint32_t hdr_bytes = out->hdr_bytes, esp_bytes = out->esp_bytes;
    uint8_t *esp = p->op.data - esp_bytes;
    uint8_t *hdr = esp - hdr_bytes;
    uint32_t total = hdr_bytes + esp_bytes + sealed + out->icv_bytes;
    uint64_t seq_be = __builtin_bswap64(seq);
    uint32_t low_be = (uint32_t)(seq_be >> 32);
    uint32_t spi_be = dp_load32(t->bytes + hdr_bytes);
    struct rte_mbuf *m = p->mbuf;
    outer_write(hdr, out, t, total, (uint16_t)seq, tos);
    memcpy(esp + 4, &low_be, 4);
    iv_write(esp + DP_ESP_BYTES, out->iv_bytes, seq);
    memcpy(p->op.iv, &out->salt, 4);
    memcpy(p->op.iv + 4, &seq_be, 8);
    memcpy(p->op.aad, &spi_be, 4);
    if (out->flags & SAD_F_ESN)
        memcpy(p->op.aad + 4, &seq_be, 8);
    else
        memcpy(p->op.aad + 4, &low_be, 4);
    p->op.aad_len = out->flags & SAD_F_ESN ? 12 : 8;
    m->data_off = (uint16_t)(hdr - (uint8_t *)m->buf_addr);
    m->data_len = (uint16_t)total;
    m->pkt_len = total;
}

/* Everything that is not the rule. True when the packet goes on to the cipher after all. */
static __attribute__((cold, noinline)) bool exception(struct dp_worker *w, struct dp_pkt *p)
{
    struct sad_out *out = p->out;
    const struct rte_mbuf *m = p->mbuf;
    bool is6 = p->op.user[0] & DP_PKT_INNER6;
    uint16_t owner = atomic_load_explicit(&out->owner, memory_order_acquire);
    uint16_t mtu = atomic_load_explicit(&out->inner_mtu, memory_order_relaxed);
    uint32_t at = (uint32_t)(p->op.data - (uint8_t *)m->buf_addr);
    if (owner == SAD_OWNER_NONE) {
        dp_drop_pkt(w, p, DP_DROP_no_sa);
    } else if (owner != w->index && !dp_home_is_here(w, &out->owner, owner)) {
        send_home(w, p, owner);
    } else if (p->op.len > mtu) {
        too_big(w, p, mtu);
    } else if (at < out->front_bytes || at + p->op.len + out->behind_bytes > m->buf_len) {
        dp_drop_pkt(w, p, DP_DROP_no_room);
    } else if ((out->seq >= out->stop_seq || out->bytes >= out->stop_bytes) &&
               !sad_out_limit(w->dp->sad, out)) {
        out->limit_drops++;
        dp_drop_pkt(w, p, out->limit_state == SAD_LIMIT_SEQ_END ? DP_DROP_seq_end : DP_DROP_limit);
    } else if (!(p->op.user[0] & DP_PKT_TTL_DONE) && p->op.data[is6 ? 7 : 8] <= 1) {
        ttl_end(w, p);
    } else {
        return true;
    }
    return false;
}

static inline bool is_exception(const struct dp_pkt *p, const struct sad_out *out, uint16_t self, uint8_t ttl,
                                uint32_t front, uint32_t behind)
{
    const struct rte_mbuf *m = p->mbuf;
    uint32_t at = (uint32_t)(p->op.data - (uint8_t *)m->buf_addr);
    unsigned odd = atomic_load_explicit(&out->owner, memory_order_acquire) != self;
    /* One branch for all. */
    odd |= p->op.len > atomic_load_explicit(&out->inner_mtu, memory_order_relaxed);
    odd |= at < front;
    odd |= at + p->op.len + behind > m->buf_len;
    odd |= out->seq >= out->stop_seq;
    odd |= out->bytes >= out->stop_bytes;
    odd |= ttl <= 1;
    return odd;
}

/* Outer DF as the inner one (RFC 4301 8.1); IPv6 inside counts as DF. */
static void df_clear(uint8_t *outer)
{
    outer[6] = 0;
    dp_put16(outer + 10, 0);
    dp_store16(outer + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(outer)));
}

/* Any SA, any packet. */
static __attribute__((noinline)) bool encap_any(struct dp_worker *w, struct dp_pkt *p)
{
    struct sad_out *out = p->out;
    uint8_t *ip = p->op.data;
    uint32_t len = p->op.len;
    uint8_t flags = p->op.user[0];
    bool is6 = flags & DP_PKT_INNER6;
    if (is_exception(p, out, w->index, ip[is6 ? 7 : 8], out->front_bytes, out->behind_bytes) &&
        !exception(w, p))
        return false;
    if (!(flags & DP_PKT_TTL_DONE))
        ttl_step(ip, is6);
    if (w->dp->params.mss_clamp && ip[is6 ? 6 : 9] == DP_PROTO_TCP)
        dp_mss_clamp(ip, len, is6, atomic_load_explicit(&out->inner_mtu, memory_order_relaxed));
    uint64_t seq = ++out->seq;
    out->bytes += len;
    out->last_tsc = w->now_tsc;
    uint8_t tos = inner_tos(ip, is6);
    bool may_cut = w->dp->params.copy_df && !is6 && !(ip[6] & DF) && !(out->flags & SAD_F_OUTER6);
    uint32_t sealed = trailer_write(ip, len, out->align_mask, is6);
    headers_write(p, sealed, seq, tos);
    if (may_cut)
        df_clear(rte_pktmbuf_mtod(p->mbuf, uint8_t *));
    p->op.len = sealed;
    return true;
}

#define USUAL_FRONT  (SAD_USUAL_HDR + USUAL_ESP + SAD_L2_ROOM)
#define USUAL_BEHIND (4 + SAD_TRAILER_ROOM + USUAL_ICV)
#define USUAL_ESP    (DP_ESP_BYTES + IV_COUNTER)
#define USUAL_ICV    16

/* The short trailers with the next header of IPv4. */
static const uint64_t usual_trailer[4] = {0x0400, 0x040101, 0x04020201, 0x0403030201};

/* SAD_F_USUAL and an IPv4 packet that is no exception: the same as encap_any(), with all sizes known. */
static inline void encap_usual(struct dp_pkt *p, struct sad_out *out, uint64_t now_tsc, uint8_t copy_df)
{
    const struct sad_tmpl *t = &out->tmpl[atomic_load_explicit(&out->tmpl_at, memory_order_acquire)];
    uint8_t *ip = p->op.data;
    uint8_t *hdr = ip - USUAL_ESP - SAD_USUAL_HDR;
    uint32_t len = p->op.len;
    uint32_t sealed = (len + 5) & ~3u;
    uint32_t total = SAD_USUAL_HDR + USUAL_ESP + sealed + USUAL_ICV;
    uint64_t seq = out->seq + 1;
    uint64_t seq_be = __builtin_bswap64(seq);
    uint32_t low_be = (uint32_t)(seq_be >> 32), spi_be = dp_load32(t->bytes + SAD_USUAL_HDR);
    struct rte_mbuf *m = p->mbuf;
    out->seq = seq;
    out->bytes += len;
    out->last_tsc = now_tsc;
    memcpy(ip + len, &usual_trailer[sealed - len - 2], 8);
    outer_ip4_udp(hdr, t, total, (uint16_t)seq, ip[1], (uint8_t)(copy_df & ~ip[6]));
    dp_ip4_ttl_dec(ip);
    memcpy(hdr + SAD_USUAL_HDR + 4, &low_be, 4);
    memcpy(hdr + SAD_USUAL_HDR + 8, &seq_be, 8);
    memcpy(p->op.iv, &out->salt, 4);
    memcpy(p->op.iv + 4, &seq_be, 8);
    memcpy(p->op.aad, &spi_be, 4);
    if (out->flags & SAD_F_ESN) {
        memcpy(p->op.aad + 4, &seq_be, 8);
        p->op.aad_len = 12;
    } else {
        memcpy(p->op.aad + 4, &low_be, 4);
        p->op.aad_len = 8;
    }
    p->op.len = sealed;
    m->data_off = (uint16_t)(hdr - (uint8_t *)m->buf_addr);
    m->data_len = (uint16_t)total;
    m->pkt_len = total;
}

/* Of a TCP packet: whether it can carry an MSS option. True as well for what is too short to tell. */
static inline bool may_be_syn(const uint8_t *ip, uint32_t len)
{
    uint32_t flags_at = (ip[0] & 0xfu) * 4 + 13;
    return flags_at >= len || ip[flags_at] & 0x02;
}

/* No exception, and nothing about it that encap_usual() does not know. */
static inline bool is_usual(const struct dp_pkt *p, const struct sad_out *out, uint16_t self, bool has_clamp)
{
    const uint8_t *ip = p->op.data;
    return out->flags & SAD_F_USUAL && !(p->op.user[0] & (DP_PKT_INNER6 | DP_PKT_TTL_DONE)) &&
           !is_exception(p, out, self, ip[8], USUAL_FRONT, USUAL_BEHIND) &&
           !(has_clamp && ip[9] == DP_PROTO_TCP && may_be_syn(ip, p->op.len));
}

void dp_encap(struct dp_worker *w, struct dp_burst *b)
{
    const bool has_clamp = w->dp->params.mss_clamp;
    const uint8_t copy_df = w->dp->params.copy_df ? DF : 0;
    const uint16_t self = w->index;
    const uint64_t now_tsc = w->now_tsc;
    const struct dp_pkt *end = b->pkt + b->count;
    struct dp_pkt *kept = b->pkt;
    uint64_t bytes = 0;
    uint32_t cls_mask = 0;
    for (struct dp_pkt *p = b->pkt; p < end; p++) {
        struct sad_out *out = p->out;
        uint32_t len = p->op.len;
        if (likely(is_usual(p, out, self, has_clamp)))
            encap_usual(p, out, now_tsc, copy_df);
        else if (!encap_any(w, p))
            continue;
        bytes += len;
        p->op.key = &out->key;
        p->op.failed = 0;
        cls_mask |= 1u << out->cls;
        if (unlikely(kept != p))
            *kept = *p;
        kept++;
    }
    b->count = (uint16_t)(kept - b->pkt);
    b->cls_mask = (uint8_t)cls_mask;
    w->count.esp_out_pkts += b->count;
    w->count.esp_out_bytes += bytes;
}
