/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Loads and stores of packet bytes, and the Internet checksum. Callers have checked that the bytes exist. */
#include <stdint.h>
#include <string.h>
#include "wire_esp.h"
#include "wire_eth.h"
#include "wire_ip.h"
#include "wire_udp.h"

static inline uint16_t dp_load16(const uint8_t *p) /* as it lies in memory */
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t dp_load32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t dp_load64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/*
 * A 16-bit number to network order and back. By 32-bit operations: gcc keeps what a 16-bit swap gives in half
 * a register, and where it spills it to the stack and reads it back wider, the load waits for the store.
 */
static inline uint32_t dp_swap16(uint32_t v)
{
    return __builtin_bswap32(v) >> 16;
}

static inline uint16_t dp_get16(const uint8_t *p) /* big-endian number */
{
    return (uint16_t)dp_swap16(dp_load16(p));
}

static inline uint32_t dp_get32(const uint8_t *p)
{
    return __builtin_bswap32(dp_load32(p));
}

static inline void dp_store16(uint8_t *p, uint16_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline void dp_put16(uint8_t *p, uint16_t v)
{
    dp_store16(p, (uint16_t)dp_swap16(v));
}

static inline void dp_put32(uint8_t *p, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(p, &v, sizeof v);
}

static inline void dp_put64(uint8_t *p, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(p, &v, sizeof v);
}

/* One's complement sum folded to 16 bits; byte order as in memory. */
static inline uint16_t dp_cksum_fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* The same of a sum that fits 32 bits: the upper half of the sum of both halves' orders is the folded one. */
static inline uint16_t dp_cksum_fold32(uint32_t sum)
{
    return (uint16_t)((sum + (sum << 16 | sum >> 16)) >> 16);
}

/* Sum of a 20-byte header, checksum included: folds to 0xffff when right. */
static inline uint64_t dp_ip4_sum20(const uint8_t *ip)
{
    return (uint64_t)dp_load32(ip) + dp_load32(ip + 4) + dp_load32(ip + 8) + dp_load32(ip + 12) +
           dp_load32(ip + 16);
}

/* Decrements the TTL and repairs the header checksum; 0xffff is never the result (RFC 1624 3). */
static inline void dp_ip4_ttl_dec(uint8_t *ip)
{
    /* TTL in the low byte of a word, checksum in its upper half: -1 and +1, and +1 again for the carry. */
    uint32_t word = dp_load32(ip + WIRE_IP4_AT_TTL);
    word += 0xffffu + ((uint32_t)(word >= 0xfffe0000u) << 16);
    memcpy(ip + WIRE_IP4_AT_TTL, &word, sizeof word);
}

/* Fills in the checksum of an IPv4 header of ihl bytes. */
static inline void dp_ip4_cksum_fill(uint8_t *ip, uint32_t ihl)
{
    dp_store16(ip + WIRE_IP4_AT_CSUM, 0);
    dp_store16(ip + WIRE_IP4_AT_CSUM, wire_csum(base_span(ip, ihl)));
}

/* Fills in the checksum that UDP over IPv6 carries (RFC 8200 8.1), where 0 stands. len: of the IP packet,
 * whose UDP header is behind the fixed header. */
static inline void dp_udp6_cksum_fill(uint8_t *ip, uint32_t len)
{
    wire_udp_fill_csum6((struct wire_udp *)(void *)(ip + WIRE_IP6_BYTES), (uint16_t)(len - WIRE_IP6_BYTES),
                        BASE_SPAN_NONE, ip + WIRE_IP6_AT_SRC, ip + WIRE_IP6_AT_DST);
}

#define DP_IP4_DF (WIRE_IP4_DF >> 8) /* in the first byte of the fragment field */
