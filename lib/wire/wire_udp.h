/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The UDP header (RFC 768), with the checksum rules of RFC 3948 and RFC 8200. */
#include <stdbool.h>
#include "wire_csum.h"

#define WIRE_UDP_BYTES 8

/* Where fields of the header are. */
enum wire_udp_at { WIRE_UDP_AT_SRC = 0, WIRE_UDP_AT_DST = 2, WIRE_UDP_AT_LEN = 4, WIRE_UDP_AT_CSUM = 6 };

struct wire_udp {
    uint16_t src_be;
    uint16_t dst_be;
    uint16_t len_be;  /* header and payload */
    uint16_t csum_be; /* 0: none */
} WIRE_OVERLAY;

/* Writes a header without checksum: final over IPv4 for ESP (RFC 3948 2.1), else see wire_udp_fill_csum6. */
static inline void wire_udp_build(struct wire_udp *h, uint16_t src_port, uint16_t dst_port,
                                  uint16_t payload_len)
{
    h->src_be = wire_be16(src_port);
    h->dst_be = wire_be16(dst_port);
    h->len_be = wire_be16((uint16_t)(WIRE_UDP_BYTES + payload_len));
    h->csum_be = 0;
}

/*
 * Computes the checksum of a datagram: its first `head` bytes from the header on, and the rest of it, which
 * may lie elsewhere; head is even when there is a rest. csum_be must be 0.
 */
static inline void wire_udp_fill_csum4(struct wire_udp *h, uint16_t head, struct base_span rest,
                                       uint32_t src_be, uint32_t dst_be)
{
    const uint64_t sum = wire_csum_pseudo4(src_be, dst_be, WIRE_PROTO_UDP, (uint16_t)(head + rest.len));
    h->csum_be = wire_csum_udp(wire_csum_fold(wire_csum_add(wire_csum_add(sum, base_span(h, head)), rest)));
}

static inline void wire_udp_fill_csum6(struct wire_udp *h, uint16_t head, struct base_span rest,
                                       const uint8_t src[16], const uint8_t dst[16])
{
    const uint64_t sum = wire_csum_pseudo6(src, dst, WIRE_PROTO_UDP, (uint32_t)(head + rest.len));
    h->csum_be = wire_csum_udp(wire_csum_fold(wire_csum_add(wire_csum_add(sum, base_span(h, head)), rest)));
}
