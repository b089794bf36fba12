/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The Internet checksum (RFC 1071), its incremental update (RFC 1624), and the pseudo-headers of IPv4 and
 * IPv6. Sums and checksums are in memory order: a result goes into a csum_be field as it is.
 */
#include "wire_pkt.h"

/*
 * Adds bytes to a running sum that starts at 0. Every piece but the last must have an even length. Pieces of
 * up to 64 KB in any number below 2^16 cannot overflow.
 */
static inline uint64_t wire_csum_add(uint64_t sum, struct base_span bytes)
{
    const uint8_t *p = bytes.ptr;
    size_t left = bytes.len;
    for (; left >= 4; left -= 4, p += 4) {
        uint32_t word;
        memcpy(&word, p, sizeof word);
        sum += word;
    }
    if (left > 0) {
        uint32_t word = 0;
        memcpy(&word, p, left);
        sum += word;
    }
    return sum;
}

/* The checksum of a running sum. Over data that contains its own valid checksum it is 0. */
static inline uint16_t wire_csum_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static inline uint16_t wire_csum(struct base_span bytes)
{
    return wire_csum_fold(wire_csum_add(0, bytes));
}

/* The checksum after a word at an even offset was replaced (RFC 1624, equation 3). */
static inline uint16_t wire_csum_update16(uint16_t csum, uint16_t before_be, uint16_t after_be)
{
    return wire_csum_fold((uint64_t)(uint16_t)~csum + (uint16_t)~before_be + after_be);
}

/* Running sum of the pseudo-header: addresses in network order, upper-layer length in bytes (RFC 793). */
static inline uint64_t wire_csum_pseudo4(uint32_t src_be, uint32_t dst_be, uint8_t proto, uint16_t len)
{
    return (uint64_t)src_be + dst_be + wire_be16(proto) + wire_be16(len);
}

/* The same for IPv6 (RFC 8200 8.1). */
static inline uint64_t wire_csum_pseudo6(const uint8_t src[16], const uint8_t dst[16], uint8_t proto,
                                         uint32_t len)
{
    const uint64_t sum = wire_csum_add(0, base_span(src, 16));
    return wire_csum_add(sum, base_span(dst, 16)) + wire_be32(len) + wire_be32(proto);
}

/* A computed UDP checksum as it is sent: 0 would mean "none", so it goes out as ones (RFC 768). */
static inline uint16_t wire_csum_udp(uint16_t csum)
{
    return csum == 0 ? 0xffff : csum;
}
