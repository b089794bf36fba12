/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The IPv4 header (RFC 791). Options are stepped over, never acted on. */
#include <stdbool.h>
#include "base_addr.h"
#include "wire_csum.h"

#define WIRE_IP4_BYTES   20 /* without options */
#define WIRE_IP4_DF      0x4000
#define WIRE_IP4_MF      0x2000
#define WIRE_IP4_OFFSET  0x1fff /* of a fragment, in units of 8 bytes */
#define WIRE_IP4_MIN_MTU 576    /* what every host takes (RFC 791) */

/* Where fields of the header are, for those who read and write single ones. */
enum wire_ip4_at {
    WIRE_IP4_AT_TOS = 1,
    WIRE_IP4_AT_LEN = 2,
    WIRE_IP4_AT_ID = 4,
    WIRE_IP4_AT_FRAG = 6,
    WIRE_IP4_AT_TTL = 8,
    WIRE_IP4_AT_PROTO = 9,
    WIRE_IP4_AT_CSUM = 10,
    WIRE_IP4_AT_SRC = 12,
    WIRE_IP4_AT_DST = 16,
};

struct wire_ip4 {
    uint8_t ver_ihl; /* version 4 and header length in 4-byte words */
    uint8_t tos;     /* DSCP and ECN */
    uint16_t len_be; /* header and payload */
    uint16_t id_be;
    uint16_t frag_be; /* flags and offset */
    uint8_t ttl;
    uint8_t proto;
    uint16_t csum_be; /* over the header */
    uint32_t src_be;
    uint32_t dst_be;
} WIRE_OVERLAY;

struct wire_ip4_make {
    uint32_t src_be, dst_be;
    uint16_t payload_len; /* bytes behind the header, at most 65515 */
    uint16_t id;
    uint16_t frag; /* WIRE_IP4_DF, WIRE_IP4_MF, offset in units of 8 bytes */
    uint8_t proto, ttl, tos;
};

/* Writes a header without options, with its checksum. */
static inline void wire_ip4_build(struct wire_ip4 *h, const struct wire_ip4_make *m)
{
    *h = (struct wire_ip4){
        .ver_ihl = 0x45,
        .tos = m->tos,
        .len_be = wire_be16((uint16_t)(WIRE_IP4_BYTES + m->payload_len)),
        .id_be = wire_be16(m->id),
        .frag_be = wire_be16(m->frag),
        .ttl = m->ttl,
        .proto = m->proto,
        .src_be = m->src_be,
        .dst_be = m->dst_be,
    };
    h->csum_be = wire_csum(base_span(h, WIRE_IP4_BYTES));
}

/* Bytes of a header, by its first one. */
static inline uint32_t wire_ip4_hdr_len(const uint8_t *ip)
{
    return (ip[0] & 0xfu) * 4;
}

/* The address as a value. */
static inline struct base_addr wire_ip4_addr(uint32_t addr_be)
{
    return base_addr_from_bytes(BASE_AF_IP4, &addr_be);
}

/* Addresses that no packet may come from, so that no answer is sent to them (RFC 1122 3.2.1.3). */
static inline bool wire_ip4_is_bad_source(uint32_t addr_be)
{
    const uint32_t a = wire_be32(addr_be);
    return a >> 24 == 0 || a >> 24 == 127 || a >> 28 >= 14;
}
