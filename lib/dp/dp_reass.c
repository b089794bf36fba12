/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments of packets for our own addresses are put together before anything else looks at them: a peer, or
 * a router on an IPv4 path, may have cut its ESP packet (RFC 4303 3.4.1) or its IKE message. Each worker has
 * a table of its own (dp_pieces.h). Packets that are only forwarded are never put together.
 *
 * Drops: fragment, frag_cap (what waits too long or has to make room), no_mbuf.
 */
#include "dp_reass.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_large.h"
#include "dp_pieces.h"
#include "dp_worker.h"

#define IP4_HDR_MAX 60
#define ECN_MASK    3
#define ECN_CE      3

_Static_assert(DP_PIECES_HEAD_MAX >= DP_LARGE_L2 + IP4_HDR_MAX, "headers of IPv4 find room");
_Static_assert(DP_PIECES_HEAD_MAX >= DP_LARGE_L2 + WIRE_IP6_BYTES, "headers of IPv6 find room");

/*
 * Puts a piece of m into the table, and takes m. When it was the last missing one, a frame with the whole,
 * whose headers say what the first piece's said; else NULL.
 */
static struct rte_mbuf *piece_take(struct dp_worker *w, struct rte_mbuf *m, const struct dp_piece *piece,
                                   struct dp_whole *whole)
{
    const bool is_whole = dp_pieces_put(w->pieces, piece, w->now_tsc, whole);
    const struct dp_pieces_lost lost = dp_pieces_lost_take(w->pieces);
    w->count.drops[DP_DROP_fragment] += lost.refused;
    w->count.drops[DP_DROP_frag_cap] += lost.capped;
    const uint64_t tag_off =
        m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED; /* what the port took off stays known */
    const uint16_t tag = m->vlan_tci;
    rte_pktmbuf_free(m);
    if (!is_whole)
        return NULL;
    const uint32_t len = whole->head_len + whole->len;
    m = dp_large_frame(w->dp->params.pool, w->dp->params.large_pool, len);
    if (!m) {
        w->count.drops[DP_DROP_no_mbuf]++;
        return NULL;
    }
    memcpy(rte_pktmbuf_mtod(m, uint8_t *), whole->head, len);
    m->ol_flags |= tag_off;
    m->vlan_tci = tag;
    return m;
}

struct rte_mbuf *dp_reass_ip4(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2, bool is_inner)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    const uint32_t ihl = wire_ip4_hdr_len(ip), place = dp_get16(ip + WIRE_IP4_AT_FRAG);
    const struct dp_piece piece = {
        .key = {{dp_load64(ip + WIRE_IP4_AT_SRC), dp_load16(ip + WIRE_IP4_AT_ID), ip[WIRE_IP4_AT_PROTO],
                 is_inner}},
        .source = dp_load32(ip + WIRE_IP4_AT_SRC),
        .head = ip - l2,
        .head_len = l2 + ihl,
        .data = ip + ihl,
        .at = (place & WIRE_IP4_OFFSET) * 8,
        .len = dp_get16(ip + WIRE_IP4_AT_LEN) - ihl,
        .has_more = place & WIRE_IP4_MF,
        .is_marked = (ip[WIRE_IP4_AT_TOS] & ECN_MASK) == ECN_CE,
    };
    struct dp_whole whole;
    /* All pieces but the last are a multiple of 8 long (RFC 791 3.2). */
    if (piece.len == 0 || (piece.has_more && piece.len % 8)) {
        dp_drop_mbuf(w, m, DP_DROP_fragment);
        return NULL;
    }
    m = piece_take(w, m, &piece, &whole);
    if (!m)
        return NULL;
    const uint32_t hdr = whole.head_len - l2;
    if (hdr + whole.len > UINT16_MAX) {
        dp_drop_mbuf(w, m, DP_DROP_fragment);
        return NULL;
    }
    ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    ip[WIRE_IP4_AT_TOS] |= whole.is_marked ? ECN_CE : 0;
    ip[WIRE_IP4_AT_FRAG] &= DP_IP4_DF;
    ip[WIRE_IP4_AT_FRAG + 1] = 0;
    dp_put16(ip + WIRE_IP4_AT_LEN, (uint16_t)(hdr + whole.len));
    dp_ip4_cksum_fill(ip, hdr);
    return m;
}

/* Takes the fragment header out of a frame: an atomic fragment is a whole packet, whatever others have its ID
 * (RFC 6946 4). */
static struct rte_mbuf *fragment_unwrapped(struct rte_mbuf *m, uint8_t l2)
{
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + l2;
    dp_put16(ip + WIRE_IP6_AT_LEN, (uint16_t)(dp_get16(ip + WIRE_IP6_AT_LEN) - WIRE_IP6_FRAG_BYTES));
    ip[WIRE_IP6_AT_NEXT] = ip[WIRE_IP6_BYTES];
    memmove(p + WIRE_IP6_FRAG_BYTES, p, l2 + WIRE_IP6_BYTES);
    rte_pktmbuf_adj(m, WIRE_IP6_FRAG_BYTES);
    return m;
}

/* len: of what is behind the fragment header. */
static struct dp_piece piece_of6(const uint8_t *ip, uint8_t l2, uint32_t len, bool is_inner)
{
    const uint8_t *src = ip + WIRE_IP6_AT_SRC, *dst = ip + WIRE_IP6_AT_DST, *frag = ip + WIRE_IP6_BYTES;
    const uint32_t place = dp_get16(frag + WIRE_IP6_FRAG_AT_PLACE);
    return (struct dp_piece){
        .key = {{dp_load64(src), dp_load64(src + 8), dp_load64(dst), dp_load64(dst + 8),
                 dp_load32(frag + WIRE_IP6_FRAG_AT_ID) | UINT64_C(6) << 32 | (uint64_t)is_inner << 40}},
        .source = dp_load64(src), /* a site has all the addresses of a /64 */
        .head = ip - l2,
        .head_len = l2 + WIRE_IP6_BYTES,
        .data = frag + WIRE_IP6_FRAG_BYTES,
        .at = place & WIRE_IP6_FRAG_OFFSET,
        .len = len,
        .has_more = place & WIRE_IP6_FRAG_MORE,
        .is_marked = (ip[1] >> 4 & ECN_MASK) == ECN_CE,
    };
}

struct rte_mbuf *dp_reass_ip6(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2, bool is_inner)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    const uint32_t len = dp_get16(ip + WIRE_IP6_AT_LEN);
    struct dp_piece piece = {0};
    struct dp_whole whole;
    if (len > WIRE_IP6_FRAG_BYTES)
        piece = piece_of6(ip, l2, len - WIRE_IP6_FRAG_BYTES, is_inner);
    if (piece.len == 0 || (piece.has_more && piece.len % 8)) {
        dp_drop_mbuf(w, m, DP_DROP_fragment);
        return NULL;
    }
    if (piece.at == 0 && !piece.has_more)
        return fragment_unwrapped(m, l2);
    if (piece.at == 0)
        ip[WIRE_IP6_AT_NEXT] = ip[WIRE_IP6_BYTES]; /* the first piece's counts (RFC 8200 4.5) */
    m = piece_take(w, m, &piece, &whole);
    if (!m)
        return NULL;
    ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    ip[1] |= whole.is_marked ? ECN_CE << 4 : 0;
    dp_put16(ip + WIRE_IP6_AT_LEN, (uint16_t)whole.len);
    return m;
}
