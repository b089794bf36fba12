/* SPDX-License-Identifier: BSD-3-Clause */
/* From the headers of an IP packet to what selectors look at. */
#include "dp_flow.h"

#include "dp_bytes.h"

uint32_t dp_ip6_upper(const uint8_t *ip, uint32_t len, uint8_t *proto, bool *is_fragment)
{
    uint32_t at = DP_IP6_BYTES;
    *proto = ip[6];
    *is_fragment = false;
    for (unsigned i = 0; i < DP_IP6_EXT_MAX; i++) {
        bool is_frag = *proto == DP_PROTO_FRAG;
        if (*proto != 0 && *proto != 43 && *proto != 60 && *proto != 135 && !is_frag)
            return at;
        if (len < at + 8)
            return 0;
        *proto = ip[at];
        if (is_frag && dp_get16(ip + at + 2) & 0xfff8) {
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
    case DP_PROTO_TCP:
    case DP_PROTO_UDP:
    case 33:  /* DCCP */
    case 132: /* SCTP */
    case 136: /* UDP-Lite */
        if (len < 4)
            return;
        src = dp_get16(l4);
        dst = dp_get16(l4 + 2);
        break;
    case DP_PROTO_ICMP:
    case DP_PROTO_ICMP6:
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
    unsigned size = is6 ? 16 : 4;
    const uint8_t *src = ip + (is6 ? 8 : 12), *dst = src + size;
    memcpy(flow->local, is_inbound ? dst : src, size);
    memcpy(flow->remote, is_inbound ? src : dst, size);
    bool is_later_fragment;
    uint32_t l4;
    if (is6) {
        l4 = dp_ip6_upper(ip, len, &flow->proto, &is_later_fragment);
    } else {
        l4 = (ip[0] & 0xfu) * 4;
        flow->proto = ip[9];
        is_later_fragment = dp_get16(ip + 6) & 0x1fff;
    }
    if (l4 && !is_later_fragment)
        ports_fill(flow, ip + l4, len - l4, is_inbound);
}
