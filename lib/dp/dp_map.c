/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses in IP headers, checksums of what is behind them, and packets that ICMP errors quote. */
#include "dp_map.h"

#include <string.h>
#include "dp_bytes.h"
#include "wire_icmp.h"

#define TCP_AT_CSUM  16
#define DCCP_AT_CSUM 6
#define ICMP_AT_CSUM 2

/* Where the upper header is. False: there is none here. */
static bool upper_find(const uint8_t *ip, uint32_t len, bool is6, uint32_t *at, uint8_t *proto)
{
    uint32_t next = is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip);
    *proto = ip[wire_ip_proto_at(is6)];
    if (!is6 && dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_OFFSET)
        return false;
    while (is6 && wire_ip6_is_extension(*proto) && next + 8 <= len) {
        if (*proto == WIRE_IP6_FRAGMENT &&
            dp_get16(ip + next + WIRE_IP6_FRAG_AT_PLACE) & WIRE_IP6_FRAG_OFFSET)
            return false;
        const uint32_t bytes = *proto == WIRE_IP6_FRAGMENT ? WIRE_IP6_FRAG_BYTES : (ip[next + 1] + 1u) * 8;
        *proto = ip[next];
        next += bytes;
    }
    *at = next;
    return next <= len;
}

/* The checksum of a protocol whose checksum covers the addresses; UINT32_MAX: it has none. */
static uint32_t csum_at(uint8_t proto, bool is6)
{
    switch (proto) {
    case WIRE_PROTO_TCP:
        return TCP_AT_CSUM;
    case WIRE_PROTO_UDP:
    case WIRE_PROTO_UDP_LITE:
        return WIRE_UDP_AT_CSUM;
    case WIRE_PROTO_DCCP:
        return DCCP_AT_CSUM;
    case WIRE_PROTO_ICMP6:
        return is6 ? ICMP_AT_CSUM : UINT32_MAX;
    default:
        return UINT32_MAX;
    }
}

/* Of TCP 0 is a checksum like any other. */
static void csum_put(uint8_t *at, uint8_t proto, uint16_t csum)
{
    dp_store16(at, proto == WIRE_PROTO_TCP ? csum : wire_csum_udp(csum));
}

/* A datagram without a checksum stays without one, and none gets to look like that (RFC 768). */
static void csum_mend(uint8_t *at, uint8_t proto, uint16_t delta)
{
    const uint16_t before = dp_load16(at);
    const uint16_t after = sad_map_csum(before, delta);
    if (proto == WIRE_PROTO_UDP && before == 0)
        return;
    csum_put(at, proto, after);
}

static bool csum_is_of_all(uint8_t proto)
{
    return proto == WIRE_PROTO_TCP || proto == WIRE_PROTO_UDP || proto == WIRE_PROTO_ICMP6;
}

/* Over all that is behind the fixed header, and these addresses. */
static void csum_make(uint8_t *ip, uint32_t len, bool is6, uint8_t *csum)
{
    const uint32_t at = wire_ip_bytes(is6);
    const uint8_t proto = ip[wire_ip_proto_at(is6)];
    uint32_t bytes = len - at;
    if (proto == WIRE_PROTO_UDP && dp_load16(csum) == 0)
        return;
    if (proto == WIRE_PROTO_UDP &&
        dp_get16(ip + at + WIRE_UDP_AT_LEN) < bytes) /* the rest is padding (RFC 4303 2.7) */
        bytes = dp_get16(ip + at + WIRE_UDP_AT_LEN);
    dp_store16(csum, 0);
    csum_put(csum, proto,
             wire_csum_fold(wire_csum_add(wire_ip_pseudo(ip, is6, proto, bytes), base_span(ip + at, bytes))));
}

static void addr_put(uint8_t *ip, uint32_t at, const uint8_t *addr, bool is6)
{
    if (is6) {
        memcpy(ip + at, addr, 16);
        return;
    }
    uint16_t csum = dp_load16(ip + WIRE_IP4_AT_CSUM);
    for (uint32_t i = 0; i < 4; i += 2) {
        csum = wire_csum_update16(csum, dp_load16(ip + at + i), dp_load16(addr + i));
        memcpy(ip + at + i, addr + i, 2);
    }
    dp_store16(ip + WIRE_IP4_AT_CSUM, csum);
}

static bool has_addr(const uint8_t *ip, uint32_t at, const uint8_t *addr, bool is6)
{
    return memcmp(ip + at, addr, wire_ip_addr_bytes(is6)) == 0;
}

/* Where in a header what is. */
struct map_side {
    uint32_t local_at, remote_at;
    const struct sad_map_ends *from, *to;
    uint16_t delta;
};

static struct map_side side_of(const struct sad_map *m, bool is_inbound)
{
    const uint32_t src = wire_ip_src_at(m->is6), dst = wire_ip_dst_at(m->is6);
    return is_inbound ? (struct map_side){dst, src, &m->in, &m->here, m->in_delta}
                      : (struct map_side){src, dst, &m->here, &m->out, m->out_delta};
}

static void addrs_put(const struct sad_map *m, const struct map_side *s, uint8_t *ip)
{
    addr_put(ip, s->remote_at, s->to->remote, m->is6);
    if (m->has_local)
        addr_put(ip, s->local_at, s->to->local, m->is6);
}

static bool has_ends(const struct sad_map *m, const struct map_side *s, const struct sad_map_ends *ends,
                     const uint8_t *ip)
{
    return has_addr(ip, s->remote_at, ends->remote, m->is6) &&
           (!m->has_local || has_addr(ip, s->local_at, ends->local, m->is6));
}

/*
 * Whose addresses the packet that an error quotes has: it went the other way, so inbound we sent it, and it
 * is as that left here, or as the peer's own stack had it from the network. False: it is none of this pair.
 */
static bool quote_find(const struct sad_map *m, const uint8_t *ip, bool is_inbound, struct map_side *s)
{
    const uint32_t src = wire_ip_src_at(m->is6), dst = wire_ip_dst_at(m->is6);
    *s = is_inbound ? (struct map_side){src, dst, &m->out, &m->here, m->out_delta}
                    : (struct map_side){dst, src, &m->here, &m->in, m->in_delta};
    return has_ends(m, s, s->from, ip) || (is_inbound && has_ends(m, s, &m->in, ip));
}

/* The quoted packet becomes what its sender knows, and the error's own checksum follows. */
static void quote_mend(const struct sad_map *m, uint8_t *icmp, uint32_t len, bool is_inbound)
{
    uint8_t *ip = icmp + WIRE_ICMP_BYTES, proto;
    const uint32_t room = len - WIRE_ICMP_BYTES, changed = room & ~1u;
    struct map_side s;
    uint32_t at;
    if (room < wire_ip_bytes(m->is6) || ip[0] >> 4 != (m->is6 ? 6 : 4) || !quote_find(m, ip, is_inbound, &s))
        return;
    const uint16_t before = (uint16_t)~wire_csum(base_span(ip, changed));
    addrs_put(m, &s, ip);
    if (upper_find(ip, room, m->is6, &at, &proto)) {
        const uint32_t csum = csum_at(proto, m->is6);
        if (csum != UINT32_MAX && at + csum + 2 <= room) /* what was done to it on its way is undone */
            csum_mend(ip + at + csum, proto, (uint16_t)~s.delta);
    }
    const uint16_t after = (uint16_t)~wire_csum(base_span(ip, changed));
    dp_store16(icmp + ICMP_AT_CSUM, wire_csum_update16(dp_load16(icmp + ICMP_AT_CSUM), before, after));
}

static void upper_mend(const struct sad_map *m, uint8_t *ip, uint32_t len, uint16_t delta, bool is_inbound)
{
    uint32_t at;
    uint8_t proto;
    if (!upper_find(ip, len, m->is6, &at, &proto))
        return;
    const uint32_t csum = csum_at(proto, m->is6);
    const bool has_csum = csum != UINT32_MAX && at + csum + 2 <= len;
    if (has_csum && is_inbound && m->in_anew && at == wire_ip_bytes(m->is6) && csum_is_of_all(proto))
        csum_make(ip, len, m->is6, ip + at + csum);
    else if (has_csum)
        csum_mend(ip + at + csum, proto, delta);
    if (at + WIRE_ICMP_BYTES <= len && wire_icmp_is_error(proto, ip[at]))
        quote_mend(m, ip + at, len - at, is_inbound);
}

bool dp_map_in(const struct sad_map *m, uint8_t *ip, uint32_t len, bool is6)
{
    const struct map_side s = side_of(m, true);
    if (is6 != m->is6 || !has_addr(ip, s.remote_at, s.from->remote, is6))
        return false;
    addrs_put(m, &s, ip);
    upper_mend(m, ip, len, s.delta, true);
    return true;
}

void dp_map_out(const struct sad_map *m, uint8_t *ip, uint32_t len, bool is6)
{
    const struct map_side s = side_of(m, false);
    if (is6 != m->is6 || !has_addr(ip, s.remote_at, s.from->remote, is6))
        return;
    addrs_put(m, &s, ip);
    upper_mend(m, ip, len, s.delta, false);
}

uint8_t *dp_map_header(const struct sad_map *m, uint8_t *payload, uint32_t len, uint8_t proto,
                       struct dp_map_outer outer)
{
    uint8_t *ip = payload - wire_ip_bytes(m->is6);
    memset(ip, 0, wire_ip_bytes(m->is6));
    if (m->is6) {
        dp_put32(ip, 6u << 28 | (uint32_t)outer.tos << 20);
        dp_put16(ip + WIRE_IP6_AT_LEN, (uint16_t)len);
        ip[WIRE_IP6_AT_NEXT] = proto;
        ip[WIRE_IP6_AT_HOPS] = outer.ttl;
    } else {
        ip[0] = 0x45;
        ip[WIRE_IP4_AT_TOS] = outer.tos;
        dp_put16(ip + WIRE_IP4_AT_LEN, (uint16_t)(len + WIRE_IP4_BYTES));
        ip[WIRE_IP4_AT_FRAG] = DP_IP4_DF;
        ip[WIRE_IP4_AT_TTL] = outer.ttl;
        ip[WIRE_IP4_AT_PROTO] = proto;
    }
    memcpy(ip + wire_ip_src_at(m->is6), m->in.remote, wire_ip_addr_bytes(m->is6));
    memcpy(ip + wire_ip_dst_at(m->is6), m->in.local, wire_ip_addr_bytes(m->is6));
    if (!m->is6)
        dp_ip4_cksum_fill(ip, WIRE_IP4_BYTES);
    return ip;
}
