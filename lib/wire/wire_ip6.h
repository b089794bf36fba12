/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The IPv6 header and its extension headers (RFC 8200). They are stepped over, never acted on. */
#include <stdbool.h>
#include "base_addr.h"
#include "wire_csum.h"

#define WIRE_IP6_BYTES   40
#define WIRE_IP6_EXT_MAX 8 /* extension headers in one packet */
#define WIRE_IP6_MIN_MTU 1280

/* Where fields of the header are, for those who read and write single ones. */
enum wire_ip6_at {
    WIRE_IP6_AT_LEN = 4,
    WIRE_IP6_AT_NEXT = 6,
    WIRE_IP6_AT_HOPS = 7,
    WIRE_IP6_AT_SRC = 8,
    WIRE_IP6_AT_DST = 24,
};

/* The fragment header (RFC 8200 4.5): next header, reserved, offset in bytes with the lowest bit for more,
 * ID. */
#define WIRE_IP6_FRAG_BYTES 8
enum wire_ip6_frag_at { WIRE_IP6_FRAG_AT_PLACE = 2, WIRE_IP6_FRAG_AT_ID = 4 };
#define WIRE_IP6_FRAG_OFFSET 0xfff8
#define WIRE_IP6_FRAG_MORE   1

enum wire_ip6_ext {
    WIRE_IP6_HOP_BY_HOP = 0,
    WIRE_IP6_ROUTING = 43,
    WIRE_IP6_FRAGMENT = 44,
    WIRE_IP6_DEST_OPTIONS = 60,
    WIRE_IP6_MOBILITY = 135,
};

/* Whether another header follows, of the same shape (RFC 8200 4; RFC 6275 6.1). */
static inline bool wire_ip6_is_extension(uint8_t next)
{
    return next == WIRE_IP6_HOP_BY_HOP || next == WIRE_IP6_ROUTING || next == WIRE_IP6_FRAGMENT ||
           next == WIRE_IP6_DEST_OPTIONS || next == WIRE_IP6_MOBILITY;
}

struct wire_ip6 {
    uint32_t vtf_be;         /* version 6, 8 bits traffic class, 20 bits flow label */
    uint16_t payload_len_be; /* extension headers and all behind them */
    uint8_t next;
    uint8_t hop_limit;
    uint8_t src[16];
    uint8_t dst[16];
} WIRE_OVERLAY;

struct wire_ip6_view {
    const struct wire_ip6 *hdr;
    uint16_t hdr_len; /* with extension headers */
    uint8_t proto;    /* upper layer; in a fragment that is not the first: of the fragmented part */
    bool is_fragment;
    bool more_fragments;
    uint16_t frag_offset;     /* bytes */
    uint32_t frag_id;         /* host order */
    struct base_span payload; /* behind the last extension header, cut to the stated length */
};

/*
 * Checks and splits a packet. Extension headers are walked up to the upper layer or a fragment header's
 * contents. BAD_FIELD: more than WIRE_IP6_EXT_MAX of them, or hop-by-hop options not in the first place.
 */
enum wire_pkt_err wire_ip6_parse(struct base_span packet, struct wire_ip6_view *out);

struct wire_ip6_make {
    const uint8_t *src, *dst; /* 16 bytes each */
    uint16_t payload_len;
    uint8_t proto, hop_limit, traffic_class;
    uint32_t flow_label; /* 20 bits */
};

/* Writes a header without extension headers. */
static inline void wire_ip6_build(struct wire_ip6 *h, const struct wire_ip6_make *m)
{
    h->vtf_be = wire_be32(6u << 28 | (uint32_t)m->traffic_class << 20 | (m->flow_label & 0xfffff));
    h->payload_len_be = wire_be16(m->payload_len);
    h->next = m->proto;
    h->hop_limit = m->hop_limit;
    memcpy(h->src, m->src, 16);
    memcpy(h->dst, m->dst, 16);
}

static inline struct base_addr wire_ip6_addr(const uint8_t addr[16])
{
    return base_addr_from_bytes(BASE_AF_IP6, addr);
}

static inline bool wire_ip6_is_multicast(const uint8_t addr[16])
{
    return addr[0] == 0xff;
}

static inline bool wire_ip6_is_unspecified(const uint8_t addr[16])
{
    static const uint8_t zero[16];
    return memcmp(addr, zero, 16) == 0;
}
