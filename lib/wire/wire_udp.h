/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The UDP header (RFC 768), with the checksum rules of RFC 3948 and RFC 8200. */
#include <stdbool.h>
#include "wire_ip4.h"
#include "wire_ip6.h"

#define WIRE_UDP_BYTES 8

struct wire_udp {
    uint16_t src_be;
    uint16_t dst_be;
    uint16_t len_be;  /* header and payload */
    uint16_t csum_be; /* 0: none */
} WIRE_OVERLAY;

struct wire_udp_view {
    const struct wire_udp *hdr;
    struct base_span whole;   /* header and payload, cut to the stated length: what the checksum covers */
    struct base_span payload; /* cut likewise */
};

/* Checks the length field and splits a datagram. Not the checksum. */
static inline enum wire_pkt_err wire_udp_parse(struct base_span datagram, struct wire_udp_view *out)
{
    struct base_reader r = base_reader(datagram);
    out->hdr = (const struct wire_udp *)base_read_span(&r, WIRE_UDP_BYTES).ptr;
    if (!out->hdr)
        return WIRE_PKT_SHORT;
    const uint16_t len = wire_be16(out->hdr->len_be);
    if (len < WIRE_UDP_BYTES)
        return WIRE_PKT_BAD_LENGTH;
    out->payload = base_read_span(&r, len - (size_t)WIRE_UDP_BYTES);
    out->whole = base_span(datagram.ptr, len);
    return r.failed ? WIRE_PKT_SHORT : WIRE_PKT_OK;
}

/* Checksum over IPv4; none given counts as good (RFC 768, RFC 3948 2.1). */
static inline bool wire_udp_csum_ok4(const struct wire_udp_view *u, const struct wire_ip4 *ip)
{
    if (u->hdr->csum_be == 0)
        return true;
    const uint64_t sum = wire_csum_pseudo4(ip->src_be, ip->dst_be, WIRE_PROTO_UDP, (uint16_t)u->whole.len);
    return wire_csum_fold(wire_csum_add(sum, u->whole)) == 0;
}

/* Checksum over IPv6. None given is false: who accepts that for ESP in UDP (RFC 6935) must say so. */
static inline bool wire_udp_csum_ok6(const struct wire_udp_view *u, const struct wire_ip6 *ip)
{
    if (u->hdr->csum_be == 0)
        return false;
    const uint64_t sum = wire_csum_pseudo6(ip->src, ip->dst, WIRE_PROTO_UDP, (uint32_t)u->whole.len);
    return wire_csum_fold(wire_csum_add(sum, u->whole)) == 0;
}

/* Writes a header without checksum: final over IPv4 for ESP (RFC 3948 2.1), else see wire_udp_fill_csum6. */
static inline void wire_udp_build(struct wire_udp *h, uint16_t src_port, uint16_t dst_port,
                                  uint16_t payload_len)
{
    h->src_be = wire_be16(src_port);
    h->dst_be = wire_be16(dst_port);
    h->len_be = wire_be16((uint16_t)(WIRE_UDP_BYTES + payload_len));
    h->csum_be = 0;
}

/* Computes the checksum of a header and the len - 8 bytes behind it; csum_be must be 0. */
static inline void wire_udp_fill_csum4(struct wire_udp *h, uint16_t len, uint32_t src_be, uint32_t dst_be)
{
    const uint64_t sum = wire_csum_pseudo4(src_be, dst_be, WIRE_PROTO_UDP, len);
    h->csum_be = wire_csum_udp(wire_csum_fold(wire_csum_add(sum, base_span(h, len))));
}

static inline void wire_udp_fill_csum6(struct wire_udp *h, uint16_t len, const uint8_t src[16],
                                       const uint8_t dst[16])
{
    const uint64_t sum = wire_csum_pseudo6(src, dst, WIRE_PROTO_UDP, len);
    h->csum_be = wire_csum_udp(wire_csum_fold(wire_csum_add(sum, base_span(h, len))));
}
