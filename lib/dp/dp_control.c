/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What control asks of the data path: counters, frames and datagrams to send, routes to look up. Neighbour
 * resolution is in dp_resolve.c, routes and neighbours in dp_fib.c and dp_adj.c.
 */
#include "dp.h"

#include <errno.h>
#include "dp_adj.h"
#include "dp_bytes.h"
#include "dp_cksum.h"
#include "dp_fib.h"
#include "dp_frag_id.h"
#include "dp_own.h"
#include "dp_worker.h"
#include "wire_natt.h"

#define UDP_PAYLOAD_MAX 8192
#define TTL_OWN         64

void dp_port_counters(const struct dp *dp, uint16_t port, struct dp_port_counters *out)
{
    *out = (struct dp_port_counters){0};
    for (uint16_t i = 0; i < dp->params.workers; i++)
        telem_add(&dp_port_rows, out, &dp->workers[i]->port_count[port]);
}

void dp_counters(const struct dp *dp, int worker, struct dp_counters *out)
{
    *out = (struct dp_counters){0};
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
    rte_pktmbuf_free(frame);
    return false;
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
        rte_pktmbuf_free(m);
        return -ENOBUFS;
    }
    uint8_t *p = (uint8_t *)rte_pktmbuf_prepend(m, a->l2_bytes);
    if (!p) {
        rte_pktmbuf_free(m);
        return -ENOBUFS;
    }
    memcpy(p, a->l2 + DP_L2_ROOM - a->l2_bytes, a->l2_bytes);
    return dp_tx(dp, a->port, m) ? 0 : -ENOBUFS;
}

static void ip4_write(uint8_t *ip, const struct base_addr *from, const struct base_addr *to, uint32_t len,
                      uint16_t id, uint16_t frag)
{
    memset(ip, 0, DP_IP4_BYTES);
    ip[0] = 0x45;
    dp_put16(ip + 2, (uint16_t)(DP_IP4_BYTES + len));
    dp_put16(ip + 4, id);
    dp_put16(ip + 6, frag);
    ip[8] = TTL_OWN;
    ip[9] = DP_PROTO_UDP;
    memcpy(ip + 12, from->bytes, 4);
    memcpy(ip + 16, to->bytes, 4);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
}

/* Header of one piece; IPv6 pieces carry a fragment header (RFC 8200 4.5). Returns its length. */
static uint32_t piece_header(uint8_t *ip, const struct base_addr *from, const struct base_addr *to,
                             uint32_t len, uint32_t offset, bool has_more, uint32_t id)
{
    bool is_whole = !offset && !has_more;
    if (from->family == BASE_AF_IP4) {
        ip4_write(ip, from, to, len, (uint16_t)id, (uint16_t)((has_more ? 0x2000 : 0) | offset / 8));
        return DP_IP4_BYTES;
    }
    uint32_t ext = is_whole ? 0 : 8;
    memset(ip, 0, DP_IP6_BYTES + ext);
    ip[0] = 0x60;
    dp_put16(ip + 4, (uint16_t)(ext + len));
    ip[6] = is_whole ? DP_PROTO_UDP : DP_PROTO_FRAG;
    ip[7] = TTL_OWN;
    memcpy(ip + 8, from->bytes, 16);
    memcpy(ip + 24, to->bytes, 16);
    if (!is_whole) {
        ip[40] = DP_PROTO_UDP;
        dp_put16(ip + 42, (uint16_t)(offset | has_more));
        dp_put32(ip + 44, id);
    }
    return DP_IP6_BYTES + ext;
}

static int pieces_send(struct dp *dp, const struct base_addr *from, const struct base_addr *to,
                       struct base_span datagram, uint32_t index)
{
    const struct dp_adj *a = &dp->adjs[index];
    uint32_t most = a->mtu - (from->family == BASE_AF_IP4 ? DP_IP4_BYTES : DP_IP6_BYTES);
    uint32_t id = dp_frag_id(dp, to->bytes, to->family == BASE_AF_IP6);
    if (datagram.len > most)
        most = (most - (from->family == BASE_AF_IP4 ? 0 : 8)) & ~7u;
    for (uint32_t at = 0; at < datagram.len;) {
        uint32_t n = datagram.len - at < most ? (uint32_t)datagram.len - at : most;
        struct rte_mbuf *m = rte_pktmbuf_alloc(dp->params.pool);
        if (!m || rte_pktmbuf_tailroom(m) < DP_IP6_BYTES + 8 + n) {
            rte_pktmbuf_free(m);
            return -ENOBUFS;
        }
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        uint32_t hdr = piece_header(ip, from, to, n, at, at + n < datagram.len, id);
        memcpy(ip + hdr, datagram.ptr + at, n);
        m->data_len = (uint16_t)(hdr + n);
        m->pkt_len = m->data_len;
        int err = packet_send(dp, m, index);
        if (err)
            return err;
        at += n;
    }
    return 0;
}

static void udp_cksum(uint8_t *udp, size_t len, const struct base_addr *from, const struct base_addr *to)
{
    size_t size = base_addr_size(from->family);
    uint64_t sum = __builtin_bswap16((uint16_t)len) + __builtin_bswap16(DP_PROTO_UDP);
    sum = dp_cksum_sum(from->bytes, size, sum);
    sum = dp_cksum_sum(to->bytes, size, sum);
    uint16_t cksum = (uint16_t)~dp_cksum_fold(dp_cksum_sum(udp, len, sum));
    dp_store16(udp + 6, cksum ? cksum : 0xffff);
}

int dp_udp_send(struct dp *dp, const struct base_endpoint *local, const struct base_endpoint *remote,
                bool marker, struct base_span payload)
{
    uint8_t udp[DP_UDP_BYTES + WIRE_NATT_MARKER_BYTES + UDP_PAYLOAD_MAX];
    uint32_t index;
    if (payload.len > UDP_PAYLOAD_MAX)
        return -EMSGSIZE;
    if (local->addr.family != remote->addr.family || !adj_towards(dp, &remote->addr, &index))
        return -ENETUNREACH;
    struct base_writer w = base_writer(udp, sizeof udp);
    base_write_u16(&w, local->port);
    base_write_u16(&w, remote->port);
    base_write_u16(&w, (uint16_t)(DP_UDP_BYTES + (marker ? WIRE_NATT_MARKER_BYTES : 0) + payload.len));
    base_write_u16(&w, 0);
    if (marker)
        base_write_u32(&w, 0);
    base_write_span(&w, payload);
    udp_cksum(udp, w.pos, &local->addr, &remote->addr);
    return pieces_send(dp, &local->addr, &remote->addr, base_writer_span(&w), index);
}
