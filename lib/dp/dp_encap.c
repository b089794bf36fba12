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

#include "dp_bytes.h"

#define TRAILER_STORE 8 /* bytes that the short trailer's store touches */
#define TOS_CE        3

/* Pad bytes 1, 2, 3, pad length; the next header is put in after. Row: pad bytes. */
static const uint8_t short_trailer[4][TRAILER_STORE] = {
    {0, 0},
    {1, 1, 0},
    {1, 2, 2, 0},
    {1, 2, 3, 3, 0},
};

/* An SA of another worker, or on its way to one. Takes the packet. */
static void hand_over(struct dp_worker *w, struct dp_pkt *p, uint16_t owner)
{
    struct rte_mbuf *m = p->mbuf;
    m->data_off = (uint16_t)(p->op.data - (uint8_t *)m->buf_addr);
    m->data_len = (uint16_t)p->op.len;
    m->pkt_len = p->op.len;
    m->port = DP_PORT_NONE;
    m->packet_type = p->op.user[0];
    if (rte_ring_enqueue(w->dp->workers[owner & ~SAD_OWNER_MOVING]->handed, m) == 0)
        w->count.handed_over++;
    else
        dp_drop_mbuf(w, m, DP_DROP_owner_full);
}

/* Makes the mbuf span the inner packet only, for those who take it from here. */
static void mbuf_to_inner(struct dp_pkt *p)
{
    struct rte_mbuf *m = p->mbuf;
    m->data_off = (uint16_t)(p->op.data - (uint8_t *)m->buf_addr);
    m->data_len = (uint16_t)p->op.len;
    m->pkt_len = p->op.len;
}

static inline bool ttl_step(uint8_t *ip, bool is6)
{
    uint8_t *ttl = ip + (is6 ? 7 : 8);
    if (*ttl <= 1)
        return false;
    if (is6)
        (*ttl)--;
    else
        dp_ip4_ttl_dec(ip);
    return true;
}

/* Cut before sealing when the sender allows it, else tell the sender (RFC 4301 8.2). Takes the packet. */
static void too_big(struct dp_worker *w, struct dp_pkt *p, uint16_t mtu)
{
    mbuf_to_inner(p);
    bool may_cut = !(p->op.user[0] & DP_PKT_INNER6) && !(dp_get16(p->op.data + 6) & 0x4000);
    if (may_cut && !(p->op.user[0] & DP_PKT_TTL_DONE) && !ttl_step(p->op.data, false)) {
        dp_icmp_send(w, p->mbuf, DP_ICMP_TTL, 0);
        dp_drop_pkt(w, p, DP_DROP_ttl);
        return;
    }
    if (may_cut) {
        dp_frag_inner(w, p->mbuf, mtu, true);
        return;
    }
    dp_icmp_send(w, p->mbuf, DP_ICMP_TOO_BIG, mtu);
    dp_drop_pkt(w, p, DP_DROP_too_big);
}

static void ttl_end(struct dp_worker *w, struct dp_pkt *p)
{
    mbuf_to_inner(p);
    dp_icmp_send(w, p->mbuf, DP_ICMP_TTL, 0);
    dp_drop_pkt(w, p, DP_DROP_ttl);
}

static inline uint32_t trailer_write(uint8_t *ip, uint32_t len, uint8_t align_mask, bool is6)
{
    uint8_t *end = ip + len;
    uint32_t pad = (0u - (len + 2)) & align_mask;
    if (align_mask == 3) {
        memcpy(end, short_trailer[pad], TRAILER_STORE);
    } else {
        for (uint32_t i = 0; i < pad; i++)
            end[i] = (uint8_t)(i + 1);
        end[pad] = (uint8_t)pad;
    }
    end[pad + 1] = is6 ? DP_PROTO_IPV6 : DP_PROTO_IPIP;
    return len + pad + 2;
}

/* Outer IPv4 header: length, ID, DSCP and ECN of the inner packet (RFC 6040 4.1, normal mode), checksum. */
static inline void outer_ip4(uint8_t *hdr, const struct sad_tmpl *t, uint32_t total, uint16_t id, uint8_t tos)
{
    uint16_t len_be = __builtin_bswap16((uint16_t)total);
    hdr[1] = tos;
    dp_store16(hdr + 2, len_be);
    dp_store16(hdr + 4, id);
    uint32_t sum = t->cksum + len_be + id + ((uint32_t)tos << 8);
    dp_store16(hdr + 10, (uint16_t)~dp_cksum_fold(sum));
}

static inline void outer_ip6(uint8_t *hdr, uint32_t total, uint8_t tos)
{
    hdr[0] = (uint8_t)(0x60 | tos >> 4);
    hdr[1] = (uint8_t)(tos << 4);
    dp_put16(hdr + 4, (uint16_t)(total - DP_IP6_BYTES));
}

static inline uint8_t inner_tos(const uint8_t *ip, bool is6)
{
    return is6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[1];
}

static inline void headers_write(struct dp_pkt *p, uint32_t sealed, uint64_t seq, uint8_t tos)
{
    struct sad_out *out = p->out;
    const struct sad_tmpl *t = &out->tmpl[atomic_load_explicit(&out->tmpl_at, memory_order_acquire)];
    uint32_t hdr_bytes = out->hdr_bytes, iv_bytes = out->iv_bytes;
    uint8_t *esp = p->op.data - iv_bytes - DP_ESP_BYTES;
    uint8_t *hdr = esp - hdr_bytes;
    uint32_t total = hdr_bytes + DP_ESP_BYTES + iv_bytes + sealed + out->icv_bytes;
    bool is6 = out->flags & SAD_F_OUTER6;
    if (hdr_bytes == DP_IP4_BYTES + DP_UDP_BYTES)
        memcpy(hdr, t->bytes, DP_IP4_BYTES + DP_UDP_BYTES + 4);
    else
        memcpy(hdr, t->bytes, hdr_bytes + 4);
    if (is6)
        outer_ip6(hdr, total, tos);
    else
        outer_ip4(hdr, t, total, (uint16_t)seq, tos);
    if (out->flags & SAD_F_ENCAP)
        dp_put16(esp - DP_UDP_BYTES + 4, (uint16_t)(total - hdr_bytes + DP_UDP_BYTES));
    dp_put32(esp + 4, (uint32_t)seq);
    if (iv_bytes == 16)
        memset(esp + DP_ESP_BYTES, 0, 8);
    if (iv_bytes)
        dp_put64(esp + DP_ESP_BYTES + iv_bytes - 8, seq);
    memcpy(p->op.aad, t->bytes + hdr_bytes, 4);
    p->mbuf->data_off = (uint16_t)(hdr - (uint8_t *)p->mbuf->buf_addr);
    p->mbuf->data_len = (uint16_t)total;
    p->mbuf->pkt_len = total;
}

static inline void nonce_write(struct dp_pkt *p, const struct sad_out *out, uint64_t seq)
{
    memcpy(p->op.iv, &out->salt, 4);
    dp_put64(p->op.iv + 4, seq);
    if (out->flags & SAD_F_ESN) {
        dp_put64(p->op.aad + 4, seq);
        p->op.aad_len = 12;
    } else {
        dp_put32(p->op.aad + 4, (uint32_t)seq);
        p->op.aad_len = 8;
    }
}

/* Room in front for outer headers, ESP, IV and Ethernet; behind for padding, trailer and ICV. */
static inline bool room_is_there(const struct dp_pkt *p, const struct sad_out *out)
{
    const struct rte_mbuf *m = p->mbuf;
    uint32_t at = (uint32_t)(p->op.data - (uint8_t *)m->buf_addr);
    uint32_t front = out->hdr_bytes + DP_ESP_BYTES + (uint32_t)out->iv_bytes + DP_L2_ROOM;
    uint32_t behind = out->align_mask + 2u + TRAILER_STORE + out->icv_bytes;
    return at >= front && at + p->op.len + behind <= m->buf_len;
}

/* True when the packet goes on to the cipher. */
static inline bool encap(struct dp_worker *w, struct dp_burst *b, struct dp_pkt *p)
{
    struct sad_out *out = p->out;
    uint8_t *ip = p->op.data;
    bool is6 = p->op.user[0] & DP_PKT_INNER6;
    uint16_t owner = atomic_load_explicit(&out->owner, memory_order_acquire);
    if (owner != w->index) {
        hand_over(w, p, owner);
        return false;
    }
    if (atomic_load_explicit(&out->spi, memory_order_acquire) == 0) {
        dp_drop_pkt(w, p, DP_DROP_no_sa);
        return false;
    }
    uint16_t mtu = atomic_load_explicit(&out->inner_mtu, memory_order_relaxed);
    if (p->op.len > mtu) {
        too_big(w, p, mtu);
        return false;
    }
    if (!room_is_there(p, out)) {
        dp_drop_pkt(w, p, DP_DROP_no_room);
        return false;
    }
    if ((out->seq >= out->stop_seq || out->bytes >= out->stop_bytes) && !sad_out_limit(w->dp->sad, out)) {
        out->limit_drops++;
        dp_drop_pkt(w, p, out->limit_state == SAD_LIMIT_SEQ_END ? DP_DROP_seq_end : DP_DROP_limit);
        return false;
    }
    if (!(p->op.user[0] & DP_PKT_TTL_DONE) && !ttl_step(ip, is6)) {
        ttl_end(w, p);
        return false;
    }
    if (w->dp->params.mss_clamp && ip[is6 ? 6 : 9] == DP_PROTO_TCP)
        dp_mss_clamp(ip, p->op.len, is6, mtu);
    uint64_t seq = ++out->seq;
    out->bytes += p->op.len;
    out->last_tsc = w->now_tsc;
    w->count.esp_out_bytes += p->op.len;
    uint8_t tos = inner_tos(ip, is6);
    uint32_t sealed = trailer_write(ip, p->op.len, out->align_mask, is6);
    headers_write(p, sealed, seq, tos);
    nonce_write(p, out, seq);
    p->op.len = sealed;
    p->op.key = &out->key;
    p->op.failed = 0;
    b->cls_mask |= (uint8_t)(1u << out->cls);
    return true;
}

void dp_encap(struct dp_worker *w, struct dp_burst *b)
{
    uint16_t kept = 0;
    b->cls_mask = 0;
    for (uint16_t i = 0; i < b->count; i++) {
        if (!encap(w, b, &b->pkt[i]))
            continue;
        if (kept != i)
            b->pkt[kept] = b->pkt[i];
        kept++;
    }
    b->count = kept;
    w->count.esp_out_pkts += kept;
}
