/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What control asks of the data path: counters, frames and datagrams to send, routes to look up. Neighbour
 * resolution is in dp_resolve.c, routes and neighbours in dp_fib.c and dp_adj.c.
 *
 * Drops: tx_full, punt_full, no_room, no_mbuf.
 */
#include "dp.h"

#include <errno.h>
#include "dp_adj.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_fib.h"
#include "dp_frag_id.h"
#include "dp_mbuf.h"
#include "dp_own.h"
#include "dp_worker.h"
#include "wire_natt.h"

#define TTL_OWN 64

void dp_port_counters(const struct dp *dp, uint16_t port, struct dp_port_counters *out)
{
    *out = (struct dp_port_counters){0};
    for (uint16_t i = 0; i < dp->params.workers; i++)
        telem_add(&dp_port_rows, out, &dp->workers[i]->port_count[port]);
}

void dp_row_counters(const struct dp *dp, uint16_t row, struct dp_row_counters *out)
{
    *out = (struct dp_row_counters){0};
    for (uint16_t i = 0; i < dp->params.workers; i++) {
        out->pkts += dp->workers[i]->row_count[row].pkts;
        out->bytes += dp->workers[i]->row_count[row].bytes;
    }
}

void dp_counters(const struct dp *dp, int worker, struct dp_counters *out)
{
    *out = (struct dp_counters){0};
    if (worker < 0)
        telem_add(&dp_drop_rows, out, &dp->control);
    for (uint16_t i = 0; i < dp->params.workers; i++) {
        if (worker >= 0 && worker != i)
            continue;
        telem_add(&dp_worker_rows, out, &dp->workers[i]->count);
        telem_add(&dp_drop_rows, out, &dp->workers[i]->count);
        for (size_t p = 0; p < dp->params.n_ports; p++)
            telem_add(&dp_port_rows, out, &dp->workers[i]->port_count[p]);
    }
}

bool dp_tx(struct dp *dp, uint16_t port, struct rte_mbuf *frame)
{
    frame->port = port;
    if (port < dp->params.n_ports && rte_ring_enqueue(dp->workers[0]->tx_ring, frame) == 0)
        return true;
    dp_drop_at_control(dp, frame, DP_DROP_tx_full);
    return false;
}

bool dp_tx_is_behind(const struct dp *dp)
{
    const struct rte_ring *ring = dp->workers[0]->tx_ring;
    return rte_ring_count(ring) > rte_ring_get_capacity(ring) / 2;
}

static const struct dp_adj *adj_towards(const struct dp *dp, const struct base_addr *to, uint32_t *index)
{
    const struct dp_fib *fib = atomic_load_explicit(&dp->fib, memory_order_relaxed);
    *index = dp_fib_find(fib, to->family == BASE_AF_IP6, to->bytes);
    const struct dp_adj *a = &dp->adjs[*index];
    return a->kind == DP_ADJ_NEIGH || a->kind == DP_ADJ_ONLINK ? a : NULL;
}

int dp_route_find(const struct dp *dp, const struct base_addr *to, struct base_addr *local, uint16_t *mtu)
{
    uint32_t index;
    const struct dp_adj *a = adj_towards(dp, to, &index);
    if (!a)
        return -ENETUNREACH;
    const struct base_addr *addr = dp_own_towards(dp, a->port, a->kind == DP_ADJ_NEIGH ? &a->next_hop : to);
    if (!addr)
        return -ENETUNREACH;
    *local = *addr;
    *mtu = a->mtu;
    return 0;
}

/* Sends an IP packet (data at its header), or asks for its next hop first. Takes it. */
static int packet_send(struct dp *dp, struct rte_mbuf *m, uint32_t index)
{
    const struct dp_adj *a = &dp->adjs[index];
    if (!a->is_resolved) {
        m->port = a->port;
        m->hash.fdir.lo = DP_PUNT_RESOLVE;
        m->hash.fdir.hi = index;
        if (rte_ring_enqueue(dp->punt, m) == 0)
            return 0;
        dp_drop_at_control(dp, m, DP_DROP_punt_full);
        return -ENOBUFS;
    }
    uint8_t *p = (uint8_t *)rte_pktmbuf_prepend(m, a->l2_bytes);
    if (!p) {
        dp_drop_at_control(dp, m, DP_DROP_no_room);
        return -ENOBUFS;
    }
    memcpy(p, a->l2 + DP_L2_ROOM - a->l2_bytes, a->l2_bytes);
    return dp_tx(dp, a->port, m) ? 0 : -ENOBUFS;
}

/* A UDP datagram, header and non-ESP marker before the payload. */
struct datagram {
    uint8_t head[WIRE_UDP_BYTES + WIRE_NATT_MARKER_BYTES];
    uint32_t head_len, len; /* len: of all */
    struct base_span payload;
};

static void datagram_copy(uint8_t *to, const struct datagram *d, uint32_t at, uint32_t len)
{
    const uint32_t of_head = at >= d->head_len ? 0 : len < d->head_len - at ? len : d->head_len - at;
    memcpy(to, d->head + at, of_head);
    if (len > of_head)
        memcpy(to + of_head, d->payload.ptr + at + of_head - d->head_len, len - of_head);
}

/* A piece of a datagram: what is behind the IP header. */
struct piece {
    uint32_t at, len, id;
    bool has_more;
    bool is_whole; /* and is to stay so */
};

static uint32_t datagram_header4(uint8_t *ip, const struct base_addr *from, const struct base_addr *to,
                                 const struct piece *piece)
{
    const struct wire_ip4_make make = {
        .src_be = dp_load32(from->bytes),
        .dst_be = dp_load32(to->bytes),
        .payload_len = (uint16_t)piece->len,
        .id = (uint16_t)piece->id,
        .frag = (uint16_t)((piece->is_whole ? WIRE_IP4_DF : 0) | (piece->has_more ? WIRE_IP4_MF : 0) |
                           piece->at / 8),
        .proto = WIRE_PROTO_UDP,
        .ttl = TTL_OWN,
    };
    wire_ip4_build((struct wire_ip4 *)(void *)ip, &make);
    return WIRE_IP4_BYTES;
}

/* Pieces carry a fragment header (RFC 8200 4.5). */
static uint32_t datagram_header6(uint8_t *ip, const struct base_addr *from, const struct base_addr *to,
                                 const struct piece *piece)
{
    const bool is_whole = !piece->at && !piece->has_more;
    const uint32_t ext = is_whole ? 0 : WIRE_IP6_FRAG_BYTES;
    uint8_t *frag = ip + WIRE_IP6_BYTES;
    const struct wire_ip6_make make = {
        .src = from->bytes,
        .dst = to->bytes,
        .payload_len = (uint16_t)(ext + piece->len),
        .proto = is_whole ? WIRE_PROTO_UDP : WIRE_IP6_FRAGMENT,
        .hop_limit = TTL_OWN,
    };
    wire_ip6_build((struct wire_ip6 *)(void *)ip, &make);
    if (!is_whole) {
        frag[0] = WIRE_PROTO_UDP;
        frag[1] = 0;
        dp_put16(frag + WIRE_IP6_FRAG_AT_PLACE,
                 (uint16_t)(piece->at | (piece->has_more ? WIRE_IP6_FRAG_MORE : 0)));
        dp_put32(frag + WIRE_IP6_FRAG_AT_ID, piece->id);
    }
    return WIRE_IP6_BYTES + ext;
}

static int pieces_send(struct dp *dp, const struct base_addr *from, const struct base_addr *to,
                       const struct datagram *datagram, uint32_t index, bool whole)
{
    const bool is6 = to->family == BASE_AF_IP6;
    uint32_t most = dp->adjs[index].mtu - wire_ip_bytes(is6);
    struct piece piece = {.id = dp_frag_id(dp, to->bytes, is6), .is_whole = whole};
    if (whole && datagram->len > most)
        return -EMSGSIZE;
    if (datagram->len > most)
        most = (most - (is6 ? WIRE_IP6_FRAG_BYTES : 0)) & ~7u;
    for (; piece.at < datagram->len; piece.at += piece.len) {
        const uint32_t left = datagram->len - piece.at;
        piece.len = left < most ? left : most;
        piece.has_more = piece.len < left;
        struct rte_mbuf *m = rte_pktmbuf_alloc(dp->params.pool);
        if (!m || rte_pktmbuf_tailroom(m) < WIRE_IP6_BYTES + WIRE_IP6_FRAG_BYTES + piece.len) {
            dp_drop_at_control(dp, m, m ? DP_DROP_no_room : DP_DROP_no_mbuf);
            return -ENOBUFS;
        }
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        const uint32_t hdr = (is6 ? datagram_header6 : datagram_header4)(ip, from, to, &piece);
        datagram_copy(ip + hdr, datagram, piece.at, piece.len);
        dp_mbuf_span(m, ip, hdr + piece.len);
        int err = packet_send(dp, m, index);
        if (err)
            return err;
    }
    return 0;
}

static void datagram_sum(struct datagram *d, const struct base_addr *from, const struct base_addr *to)
{
    struct wire_udp *h = (struct wire_udp *)(void *)d->head;
    const uint16_t head = (uint16_t)d->head_len;
    if (from->family == BASE_AF_IP4)
        wire_udp_fill_csum4(h, head, d->payload, dp_load32(from->bytes), dp_load32(to->bytes));
    else
        wire_udp_fill_csum6(h, head, d->payload, from->bytes, to->bytes);
}

int dp_udp_send(struct dp *dp, const struct base_endpoint *local, const struct base_endpoint *remote,
                bool marker, bool whole, struct base_span payload)
{
    struct datagram d = {.head_len = WIRE_UDP_BYTES + (marker ? WIRE_NATT_MARKER_BYTES : 0),
                         .payload = payload};
    const uint32_t most = UINT16_MAX - (remote->addr.family == BASE_AF_IP4 ? WIRE_IP4_BYTES : 0);
    uint32_t index;
    if (payload.len > most - d.head_len)
        return -EMSGSIZE;
    if (local->addr.family != remote->addr.family || !adj_towards(dp, &remote->addr, &index))
        return -ENETUNREACH;
    d.len = d.head_len + (uint32_t)payload.len;
    wire_udp_build((struct wire_udp *)(void *)d.head, local->port, remote->port,
                   (uint16_t)(d.len - WIRE_UDP_BYTES));
    datagram_sum(&d, &local->addr, &remote->addr);
    return pieces_send(dp, &local->addr, &remote->addr, &d, index, whole);
}
