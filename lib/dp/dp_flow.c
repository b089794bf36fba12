/* SPDX-License-Identifier: BSD-3-Clause */
/* From the headers of an IP packet to what selectors look at. */
#include "dp_flow.h"

#include "dp_bytes.h"

#define EXT_MAX 8 /* extension headers that are walked */

/* The upper protocol of an IPv6 packet and its offset; 0 when the chain is too long or cut short. */
static uint32_t ip6_upper(const uint8_t *ip, uint32_t len, uint8_t *proto, bool *is_fragment)
{
    uint32_t at = WIRE_IP6_BYTES;
    *proto = ip[WIRE_IP6_AT_NEXT];
    *is_fragment = false;
    for (unsigned i = 0; i < EXT_MAX; i++) {
        bool is_frag = *proto == WIRE_IP6_FRAGMENT;
        if (!wire_ip6_is_extension(*proto))
            return at;
        if (len < at + 8)
            return 0;
        *proto = ip[at];
        if (is_frag && dp_get16(ip + at + WIRE_IP6_FRAG_AT_PLACE) & WIRE_IP6_FRAG_OFFSET) {
            *is_fragment = true; /* not the first: the upper header is elsewhere */
            return at + 8;
        }
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

void dp_flow_fill(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound)
{
    memset(flow, 0, sizeof *flow);
    flow->family = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    unsigned size = wire_ip_addr_bytes(is6);
    const uint8_t *src = ip + wire_ip_src_at(is6), *dst = src + size;
    memcpy(flow->local, is_inbound ? dst : src, size);
    memcpy(flow->remote, is_inbound ? src : dst, size);
    uint32_t l4;
    if (is6) {
        l4 = ip6_upper(ip, len, &flow->proto, &flow->is_later);
    } else {
        l4 = wire_ip4_hdr_len(ip);
        flow->proto = ip[WIRE_IP4_AT_PROTO];
        flow->is_later = dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_OFFSET;
    }
    if (l4 && !flow->is_later)
        ports_fill(flow, ip + l4, len - l4, is_inbound);
}
