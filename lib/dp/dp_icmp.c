/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets for the gateway's own addresses that are neither ESP nor IKE: echo is answered in place, errors go
 * to control, the rest to the host. And the errors that the gateway sends: time exceeded, too big (RFC 792,
 * 4443; RFC 1812 4.3.2 for when not to). All of them leave through w->local.
 */
#include "dp_icmp.h"

#include "dp_bytes.h"
#include "dp_cksum.h"
#include "dp_drop.h"
#include "dp_flow.h"
#include "dp_host.h"
#include "dp_local.h"
#include "dp_own.h"
#include "dp_punt.h"
#include "dp_worker.h"
#include "wire_ip6.h"

#define ICMP_PPS       1000
#define TTL_OWN        64
#define ICMP_ECHO      8
#define ICMP_REPLY     0
#define ICMP6_ECHO     128
#define ICMP6_REPLY    129
#define ICMP4_QUOTE    548  /* whole error at most 576 bytes (RFC 1812 4.3.2.3) */
#define ICMP6_QUOTE    1232 /* whole error at most 1280 bytes (RFC 4443 2.4) */
#define ICMP_HDR_BYTES 8

static void ip4_finish(uint8_t *ip, uint32_t ihl)
{
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_cksum_sum(ip, ihl, 0)));
}

static void swap_addrs(uint8_t *src, uint8_t *dst, size_t size)
{
    uint8_t tmp[16];
    memcpy(tmp, src, size);
    memcpy(src, dst, size);
    memcpy(dst, tmp, size);
}

static bool echo4(uint8_t *ip, uint32_t len)
{
    uint32_t ihl = (ip[0] & 0xfu) * 4;
    if (ip[9] != DP_PROTO_ICMP || len < ihl + ICMP_HDR_BYTES || ip[ihl] != ICMP_ECHO ||
        dp_get16(ip + 6) & 0x3fff)
        return false;
    uint8_t *icmp = ip + ihl;
    icmp[0] = ICMP_REPLY;
    dp_store16(icmp + 2, dp_cksum_fold((uint64_t)dp_load16(icmp + 2) + ICMP_ECHO)); /* RFC 1624 */
    swap_addrs(ip + 12, ip + 16, 4);
    ip[8] = TTL_OWN;
    ip4_finish(ip, ihl);
    return true;
}

static bool echo6(uint8_t *ip, uint32_t len)
{
    if (ip[6] != DP_PROTO_ICMP6 || len < DP_IP6_BYTES + ICMP_HDR_BYTES || ip[DP_IP6_BYTES] != ICMP6_ECHO)
        return false;
    uint8_t *icmp = ip + DP_IP6_BYTES;
    icmp[0] = ICMP6_REPLY;
    /* The type grew by one, so the checksum shrinks by one in one's complement. */
    dp_store16(icmp + 2, dp_cksum_fold((uint64_t)dp_load16(icmp + 2) + 0xfffe));
    swap_addrs(ip + 8, ip + 24, 16);
    ip[7] = TTL_OWN;
    return true;
}

static bool is_error(const uint8_t *ip, uint32_t len, bool is6)
{
    uint32_t l4 = is6 ? DP_IP6_BYTES : (ip[0] & 0xfu) * 4;
    if (len < l4 + ICMP_HDR_BYTES)
        return false;
    if (is6)
        return ip[6] == DP_PROTO_ICMP6 && ip[l4] < 128;
    return ip[9] == DP_PROTO_ICMP && (ip[l4] == 3 || ip[l4] == 11 || ip[l4] == 12);
}

/* Clear text to us from a sender whom a policy requires to use a tunnel; it is not accepted. */
static bool is_forbidden_clear(struct dp_worker *w, const uint8_t *ip, uint32_t len, uint16_t port, bool is6)
{
    if (dp_is_inside_link(w->dp, port, ip + (is6 ? 8 : 12), is6))
        return false;
    struct sad_flow reverse;
    dp_flow_fill(&reverse, ip, len, is6, true);
    return sad_select(w->tables, &reverse) != SAD_SELECT_NONE;
}

void dp_icmp_own(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3, bool is_inner)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l3);
    bool is6 = ip[0] >> 4 == 6;
    uint32_t len = is6 ? DP_IP6_BYTES + (uint32_t)dp_get16(ip + 4) : dp_get16(ip + 2);
    if (!is_inner && is_forbidden_clear(w, ip, len, port, is6)) {
        dp_drop_mbuf(w, m, DP_DROP_clear_text);
        return;
    }
    if (is6 ? echo6(ip, len) : echo4(ip, len)) {
        m->data_off = (uint16_t)(ip - (uint8_t *)m->buf_addr);
        m->data_len = (uint16_t)len;
        m->pkt_len = len;
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
        return ip[8] != 0xff && ip[24] != 0xff && dp_load64(ip + 8) != 0;
    uint8_t first = ip[12];
    return !(dp_get16(ip + 6) & 0x1fff) && first != 0 && first != 127 && first < 224 && ip[16] < 224;
}

static void error4(uint8_t *p, const struct base_addr *from, const uint8_t *ip, uint32_t quote,
                   enum dp_icmp_error error, uint16_t mtu)
{
    uint8_t *icmp = p + DP_IP4_BYTES;
    memset(p, 0, DP_IP4_BYTES + ICMP_HDR_BYTES);
    p[0] = 0x45;
    dp_put16(p + 2, (uint16_t)(DP_IP4_BYTES + ICMP_HDR_BYTES + quote));
    p[8] = TTL_OWN;
    p[9] = DP_PROTO_ICMP;
    memcpy(p + 12, from->bytes, 4);
    memcpy(p + 16, ip + 12, 4);
    ip4_finish(p, DP_IP4_BYTES);
    icmp[0] = error == DP_ICMP_TTL ? 11 : 3;
    icmp[1] = error == DP_ICMP_TTL ? 0 : 4;
    dp_put16(icmp + 6, mtu);
    memcpy(icmp + ICMP_HDR_BYTES, ip, quote);
    dp_store16(icmp + 2, (uint16_t)~dp_cksum_fold(dp_cksum_sum(icmp, ICMP_HDR_BYTES + quote, 0)));
}

static void error6(uint8_t *p, const struct base_addr *from, const uint8_t *ip, uint32_t quote,
                   enum dp_icmp_error error, uint16_t mtu)
{
    uint8_t *icmp = p + DP_IP6_BYTES;
    uint16_t len = (uint16_t)(ICMP_HDR_BYTES + quote);
    memset(p, 0, DP_IP6_BYTES + ICMP_HDR_BYTES);
    p[0] = 0x60;
    dp_put16(p + 4, len);
    p[6] = DP_PROTO_ICMP6;
    p[7] = TTL_OWN;
    memcpy(p + 8, from->bytes, 16);
    memcpy(p + 24, ip + 8, 16);
    icmp[0] = error == DP_ICMP_TTL ? 3 : 2;
    /* Never less than what every link carries (RFC 8200 5); ours does, in pieces if need be. */
    dp_put32(icmp + 4, error == DP_ICMP_TTL ? 0 : RTE_MAX(mtu, WIRE_IP6_MIN_MTU));
    memcpy(icmp + ICMP_HDR_BYTES, ip, quote);
    uint64_t sum = dp_cksum_sum(p + 8, 32, __builtin_bswap16(len) + __builtin_bswap16(DP_PROTO_ICMP6));
    dp_store16(icmp + 2, (uint16_t)~dp_cksum_fold(dp_cksum_sum(icmp, len, sum)));
}

void dp_icmp_send(struct dp_worker *w, const struct rte_mbuf *m, enum dp_icmp_error error, uint16_t mtu)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    bool is6 = ip[0] >> 4 == 6;
    /* The host's stack takes no errors from itself: as if from where its packet was to go. */
    bool is_for_host = dp_host_has(w->dp, ip + (is6 ? 8 : 12), is6);
    struct base_addr there = base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, ip + (is6 ? 24 : 16));
    const struct base_addr *from = is_for_host ? &there : own_addr(w->dp, is6);
    if (!from || !may_answer(ip, m->data_len, is6) ||
        !dp_bucket_take(&w->icmp_bucket, w->now_tsc, w->dp->params.tsc_hz, ICMP_PPS))
        return;
    struct rte_mbuf *answer = rte_pktmbuf_alloc(w->dp->params.pool);
    if (!answer)
        return;
    uint32_t most = is6 ? ICMP6_QUOTE : ICMP4_QUOTE;
    uint32_t quote = m->data_len < most ? m->data_len : most;
    uint32_t len = (is6 ? DP_IP6_BYTES : DP_IP4_BYTES) + ICMP_HDR_BYTES + quote;
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(answer, (uint16_t)len);
    if (!p) {
        rte_pktmbuf_free(answer);
        return;
    }
    if (is6)
        error6(p, from, ip, quote, error, mtu);
    else
        error4(p, from, ip, quote, error, mtu);
    if (is_for_host)
        dp_host_deliver(w, answer, DP_PORT_NONE, 0);
    else
        dp_local_put(w, answer, DP_PKT_LOCAL | DP_PKT_TTL_DONE);
}
