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

struct wire_ip4_view {
    const struct wire_ip4 *hdr;
    uint16_t hdr_len;         /* with options */
    uint16_t len;             /* header and payload, as stated and present */
    bool is_fragment;         /* offset or MF: payload begins with an upper header only if offset is 0 */
    uint16_t frag_offset;     /* bytes */
    struct base_span payload; /* cut to the stated length: link-layer padding is off */
};

/* Checks and splits a packet: version, IHL, total length against IHL and bytes. Not the checksum. */
static inline enum wire_pkt_err wire_ip4_parse(struct base_span packet, struct wire_ip4_view *out)
{
    struct base_reader r = base_reader(packet);
    const struct wire_ip4 *h = (const struct wire_ip4 *)base_read_span(&r, WIRE_IP4_BYTES).ptr;
    if (!h)
        return WIRE_PKT_SHORT;
    if (h->ver_ihl >> 4 != 4)
        return WIRE_PKT_BAD_VERSION;
    out->hdr = h;
    out->hdr_len = (uint16_t)((h->ver_ihl & 15) * 4);
    out->len = wire_be16(h->len_be);
    const uint16_t frag = wire_be16(h->frag_be);
    out->is_fragment = (frag & (WIRE_IP4_MF | WIRE_IP4_OFFSET)) != 0;
    out->frag_offset = (uint16_t)((frag & WIRE_IP4_OFFSET) * 8);
    if (out->hdr_len < WIRE_IP4_BYTES || out->len < out->hdr_len)
        return WIRE_PKT_BAD_LENGTH;
    base_read_span(&r, out->hdr_len - WIRE_IP4_BYTES);
    out->payload = base_read_span(&r, (size_t)(out->len - out->hdr_len));
    return r.failed ? WIRE_PKT_SHORT : WIRE_PKT_OK;
}

/* Whether the header checksum of a parsed packet verifies. */
static inline bool wire_ip4_csum_ok(const struct wire_ip4_view *v)
{
    return wire_csum(base_span(v->hdr, v->hdr_len)) == 0;
}

struct wire_ip4_make {
    uint32_t src_be, dst_be;
    uint16_t payload_len; /* bytes behind the header, at most 65515 */
    uint16_t id;
    uint8_t proto, ttl, tos;
    bool df;
};

/* Writes a header without options, with its checksum. */
static inline void wire_ip4_build(struct wire_ip4 *h, const struct wire_ip4_make *m)
{
    *h = (struct wire_ip4){
        .ver_ihl = 0x45,
        .tos = m->tos,
        .len_be = wire_be16((uint16_t)(WIRE_IP4_BYTES + m->payload_len)),
        .id_be = wire_be16(m->id),
        .frag_be = wire_be16(m->df ? WIRE_IP4_DF : 0),
        .ttl = m->ttl,
        .proto = m->proto,
        .src_be = m->src_be,
        .dst_be = m->dst_be,
    };
    h->csum_be = wire_csum(base_span(h, WIRE_IP4_BYTES));
}

/* Takes one off the TTL (which must not be 0) and repairs the checksum. */
static inline void wire_ip4_dec_ttl(struct wire_ip4 *h)
{
    uint16_t before, after;
    memcpy(&before, &h->ttl, sizeof before);
    h->ttl--;
    memcpy(&after, &h->ttl, sizeof after);
    h->csum_be = wire_csum_update16(h->csum_be, before, after);
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
