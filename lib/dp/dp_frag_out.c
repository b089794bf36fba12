/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragmentation after encryption (RFC 4303 3.3.4; RFC 4459 3.1). A packet that is larger than its tunnel's
 * inner MTU and passes all the same is marked by dp_encap(), goes through the cipher whole like any other,
 * and is cut here, so that the far end puts it together before it opens it.
 *
 * That is always an inner IPv6 packet of up to 1280 bytes: no host makes it smaller (RFC 8200 5, RFC
 * 2473 7.1). And where the SA is set to it, an inner IPv4 packet without DF (case 2 of RFC 4301 8.2.1), in as
 * many pieces as it takes. In transport mode both hold for what the host may cut or has cut. The senders of
 * all others can be told (cases 1 and 3), and are.
 *
 * IN: w->out, sealed. OUT: what was not marked; the rest has been sent, in its place in the order. Drops:
 * no_mbuf, no_room, and those of dp_forward_ip().
 */
#include "dp_frag_out.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_frag_id.h"
#include "dp_nexthop.h"
#include "dp_stages.h"
#include "wire_esp.h"

/* The header that transport mode does without. */
static uint32_t saved_bytes(const struct sad_out *out)
{
    return out->flags & SAD_F_TRANSPORT ? wire_ip_bytes(out->map->is6) : 0;
}

/*
 * The outer packet around an inner one as large as the SA's inner MTU: what the path takes, less at most a
 * granule of padding.
 */
static uint32_t outer_most(const struct sad_out *out)
{
    uint32_t inner = atomic_load_explicit(&out->inner_mtu, memory_order_relaxed);
    return out->hdr_bytes + out->esp_bytes + inner - saved_bytes(out) + WIRE_ESP_TRAILER_BYTES +
           out->icv_bytes;
}

/* Bytes behind the headers of all pieces but the last, in outer packets of at most `most` bytes. */
static uint32_t piece_bytes(uint32_t most, bool is6)
{
    return (most - (is6 ? WIRE_IP6_BYTES + WIRE_IP6_FRAG_BYTES : WIRE_IP4_BYTES)) & ~7u;
}

/* Whether its trailer finds room behind it. */
static bool has_room(const struct dp_pkt *p)
{
    const uint32_t begin = (uint32_t)(p->op.data - (uint8_t *)p->mbuf->buf_addr);
    return begin + p->op.len + p->out->behind_bytes <= p->mbuf->buf_len;
}

static bool may_stay_whole(const struct dp_pkt *p)
{
    if (p->flags & DP_PKT_INNER6)
        return p->op.len <= WIRE_IP6_MIN_MTU || (p->flags & DP_PKT_JOINED && has_room(p));
    return p->out->flags & (SAD_F_AFTER | SAD_F_TRANSPORT) && !(p->op.data[WIRE_IP4_AT_FRAG] & DP_IP4_DF) &&
           has_room(p);
}

bool dp_frag_mark(struct dp_worker *w, struct dp_pkt *p)
{
    if (!may_stay_whole(p))
        return false;
    if (p->out->flags & SAD_F_STREAM) /* which takes any length */
        return true;
    p->flags |= DP_PKT_WHOLE;
    w->out.has_whole = true;
    return true;
}

struct piece {
    uint32_t at, len; /* of what stands behind the IP header of the whole */
    uint32_t id;
    bool has_more;
};

/* Headers of a piece, made of the whole's (ip). Both return their length. */
static uint32_t piece_header4(uint8_t *p, const uint8_t *ip, const struct piece *piece)
{
    memcpy(p, ip, WIRE_IP4_BYTES);
    dp_put16(p + WIRE_IP4_AT_LEN, (uint16_t)(WIRE_IP4_BYTES + piece->len));
    dp_put16(p + WIRE_IP4_AT_ID, (uint16_t)piece->id);
    dp_put16(p + WIRE_IP4_AT_FRAG,
             (uint16_t)((piece->has_more ? WIRE_IP4_MF : 0) | piece->at / 8)); /* and no DF */
    dp_ip4_cksum_fill(p, WIRE_IP4_BYTES);
    return WIRE_IP4_BYTES;
}

static uint32_t piece_header6(uint8_t *p, const uint8_t *ip, const struct piece *piece)
{
    uint8_t *frag = p + WIRE_IP6_BYTES;
    memcpy(p, ip, WIRE_IP6_BYTES);
    dp_put16(p + WIRE_IP6_AT_LEN, (uint16_t)(WIRE_IP6_FRAG_BYTES + piece->len));
    p[WIRE_IP6_AT_NEXT] = WIRE_IP6_FRAGMENT;
    frag[0] = ip[WIRE_IP6_AT_NEXT];
    frag[1] = 0;
    dp_put16(frag + WIRE_IP6_FRAG_AT_PLACE,
             (uint16_t)(piece->at | (piece->has_more ? WIRE_IP6_FRAG_MORE : 0)));
    dp_put32(frag + WIRE_IP6_FRAG_AT_ID, piece->id);
    return WIRE_IP6_BYTES + WIRE_IP6_FRAG_BYTES;
}

void dp_frag_send(struct dp_worker *w, struct rte_mbuf *m, uint32_t most)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    const bool is6 = ip[0] >> 4 == 6;
    const uint32_t hdr = wire_ip_bytes(is6), total = m->data_len - hdr;
    const uint32_t each = piece_bytes(most, is6);
    struct piece piece = {.id = dp_frag_id(w->dp, ip + wire_ip_dst_at(is6), is6), .has_more = true};
    for (; piece.has_more; piece.at += each) {
        struct rte_mbuf *out = rte_pktmbuf_alloc(w->dp->params.pool);
        piece.has_more = total - piece.at > each;
        piece.len = piece.has_more ? each : total - piece.at;
        if (!out || rte_pktmbuf_tailroom(out) < hdr + WIRE_IP6_FRAG_BYTES + piece.len) {
            dp_drop_mbuf(w, m, out ? DP_DROP_no_room : DP_DROP_no_mbuf);
            rte_pktmbuf_free(out);
            return;
        }
        uint8_t *p = rte_pktmbuf_mtod(out, uint8_t *);
        const uint32_t front = (is6 ? piece_header6 : piece_header4)(p, ip, &piece);
        memcpy(p + front, ip + hdr + piece.at, piece.len);
        out->data_len = (uint16_t)(front + piece.len);
        out->pkt_len = out->data_len;
        dp_forward_ip(w, out);
    }
    rte_pktmbuf_free(m);
}

static void whole_send(struct dp_worker *w, const struct dp_pkt *p)
{
    const struct sad_out *out = p->out;
    if ((out->flags & (SAD_F_OUTER6 | SAD_F_ENCAP)) == (SAD_F_OUTER6 | SAD_F_ENCAP))
        dp_udp6_cksum_fill(rte_pktmbuf_mtod(p->mbuf, uint8_t *), p->mbuf->data_len);
    dp_frag_send(w, p->mbuf, outer_most(out));
}

void dp_frag_out(struct dp_worker *w, struct dp_burst *b)
{
    const uint16_t count = b->count;
    b->count = 0;
    b->has_whole = false;
    for (uint16_t i = 0; i < count; i++) {
        if (!(b->pkt[i].flags & DP_PKT_WHOLE)) {
            b->pkt[b->count++] = b->pkt[i];
            continue;
        }
        /* A small replay window wants what was sealed before to be there before. */
        dp_forward_out(w, b);
        b->count = 0;
        whole_send(w, &b->pkt[i]);
    }
}
