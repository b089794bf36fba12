/* SPDX-License-Identifier: BSD-3-Clause */
/* Completes checksums. Sums are in memory order, as in wire_csum.h. */
#include "afpkt_csum.h"

#include <string.h>
#include "wire_eth.h"
#include "wire_ip.h"
#include "wire_udp.h"

#define TCP_AT_CSUM 16

static uint16_t get16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

bool afpkt_csum_complete(uint8_t *frame, uint32_t len, uint16_t start, uint16_t offset)
{
    if (offset % 2 || (uint32_t)start + offset + sizeof(uint16_t) > len)
        return false;
    /* 0 would mean "none" in UDP, and is the same number as all ones elsewhere. */
    const uint16_t csum = wire_csum_udp(wire_csum(base_span(frame + start, len - start)));
    memcpy(frame + start + offset, &csum, sizeof csum);
    return true;
}

/* The upper layer of a packet, from the frame's first byte on. */
struct upper {
    uint32_t at, len;
    uint8_t proto;
};

static bool upper_of_ip4(const uint8_t *frame, uint32_t len, uint32_t l3, struct upper *u)
{
    const uint8_t *ip = frame + l3;
    if (len < l3 + WIRE_IP4_BYTES || ip[0] >> 4 != 4)
        return false;
    const uint32_t hdr = wire_ip4_hdr_len(ip), total = wire_ip_len(ip, false);
    const uint16_t frag = wire_be16(get16(ip + WIRE_IP4_AT_FRAG));
    *u = (struct upper){l3 + hdr, total - hdr, ip[WIRE_IP4_AT_PROTO]};
    return hdr >= WIRE_IP4_BYTES && total >= hdr && l3 + total <= len &&
           !(frag & (WIRE_IP4_MF | WIRE_IP4_OFFSET));
}

static bool upper_of_ip6(const uint8_t *frame, uint32_t len, uint32_t l3, struct upper *u)
{
    const uint8_t *ip = frame + l3;
    if (len < l3 + WIRE_IP6_BYTES || ip[0] >> 4 != 6 || l3 + wire_ip_len(ip, true) > len)
        return false;
    *u = (struct upper){l3 + WIRE_IP6_BYTES, wire_ip_len(ip, true) - WIRE_IP6_BYTES, ip[WIRE_IP6_AT_NEXT]};
    return true;
}

/* Where the IP header is, and in *u what it carries; 0: nothing whole. */
static uint32_t upper_find(const uint8_t *frame, uint32_t len, struct upper *u)
{
    uint32_t l3 = WIRE_ETH_BYTES;
    if (len < WIRE_ETH_BYTES + WIRE_VLAN_BYTES)
        return 0;
    if (get16(frame + l3 - 2) == wire_be16(WIRE_ETH_VLAN))
        l3 += WIRE_VLAN_BYTES;
    const uint16_t type = wire_be16(get16(frame + l3 - 2));
    if (type == WIRE_ETH_IP4)
        return upper_of_ip4(frame, len, l3, u) ? l3 : 0;
    return type == WIRE_ETH_IP6 && upper_of_ip6(frame, len, l3, u) ? l3 : 0;
}

bool afpkt_csum_left(uint8_t *frame, uint32_t len)
{
    struct upper u;
    const uint32_t l3 = upper_find(frame, len, &u);
    if (!l3 || (u.proto != WIRE_PROTO_TCP && u.proto != WIRE_PROTO_UDP))
        return false;
    const uint16_t offset = u.proto == WIRE_PROTO_TCP ? TCP_AT_CSUM : WIRE_UDP_AT_CSUM;
    if (u.len < offset + sizeof(uint16_t))
        return false;
    const uint16_t field = get16(frame + u.at + offset);
    if (field == 0) /* as in UDP with ESP; no sum of a pseudo-header is that */
        return false;
    const uint16_t left =
        (uint16_t)~wire_csum_fold(wire_ip_pseudo(frame + l3, frame[l3] >> 4 == 6, u.proto, u.len));
    return field == left && afpkt_csum_complete(frame, u.at + u.len, (uint16_t)u.at, offset);
}
