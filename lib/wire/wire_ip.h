/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where the fields are that IPv4 and IPv6 have alike, for those who treat both. */
#include <string.h>
#include "wire_csum.h"
#include "wire_ip4.h"
#include "wire_ip6.h"

static inline unsigned wire_ip_bytes(bool is6) /* of the header, without options */
{
    return is6 ? WIRE_IP6_BYTES : WIRE_IP4_BYTES;
}

static inline unsigned wire_ip_src_at(bool is6)
{
    return is6 ? WIRE_IP6_AT_SRC : WIRE_IP4_AT_SRC;
}

static inline unsigned wire_ip_dst_at(bool is6)
{
    return is6 ? WIRE_IP6_AT_DST : WIRE_IP4_AT_DST;
}

static inline unsigned wire_ip_addr_bytes(bool is6)
{
    return is6 ? 16 : 4;
}

static inline unsigned wire_ip_ttl_at(bool is6)
{
    return is6 ? WIRE_IP6_AT_HOPS : WIRE_IP4_AT_TTL;
}

/* Of IPv6 the next header, which need not be the upper protocol. */
static inline unsigned wire_ip_proto_at(bool is6)
{
    return is6 ? WIRE_IP6_AT_NEXT : WIRE_IP4_AT_PROTO;
}

/* Running sum of the pseudo-header with the packet's own addresses, which are in network order; the upper
 * layer's protocol and length in bytes are as the caller found them. */
static inline uint64_t wire_ip_pseudo(const uint8_t *ip, bool is6, uint8_t proto, uint32_t len)
{
    const uint8_t *src = ip + wire_ip_src_at(is6), *dst = ip + wire_ip_dst_at(is6);
    uint32_t src_be, dst_be;
    if (is6)
        return wire_csum_pseudo6(src, dst, proto, len);
    memcpy(&src_be, src, sizeof src_be);
    memcpy(&dst_be, dst, sizeof dst_be);
    return wire_csum_pseudo4(src_be, dst_be, proto, (uint16_t)len);
}

/* Bytes of the whole packet, as its header says. The fixed header must be there. */
static inline uint32_t wire_ip_len(const uint8_t *ip, bool is6)
{
    uint16_t len_be;
    memcpy(&len_be, ip + (is6 ? WIRE_IP6_AT_LEN : WIRE_IP4_AT_LEN), sizeof len_be);
    return is6 ? WIRE_IP6_BYTES + (uint32_t)wire_be16(len_be) : wire_be16(len_be);
}
