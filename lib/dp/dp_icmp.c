/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for the gateway's own addresses that are neither ESP nor IKE: echo is answered in place, errors go
 * to control, the rest to the host. And the errors that the gateway sends: time exceeded, too big (RFC 792,
 * 4443; RFC 1812 4.3.2 for when not to). All of them leave through w->local.
 *
 * Drops: clear_text, and those of dp_local_put(), dp_punt() and dp_host_deliver().
 */
#include "dp_icmp.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_flow.h"
#include "dp_host.h"
#include "dp_local.h"
#include "dp_mbuf.h"
#include "dp_own.h"
#include "dp_punt.h"
#include "dp_worker.h"
#include "wire_icmp.h"

#define ICMP_PPS 1000

static void swap_addrs(uint8_t *src, uint8_t *dst, size_t size)
{
    uint8_t tmp[16];
    memcpy(tmp, src, size);
    memcpy(src, dst, size);
    memcpy(dst, tmp, size);
}

static bool echo_answer4(uint8_t *ip, uint32_t len)
{
    const uint32_t ihl = wire_ip4_hdr_len(ip);
    if (ip[WIRE_IP4_AT_PROTO] != WIRE_PROTO_ICMP4 || len < ihl + WIRE_ICMP_BYTES ||
        ip[ihl] != WIRE_ICMP4_ECHO || dp_get16(ip + WIRE_IP4_AT_FRAG) & (WIRE_IP4_MF | WIRE_IP4_OFFSET))
        return false;
    wire_icmp4_make_reply((struct wire_icmp *)(void *)(ip + ihl));
    swap_addrs(ip + WIRE_IP4_AT_SRC, ip + WIRE_IP4_AT_DST, 4);
    ip[WIRE_IP4_AT_TTL] = WIRE_ICMP_TTL;
    dp_ip4_cksum_fill(ip, ihl);
    return true;
}

static bool echo_answer6(uint8_t *ip, uint32_t len)
{
    if (ip[WIRE_IP6_AT_NEXT] != WIRE_PROTO_ICMP6 || len < WIRE_IP6_BYTES + WIRE_ICMP_BYTES ||
        ip[WIRE_IP6_BYTES] != WIRE_ICMP6_ECHO)
        return false;
    wire_icmp6_make_reply((struct wire_icmp *)(void *)(ip + WIRE_IP6_BYTES));
    swap_addrs(ip + WIRE_IP6_AT_SRC, ip + WIRE_IP6_AT_DST, 16);
    ip[WIRE_IP6_AT_HOPS] = WIRE_ICMP_TTL;
    return true;
}

static bool is_error(const uint8_t *ip, uint32_t len, bool is6)
{
    uint32_t l4 = is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip);
    if (len < l4 + WIRE_ICMP_BYTES)
        return false;
    if (is6)
        return ip[WIRE_IP6_AT_NEXT] == WIRE_PROTO_ICMP6 && ip[l4] < WIRE_ICMP6_INFO;
    return ip[WIRE_IP4_AT_PROTO] == WIRE_PROTO_ICMP4 &&
           (ip[l4] == WIRE_ICMP4_UNREACHABLE || ip[l4] == WIRE_ICMP4_TIME_EXCEEDED ||
            ip[l4] == WIRE_ICMP4_PARAMETER);
}

/* Clear text to us from a sender whom a policy requires to use a tunnel; it is not accepted. */
static bool is_forbidden_clear(struct dp_worker *w, const uint8_t *ip, uint32_t len, uint16_t port, bool is6)
{
    if (dp_is_inside_link(w->dp, port, ip + wire_ip_src_at(is6), is6))
        return false;
    struct sad_flow reverse;
    dp_flow_fill(&reverse, ip, len, is6, true);
    return sad_spd_lookup(w->tables, &reverse) != SAD_SPD_NONE;
}

void dp_icmp_own(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3, bool is_inner)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l3);
    bool is6 = ip[0] >> 4 == 6;
    uint32_t len = wire_ip_len(ip, is6);
    if (!is_inner && is_forbidden_clear(w, ip, len, port, is6)) {
        dp_drop_mbuf(w, m, DP_DROP_clear_text);
        return;
    }
    if (is6 ? echo_answer6(ip, len) : echo_answer4(ip, len)) {
        dp_mbuf_span(m, ip, len);
        dp_local_put(w, m, DP_PKT_LOCAL | DP_PKT_TTL_DONE);
    } else if (!is_inner && is_error(ip, len, is6)) {
        dp_punt(w, m, port, DP_PUNT_ICMP_ERR, l3);
    } else {
        dp_host_deliver(w, m, port, l3);
    }
}

/* An own address to send an error from: of an inside port if there is one. */
static const struct base_addr *own_addr(const struct dp *dp, bool is6)
{
    const struct base_addr *any = NULL;
    for (size_t i = 0; i < dp->params.n_ports; i++) {
        const struct dp_port_params *p = &dp->ports[i].params;
        for (size_t a = 0; a < p->n_addrs; a++) {
            if (p->addrs[a].addr.family != (is6 ? BASE_AF_IP6 : BASE_AF_IP4))
                continue;
            if (p->role != DP_ROLE_OUTSIDE)
                return &p->addrs[a].addr;
            any = &p->addrs[a].addr;
        }
    }
    return any;
}

/* RFC 1812 4.3.2.7, RFC 4443 2.4: never about an error, a later fragment, or to something that is no host. */
static bool may_answer(const uint8_t *ip, uint32_t len, bool is6)
{
    if (is_error(ip, len, is6))
        return false;
    if (is6)
        return !wire_ip6_is_multicast(ip + WIRE_IP6_AT_SRC) && !wire_ip6_is_multicast(ip + WIRE_IP6_AT_DST) &&
               dp_load64(ip + WIRE_IP6_AT_SRC) != 0;
    return !(dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_OFFSET) &&
           !wire_ip4_is_bad_source(dp_load32(ip + WIRE_IP4_AT_SRC)) && ip[WIRE_IP4_AT_DST] < 224;
}

/* Builds the whole answer about packet. 0: no room. */
static size_t error_build(uint8_t *at, size_t room, const struct base_addr *from, struct base_span packet,
                          enum dp_icmp_error error, uint16_t mtu)
{
    if (from->family == BASE_AF_IP4)
        return error == DP_ICMP_TTL
                   ? wire_icmp4_error(at, room, dp_load32(from->bytes), WIRE_ICMP4_TIME_EXCEEDED, 0, 0,
                                      packet)
                   : wire_icmp4_error(at, room, dp_load32(from->bytes), WIRE_ICMP4_UNREACHABLE,
                                      WIRE_ICMP4_FRAG_NEEDED, mtu, packet);
    /* Never less than what every link carries (RFC 8200 5); ours does, in pieces if need be. */
    return error == DP_ICMP_TTL
               ? wire_icmp6_error(at, room, from->bytes, WIRE_ICMP6_TIME_EXCEEDED, 0, 0, packet)
               : wire_icmp6_error(at, room, from->bytes, WIRE_ICMP6_TOO_BIG, 0,
                                  RTE_MAX(mtu, WIRE_IP6_MIN_MTU), packet);
}

void dp_icmp_send(struct dp_worker *w, const struct rte_mbuf *m, enum dp_icmp_error error, uint16_t mtu)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    bool is6 = ip[0] >> 4 == 6;
    /* The host's stack takes no errors from itself: as if from where its packet was to go. */
    bool is_for_host = dp_host_has(w->dp, ip + wire_ip_src_at(is6), is6);
    struct base_addr there = base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, ip + wire_ip_dst_at(is6));
    const struct base_addr *from = is_for_host ? &there : own_addr(w->dp, is6);
    if (!from || !may_answer(ip, m->data_len, is6) ||
        !dp_bucket_take(&w->icmp_bucket, w->now_tsc, w->dp->params.tsc_hz, ICMP_PPS))
        return;
    struct rte_mbuf *answer = rte_pktmbuf_alloc(w->dp->params.pool);
    if (!answer)
        return;
    uint8_t *at = rte_pktmbuf_mtod(answer, uint8_t *);
    const size_t len =
        error_build(at, rte_pktmbuf_tailroom(answer), from, base_span(ip, m->data_len), error, mtu);
    if (!len) {
        rte_pktmbuf_free(answer);
        return;
    }
    dp_mbuf_span(answer, at, (uint32_t)len);
    if (is_for_host)
        dp_host_deliver(w, answer, DP_PORT_NONE, 0);
    else
        dp_local_put(w, answer, DP_PKT_LOCAL | DP_PKT_TTL_DONE);
}

void dp_icmp_refuse(struct dp_worker *w, struct dp_pkt *p, enum dp_icmp_error error, uint16_t mtu,
                    enum dp_drop why)
{
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    dp_icmp_send(w, p->mbuf, error, mtu);
    dp_drop_pkt(w, p, why);
}
