/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between workers and the streams of TCP. Where ESP goes by a stream it wears the headers that it would have
 * in UDP, between the same ends: outbound they tell control which stream it is for, inbound they tell the
 * SA's path, as those of any packet do. They never leave this machine.
 *
 * Drops: stream_full, stream_gone, stream_long, stream_in_full, no_mbuf.
 */
#include "dp_stream.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_mbuf.h"
#include "dp_worker.h"
#include "wire_ip6.h"
#include "wire_udp.h"

#define TTL_OWN 64

void dp_stream_port(struct dp *dp, uint16_t port, bool carries)
{
    const uint64_t bit = UINT64_C(1) << port % 64;
    if (carries)
        atomic_fetch_or_explicit(&dp->stream_ports[port / 64], bit, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(&dp->stream_ports[port / 64], ~bit, memory_order_relaxed);
}

bool dp_stream_is_own(const struct dp *dp, const struct sad_flow *flow)
{
    return flow->proto == WIRE_PROTO_TCP && flow->has_ports &&
           atomic_load_explicit(&dp->stream_ports[flow->local_port / 64], memory_order_relaxed) >>
                   flow->local_port % 64 &
               1;
}

void dp_stream_out(struct dp_worker *w, struct rte_mbuf *m)
{
    if (rte_ring_enqueue(w->dp->streams, m) == 0)
        w->has_news = true;
    else
        dp_drop_mbuf(w, m, DP_DROP_stream_full);
}

struct rte_mbuf *dp_stream_pop(struct dp *dp, struct dp_stream_packet *out)
{
    void *object;
    if (rte_ring_dequeue(dp->streams, &object) != 0)
        return NULL;
    struct rte_mbuf *m = object;
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    const bool is6 = ip[0] >> 4 == 6;
    const uint8_t *udp = ip + wire_ip_bytes(is6);
    const enum base_family family = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    out->local = (struct base_endpoint){base_addr_from_bytes(family, ip + wire_ip_src_at(is6)),
                                        dp_get16(udp + WIRE_UDP_AT_SRC)};
    out->remote = (struct base_endpoint){base_addr_from_bytes(family, ip + wire_ip_dst_at(is6)),
                                         dp_get16(udp + WIRE_UDP_AT_DST)};
    out->esp = base_span(udp + WIRE_UDP_BYTES, m->data_len - wire_ip_bytes(is6) - WIRE_UDP_BYTES);
    return m;
}

void dp_stream_lost(struct dp *dp, bool is_there)
{
    dp_drop_at_control(dp, NULL, is_there ? DP_DROP_stream_full : DP_DROP_stream_gone);
}

static void ip_write(uint8_t *ip, const struct base_addr *from, const struct base_addr *to, uint16_t payload)
{
    const struct wire_ip4_make make4 = {.src_be = dp_load32(from->bytes),
                                        .dst_be = dp_load32(to->bytes),
                                        .payload_len = payload,
                                        .proto = WIRE_PROTO_UDP,
                                        .ttl = TTL_OWN};
    const struct wire_ip6_make make6 = {.src = from->bytes,
                                        .dst = to->bytes,
                                        .payload_len = payload,
                                        .proto = WIRE_PROTO_UDP,
                                        .hop_limit = TTL_OWN};
    if (to->family == BASE_AF_IP4)
        wire_ip4_build((struct wire_ip4 *)(void *)ip, &make4);
    else
        wire_ip6_build((struct wire_ip6 *)(void *)ip, &make6);
}

bool dp_stream_give(struct dp *dp, const struct base_endpoint *local, const struct base_endpoint *remote,
                    struct base_span esp)
{
    const size_t head = wire_ip_bytes(local->addr.family == BASE_AF_IP6) + WIRE_UDP_BYTES;
    struct rte_mbuf *m = rte_pktmbuf_alloc(dp->params.pool);
    if (!m || head + esp.len > rte_pktmbuf_tailroom(m)) {
        dp_drop_at_control(dp, m, m ? DP_DROP_stream_long : DP_DROP_no_mbuf);
        return false;
    }
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *), *udp = ip + head - WIRE_UDP_BYTES;
    ip_write(ip, &remote->addr, &local->addr, (uint16_t)(WIRE_UDP_BYTES + esp.len));
    wire_udp_build((struct wire_udp *)(void *)udp, remote->port, local->port, (uint16_t)esp.len);
    memcpy(udp + WIRE_UDP_BYTES, esp.ptr, esp.len);
    dp_mbuf_span(m, ip, (uint32_t)(head + esp.len));
    m->port = DP_PORT_NONE;
    m->packet_type = DP_STREAM_IN;
    if (rte_ring_enqueue(dp->workers[0]->handed, m) == 0)
        return true;
    dp_drop_at_control(dp, m, DP_DROP_stream_in_full);
    return false;
}
