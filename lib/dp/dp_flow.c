/* SPDX-License-Identifier: BSD-3-Clause */
/* From the headers of an IP packet to what selectors look at. */
#include "dp_flow.h"

#include "dp_bytes.h"
#include "wire_icmp.h"

#define EXT_MAX     8 /* extension headers that are walked */
#define PORTS_BYTES 4 /* of an upper header, from its beginning: both ports, or type and code */
#define DSCP_SHIFT  2 /* in the byte that it shares with ECN */

/*
 * The upper protocol of an IPv6 packet and its offset; 0 when the chain is too long or cut short, and of a
 * fragment that is not the first. *frag_at: the fragment header; 0: none.
 */
static uint32_t ip6_upper(const uint8_t *ip, uint32_t len, uint8_t *proto, uint32_t *frag_at)
{
    uint32_t at = WIRE_IP6_BYTES;
    *proto = ip[WIRE_IP6_AT_NEXT];
    *frag_at = 0;
    for (unsigned i = 0; i < EXT_MAX; i++) {
        bool is_frag = *proto == WIRE_IP6_FRAGMENT;
        if (!wire_ip6_is_extension(*proto))
            return at;
        if (len < at + 8)
            return 0;
        *proto = ip[at];
        if (is_frag)
            *frag_at = at;
        if (is_frag && dp_get16(ip + at + WIRE_IP6_FRAG_AT_PLACE) & WIRE_IP6_FRAG_OFFSET)
            return 0; /* the upper header is elsewhere */
        at += is_frag ? 8 : 8 * (ip[at + 1] + 1u);
        if (at > len)
            return 0;
    }
    return 0;
}

static void ports_fill(struct sad_flow *flow, const uint8_t *l4, uint32_t len, bool is_inbound)
{
    uint16_t src, dst;
    switch (flow->proto) {
    case WIRE_PROTO_TCP:
    case WIRE_PROTO_UDP:
    case WIRE_PROTO_DCCP:
    case WIRE_PROTO_SCTP:
    case WIRE_PROTO_UDP_LITE:
        if (len < 4)
            return;
        src = dp_get16(l4);
        dst = dp_get16(l4 + 2);
        break;
    case WIRE_PROTO_ICMP4:
    case WIRE_PROTO_ICMP6:
        if (len < 2)
            return;
        src = dst = dp_get16(l4);
        break;
    default:
        return;
    }
    flow->has_ports = true;
    flow->local_port = is_inbound ? dst : src;
    flow->remote_port = is_inbound ? src : dst;
}

static uint64_t dscp_bit(const uint8_t *ip, bool is6)
{
    const uint8_t tos = is6 ? (uint8_t)(ip[0] << 4 | ip[1] >> 4) : ip[WIRE_IP4_AT_TOS];
    return UINT64_C(1) << (tos >> DSCP_SHIFT);
}

/* What an IPv6 packet says of itself as a fragment by the header at frag_at. */
static void fragment6_fill(struct dp_fragment *f, const uint8_t *ip, uint32_t frag_at, uint32_t l4)
{
    const uint8_t *frag = ip + frag_at;
    const uint32_t place = frag_at ? dp_get16(frag + WIRE_IP6_FRAG_AT_PLACE) : 0;
    f->id = frag_at ? dp_get32(frag + WIRE_IP6_FRAG_AT_ID) : 0;
    f->at = place & WIRE_IP6_FRAG_OFFSET;
    f->has_more = place & WIRE_IP6_FRAG_MORE;
    f->ports_end = frag_at && l4 ? l4 + PORTS_BYTES - (frag_at + WIRE_IP6_FRAG_BYTES) : 0;
}

static void fragment4_fill(struct dp_fragment *f, const uint8_t *ip)
{
    const uint32_t place = dp_get16(ip + WIRE_IP4_AT_FRAG);
    f->id = dp_get16(ip + WIRE_IP4_AT_ID);
    f->at = (place & WIRE_IP4_OFFSET) * 8;
    f->has_more = place & WIRE_IP4_MF;
    f->ports_end = PORTS_BYTES;
}

void dp_flow_fill_fragment(struct sad_flow *flow, struct dp_fragment *fragment, const uint8_t *ip,
                           uint32_t len, bool is6, bool is_inbound)
{
    memset(flow, 0, sizeof *flow);
    flow->family = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    flow->dscp = is_inbound ? 0 : dscp_bit(ip, is6);
    unsigned size = wire_ip_addr_bytes(is6);
    const uint8_t *src = ip + wire_ip_src_at(is6), *dst = src + size;
    memcpy(flow->local, is_inbound ? dst : src, size);
    memcpy(flow->remote, is_inbound ? src : dst, size);
    uint32_t l4, frag_at;
    if (is6) {
        l4 = ip6_upper(ip, len, &flow->proto, &frag_at);
        fragment6_fill(fragment, ip, frag_at, l4);
    } else {
        l4 = wire_ip4_hdr_len(ip);
        flow->proto = ip[WIRE_IP4_AT_PROTO];
        fragment4_fill(fragment, ip);
    }
    flow->is_later = fragment->at;
    if (l4 && !flow->is_later)
        ports_fill(flow, ip + l4, len - l4, is_inbound);
}

void dp_flow_fill(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound)
{
    struct dp_fragment fragment;
    dp_flow_fill_fragment(flow, &fragment, ip, len, is6, is_inbound);
}

/* Where the message of an ICMP error that was not cut begins; 0: it is none. */
static uint32_t error_at(const uint8_t *ip, uint32_t len, bool is6)
{
    uint32_t frag_at = 0, at;
    uint8_t proto = ip[WIRE_IP4_AT_PROTO];
    if (is6)
        at = ip6_upper(ip, len, &proto, &frag_at);
    else
        at = dp_get16(ip + WIRE_IP4_AT_FRAG) & (WIRE_IP4_OFFSET | WIRE_IP4_MF) ? 0 : wire_ip4_hdr_len(ip);
    if (!at || frag_at || len < at + WIRE_ICMP_BYTES || proto != (is6 ? WIRE_PROTO_ICMP6 : WIRE_PROTO_ICMP4))
        return 0;
    return wire_icmp_is_error(proto, ip[at]) ? at : 0;
}

/* Whether a packet, of which the rest may lack, has its IP header. */
static bool header_is_there(const uint8_t *ip, uint32_t len, bool is6)
{
    if (len < wire_ip_bytes(is6) || ip[0] >> 4 != (is6 ? 6 : 4))
        return false;
    return is6 || (wire_ip4_hdr_len(ip) >= WIRE_IP4_BYTES && wire_ip4_hdr_len(ip) <= len);
}

bool dp_flow_fill_quoted(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound)
{
    const uint32_t at = error_at(ip, len, is6);
    if (!at)
        return false;
    const uint8_t *quoted = ip + at + WIRE_ICMP_BYTES;
    const uint32_t left = len - at - WIRE_ICMP_BYTES;
    if (!header_is_there(quoted, left, is6) ||
        memcmp(quoted + wire_ip_src_at(is6), ip + wire_ip_dst_at(is6), wire_ip_addr_bytes(is6)) != 0)
        return false;
    dp_flow_fill(flow, quoted, left, is6, !is_inbound);
    flow->dscp = is_inbound ? 0 : dscp_bit(ip, is6);
    return true;
}
