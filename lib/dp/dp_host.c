/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's stack behind the gateway's own addresses. Workers pass on what they have no use for themselves,
 * within a limit and through a ring of its own, so that a flood to some open port leaves IKE's way alone.
 * What the host sends is judged here and then goes the outbound way, as a packet of the gateway's own: SA
 * lookup, routes and neighbours are those of everybody else: no policy, no clear text. IKE and ESP never
 * cross: who could send or take them on our addresses could pose as the gateway.
 *
 * Drops: host_limit, host_full, malformed, host_source, host_shadow, host_multicast.
 */
#include "dp_host.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_flow.h"
#include "dp_inner.h"
#include "dp_large.h"
#include "dp_mbuf.h"
#include "dp_own.h"
#include "dp_stream.h"
#include "dp_worker.h"
#include "wire_icmp.h"
#include "wire_natt.h"

#define HOST_PPS_DEFAULT 10000

/* The port with a host that has this address, or through which the host has it; DP_PORT_NONE: none. */
static uint16_t owner_of(const struct dp *dp, const uint8_t *addr, bool is6)
{
    const uint8_t family = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    for (uint16_t i = 0; i < dp->params.n_ports; i++) {
        const struct dp_own_port *p = &dp_own_now(dp)->ports[i];
        for (size_t a = 0; dp->ports[i].params.has_host && a < p->n_addrs; a++)
            if (p->addrs[a].addr.family == family &&
                memcmp(p->addrs[a].addr.bytes, addr, wire_ip_addr_bytes(is6)) == 0)
                return i;
    }
    return dp_inner_port(dp, addr, is6);
}

bool dp_host_has(const struct dp *dp, const uint8_t *addr, bool is6)
{
    return owner_of(dp, addr, is6) != DP_PORT_NONE;
}

bool dp_host_may_not_have(const struct sad_flow *flow)
{
    if (flow->proto == WIRE_PROTO_ESP)
        return true;
    return flow->proto == WIRE_PROTO_UDP && flow->has_ports &&
           (flow->local_port == WIRE_IKE_PORT || flow->local_port == WIRE_NATT_PORT);
}

bool dp_host_deliver(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3)
{
    const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);
    const bool is6 = ip[0] >> 4 == 6;
    const uint32_t len = wire_ip_len(ip, is6);
    const uint16_t owner = owner_of(w->dp, ip + wire_ip_dst_at(is6), is6);
    const uint64_t pps = w->dp->params.host_pps ? w->dp->params.host_pps : HOST_PPS_DEFAULT;
    struct sad_flow flow;
    /* In clear only by a port that has a host itself: the others stay closed. */
    if (owner == DP_PORT_NONE || (port < w->dp->params.n_ports && !w->dp->ports[port].params.has_host))
        return false;
    dp_flow_fill(&flow, ip, len, is6, true);
    if (dp_host_may_not_have(&flow)) {
        dp_drop_mbuf(w, m, DP_DROP_host_shadow);
        return true;
    }
    if (dp_large_is_scarce(m, w->dp->params.large_pool) ||
        !dp_bucket_take(&w->host_bucket, w->now_tsc, w->dp->params.tsc_hz, pps)) {
        dp_drop_mbuf(w, m, DP_DROP_host_limit);
        return true;
    }
    dp_mbuf_span(m, ip, len);
    m->port = owner;
    if (rte_ring_enqueue(w->dp->host, m) == 0) {
        w->has_news = true;
        w->count.host_in++;
    } else {
        dp_drop_mbuf(w, m, DP_DROP_host_full);
    }
    return true;
}

/* Cuts the mbuf to the IP packet in it. False: there is none. */
static bool packet_fit(struct rte_mbuf *m, bool *is6)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    const uint32_t room = m->data_len;
    uint32_t head = WIRE_IP4_BYTES, len;
    if (room < WIRE_IP4_BYTES)
        return false;
    *is6 = ip[0] >> 4 == 6;
    if (*is6) {
        head = WIRE_IP6_BYTES;
        len = room >= WIRE_IP6_BYTES ? WIRE_IP6_BYTES + (uint32_t)dp_get16(ip + WIRE_IP6_AT_LEN) : 0;
    } else {
        len = dp_get16(ip + WIRE_IP4_AT_LEN);
        if (ip[0] >> 4 != 4 || (ip[0] & 0xfu) < 5 || wire_ip4_hdr_len(ip) > len)
            return false;
    }
    if (len < head || len > room)
        return false;
    dp_mbuf_span(m, ip, len);
    return true;
}

bool dp_host_admit(struct dp_worker *w, struct rte_mbuf *m)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    struct sad_flow flow;
    bool is6;
    if (!packet_fit(m, &is6)) {
        dp_drop_mbuf(w, m, DP_DROP_malformed);
        return false;
    }
    if (is6 ? ip[WIRE_IP6_AT_DST] == 0xff : ip[WIRE_IP4_AT_DST] >= 224) {
        dp_drop_mbuf(w, m, DP_DROP_host_multicast);
        return false;
    }
    if (!dp_host_has(w->dp, ip + wire_ip_src_at(is6), is6)) {
        dp_drop_mbuf(w, m, DP_DROP_host_source);
        return false;
    }
    dp_flow_fill(&flow, ip, m->data_len, is6, false);
    if (dp_host_may_not_have(&flow)) {
        dp_drop_mbuf(w, m, DP_DROP_host_shadow);
        return false;
    }
    m->packet_type = DP_PKT_LOCAL | DP_PKT_TTL_DONE | DP_PKT_HOST | (is6 ? DP_PKT_INNER6 : 0);
    w->count.host_out++;
    return true;
}

bool dp_host_may_go_clear(const struct dp_worker *w, const struct dp_pkt *p)
{
    const bool is6 = p->flags & DP_PKT_INNER6;
    struct sad_flow flow;
    dp_flow_fill(&flow, p->op.data, p->op.len, is6, false);
    flow.dscp = 0; /* what is protected of some DSCP is not for clear text of another */
    if (dp_stream_is_own(w->dp, &flow))
        return true;
    /*
     * An ICMP error quotes a packet that may have come protected under another selector: for that it takes a
     * destination that no policy knows. A later fragment does not tell its ports: no policy may want any.
     */
    const uint8_t type = (uint8_t)(flow.local_port >> 8);
    const bool is_echo =
        flow.proto == WIRE_PROTO_ICMP4   ? type == WIRE_ICMP4_ECHO_REPLY || type == WIRE_ICMP4_ECHO
        : flow.proto == WIRE_PROTO_ICMP6 ? type == WIRE_ICMP6_ECHO || type == WIRE_ICMP6_ECHO_REPLY
                                         : true;
    return (flow.has_ports || dp_flow_widen(&flow)) && is_echo &&
           sad_spd_lookup(w->tables, &flow) == SAD_SPD_NONE;
}

struct rte_mbuf *dp_host_pop(struct dp *dp, uint16_t *port)
{
    void *object;
    if (rte_ring_dequeue(dp->host, &object) != 0)
        return NULL;
    struct rte_mbuf *m = object;
    *port = m->port;
    return m;
}

bool dp_host_send(struct dp *dp, struct rte_mbuf *packet)
{
    packet->port = DP_PORT_NONE;
    packet->packet_type = DP_HOST_UNJUDGED;
    if (rte_ring_enqueue(dp->workers[0]->handed, packet) == 0)
        return true;
    rte_pktmbuf_free(packet);
    return false;
}

bool dp_host_wants(const struct dp *dp, struct dp_punt *punt)
{
    struct rte_mbuf *m = punt->mbuf;
    const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, m->hash.fdir.hi);
    const uint16_t owner = owner_of(dp, punt->dst.addr.bytes, ip[0] >> 4 == 6);
    if (owner == DP_PORT_NONE || !dp->ports[punt->port].params.has_host)
        return false;
    punt->port = owner;
    dp_mbuf_span(m, ip, (uint32_t)(punt->payload.ptr - ip) + (uint32_t)punt->payload.len);
    return true;
}
