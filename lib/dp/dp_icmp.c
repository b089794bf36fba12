/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for the gateway's own addresses that are neither ESP nor IKE: echo is answered in place, errors go
 * to control, the rest to the host, or back as an error. And the errors that the gateway sends: time
 * exceeded, too big, unreachable (RFC 792, 4443; RFC 1812 4.3.2 for when not to). All of them leave through
 * dp_local_put().
 *
 * Drops: clear_text, own_unhandled, fragment, and those of dp_local_put(), dp_punt() and dp_host_deliver().
 */
#include "dp_icmp.h"

#include "dp_bypass.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_flow.h"
#include "dp_host.h"
#include "dp_local.h"
#include "dp_mbuf.h"
#include "dp_own.h"
#include "dp_punt.h"
#include "dp_stream.h"
#include "dp_worker.h"
#include "wire_icmp.h"
#include "wire_natt.h"

#define ICMP_PPS        1000
#define UNREACHABLE_PPS 100

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
    const uint32_t l4 = is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip);
    return len >= l4 + WIRE_ICMP_BYTES && wire_icmp_is_error(ip[wire_ip_proto_at(is6)], ip[l4]);
}

/* Whether what is found for a packet is an SA in transport mode. No SA is asked for, as sad_group_slot()
 * does: a stranger may have sent this. */
static bool is_of_transport(const struct dp_worker *w, uint32_t verdict)
{
    if (sad_spd_is_sa(verdict) && verdict & SAD_SPD_GROUP) {
        const struct sad_group *g = &w->tables->groups[verdict & ~SAD_SPD_GROUP];
        const uint32_t slot = atomic_load_explicit(&g->slots[w->index], memory_order_acquire);
        verdict = slot == SAD_NO_SLOT ? SAD_SPD_NO_SA : slot & ~SAD_GROUP_LENT;
    }
    return sad_spd_is_sa(verdict) && sad_out_at(w->tables, verdict)->flags & SAD_F_TRANSPORT;
}

/* An error about IKE or ESP of ours, which is never in a tunnel: control knows what to believe of it. */
static bool is_about_tunnel(const uint8_t *ip, uint32_t len, bool is6)
{
    struct sad_flow flow;
    return dp_flow_fill_quoted(&flow, ip, len, is6, true) && dp_host_may_not_have(&flow);
}

/*
 * Clear text to us from a sender whom a policy requires to use a tunnel; it is not accepted. Hosts on an
 * inside link may speak in clear, but for those that have an SA in transport mode for it; and whom a bypass
 * is for may, and who tells what became of the tunnel's own packets (RFC 4301 6.1.1).
 */
static bool is_forbidden_clear(struct dp_worker *w, const uint8_t *ip, uint32_t len, uint16_t port, bool is6)
{
    struct sad_flow reverse;
    dp_flow_fill(&reverse, ip, len, is6, true);
    const uint32_t verdict =
        dp_stream_is_own(w->dp, &reverse) ? SAD_SPD_NONE : sad_spd_lookup(w->tables, &reverse);
    const bool is_required = dp_is_inside_link(w->dp, port, ip + wire_ip_src_at(is6), is6)
                                 ? is_of_transport(w, verdict)
                                 : verdict != SAD_SPD_NONE;
    if (!is_required || is_about_tunnel(ip, len, is6))
        return false;
    const uint32_t bypass = dp_bypass_find(w, port, ip, len, is6);
    if (!sad_spd_is_bypass(bypass))
        return true;
    dp_bypass_count(w, bypass, len);
    return false;
}

/*
 * How good an own address is to send an error from: best is one whose prefix has the packet's sender, then
 * its destination, which is what selectors of a tunnel back may want; else of an inside port.
 */
static unsigned source_rank(enum dp_role role, const struct base_prefix *own, const struct base_addr *sender,
                            const struct base_addr *to)
{
    if (base_prefix_contains(own, sender))
        return 4096u + own->len;
    if (role == DP_ROLE_OUTSIDE)
        return 1;
    return base_prefix_contains(own, to) ? 1024u + own->len : 2;
}

/* NULL: there is none of this family. */
static const struct base_addr *error_source(const struct dp *dp, const struct base_addr *sender,
                                            const struct base_addr *to)
{
    const struct base_addr *best = NULL;
    unsigned best_rank = 0;
    for (size_t i = 0; i < dp->params.n_ports; i++) {
        const struct dp_own_port *p = &dp_own_now(dp)->ports[i];
        for (size_t a = 0; a < p->n_addrs; a++) {
            if (p->addrs[a].addr.family != sender->family)
                continue;
            const unsigned rank = source_rank(dp->ports[i].params.role, &p->addrs[a], sender, to);
            if (rank > best_rank) {
                best = &p->addrs[a].addr;
                best_rank = rank;
            }
        }
    }
    return best;
}

/* RFC 1812 4.3.2.7, RFC 4443 2.4: never about an error, a later fragment, or to something that is no host. */
static bool may_answer(const struct dp *dp, const uint8_t *ip, uint32_t len, bool is6)
{
    const uint32_t sender = dp_load32(ip + WIRE_IP4_AT_SRC);
    if (is_error(ip, len, is6))
        return false;
    if (is6)
        return !wire_ip6_is_multicast(ip + WIRE_IP6_AT_SRC) && !wire_ip6_is_multicast(ip + WIRE_IP6_AT_DST) &&
               dp_load64(ip + WIRE_IP6_AT_SRC) != 0;
    return !(dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_OFFSET) && !wire_ip4_is_bad_source(sender) &&
           !dp_own_is_broadcast(dp, sender) && ip[WIRE_IP4_AT_DST] < 224;
}

/* Type and code of each error in both families. */
static const struct {
    uint8_t type4, code4, type6, code6;
} errors[] = {
    [DP_ICMP_TTL] = {WIRE_ICMP4_TIME_EXCEEDED, 0, WIRE_ICMP6_TIME_EXCEEDED, 0},
    [DP_ICMP_TOO_BIG] = {WIRE_ICMP4_UNREACHABLE, WIRE_ICMP4_FRAG_NEEDED, WIRE_ICMP6_TOO_BIG, 0},
    [DP_ICMP_PORT] = {WIRE_ICMP4_UNREACHABLE, WIRE_ICMP4_PORT, WIRE_ICMP6_UNREACHABLE, WIRE_ICMP6_PORT},
    [DP_ICMP_PROTOCOL] = {WIRE_ICMP4_UNREACHABLE, WIRE_ICMP4_PROTOCOL, WIRE_ICMP6_PARAMETER,
                          WIRE_ICMP6_NEXT_HEADER},
};

/* What an ICMPv6 error tells beside its type: an MTU, never less than what every link carries (RFC 8200 5;
 * ours does, in pieces if need be), or where in the packet it is wrong. */
static uint32_t error_arg6(enum dp_icmp_error error, uint16_t mtu)
{
    if (error == DP_ICMP_TOO_BIG)
        return RTE_MAX(mtu, WIRE_IP6_MIN_MTU);
    return error == DP_ICMP_PROTOCOL ? WIRE_IP6_AT_NEXT : 0;
}

/* Makes the mbuf the whole answer about packet. False: no room. */
static bool error_build(struct rte_mbuf *m, const struct base_addr *from, struct base_span packet,
                        enum dp_icmp_error error, uint16_t mtu)
{
    uint8_t *at = rte_pktmbuf_mtod(m, uint8_t *);
    const size_t room = rte_pktmbuf_tailroom(m);
    const size_t len = from->family == BASE_AF_IP4
                           ? wire_icmp4_error(at, room, dp_load32(from->bytes), errors[error].type4,
                                              errors[error].code4, error == DP_ICMP_TOO_BIG ? mtu : 0, packet)
                           : wire_icmp6_error(at, room, from->bytes, errors[error].type6, errors[error].code6,
                                              error_arg6(error, mtu), packet);
    dp_mbuf_span(m, at, (uint32_t)len);
    return len;
}

/* A buffer for an error, within its rate. NULL: counted. */
static struct rte_mbuf *error_begin(struct dp_worker *w, enum dp_icmp_error error)
{
    const uint64_t hz = w->dp->params.tsc_hz;
    const bool may = error >= DP_ICMP_PORT
                         ? dp_bucket_take(&w->unreachable_bucket, w->now_tsc, hz, UNREACHABLE_PPS)
                         : dp_bucket_take(&w->icmp_bucket, w->now_tsc, hz, ICMP_PPS);
    struct rte_mbuf *m = may ? rte_pktmbuf_alloc(w->dp->params.pool) : NULL;
    if (m)
        w->count.icmp_errors++;
    else
        w->count.icmp_limited++;
    return m;
}

void dp_icmp_send(struct dp_worker *w, const struct rte_mbuf *m, enum dp_icmp_error error, uint16_t mtu)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    const bool is6 = ip[0] >> 4 == 6;
    const uint8_t family = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    const struct base_addr sender = base_addr_from_bytes(family, ip + wire_ip_src_at(is6));
    const struct base_addr to = base_addr_from_bytes(family, ip + wire_ip_dst_at(is6));
    /* The host's stack takes no errors from itself: as if from where its packet was to go. */
    const bool is_for_host = dp_host_has(w->dp, ip + wire_ip_src_at(is6), is6);
    const struct base_addr *from =
        is_for_host || error >= DP_ICMP_PORT ? &to : error_source(w->dp, &sender, &to);
    struct rte_mbuf *answer;
    if (!from || !may_answer(w->dp, ip, m->pkt_len, is6) || !(answer = error_begin(w, error)))
        return;
    if (!error_build(answer, from, base_span(ip, m->pkt_len), error, mtu))
        rte_pktmbuf_free(answer);
    else if (!is_for_host || !dp_host_deliver(w, answer, DP_PORT_NONE, 0))
        dp_local_put(w, answer, DP_PKT_LOCAL | DP_PKT_TTL_DONE);
}

void dp_icmp_refuse(struct dp_worker *w, struct dp_pkt *p, enum dp_icmp_error error, uint16_t mtu,
                    enum dp_drop why)
{
    dp_mbuf_span(p->mbuf, p->op.data, p->op.len);
    dp_icmp_send(w, p->mbuf, error, mtu);
    dp_drop_pkt(w, p, why);
}

/* A packet for an own address that nobody takes. False: its sender is told nothing. */
static bool refusal_find(const uint8_t *ip, uint32_t len, bool is6, enum dp_icmp_error *error)
{
    const uint8_t proto = ip[wire_ip_proto_at(is6)];
    const uint8_t *l4 = ip + (is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip));
    *error = DP_ICMP_PROTOCOL;
    if (proto == WIRE_PROTO_UDP) {
        *error = DP_ICMP_PORT;
        if (len < (uint32_t)(l4 - ip) + WIRE_UDP_BYTES)
            return false;
        const uint16_t port = dp_get16(l4 + WIRE_UDP_AT_DST);
        return port != WIRE_IKE_PORT && port != WIRE_NATT_PORT;
    }
    if (is6)
        return proto != WIRE_PROTO_ICMP6 && proto != WIRE_PROTO_ESP && proto != WIRE_PROTO_NONE &&
               !wire_ip6_is_extension(proto);
    return proto != WIRE_PROTO_ICMP4 && proto != WIRE_PROTO_ESP;
}

static void own_refuse(struct dp_worker *w, struct rte_mbuf *m, uint16_t l3)
{
    const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, l3);
    const bool is6 = ip[0] >> 4 == 6;
    enum dp_icmp_error error;
    dp_mbuf_span(m, ip, wire_ip_len(ip, is6));
    if (refusal_find(ip, m->pkt_len, is6, &error))
        dp_icmp_send(w, m, error, 0);
    dp_drop_mbuf(w, m, DP_DROP_own_unhandled);
}

void dp_icmp_own(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3, bool is_inner)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l3);
    bool is6 = ip[0] >> 4 == 6;
    uint32_t len = wire_ip_len(ip, is6);
    if (len > UINT16_MAX) { /* put together, and longer than an mbuf can say */
        dp_drop_mbuf(w, m, DP_DROP_fragment);
        return;
    }
    if (!is_inner && is_forbidden_clear(w, ip, len, port, is6)) {
        dp_drop_mbuf(w, m, DP_DROP_clear_text);
        return;
    }
    if (is6 ? echo_answer6(ip, len) : echo_answer4(ip, len)) {
        dp_mbuf_span(m, ip, len);
        dp_local_put(w, m, DP_PKT_LOCAL | DP_PKT_TTL_DONE);
    } else if (!is_inner && is_error(ip, len, is6)) {
        dp_punt(w, m, port, DP_PUNT_ICMP_ERR, l3);
    } else if (!dp_host_deliver(w, m, port, l3)) {
        own_refuse(w, m, l3);
    }
}
