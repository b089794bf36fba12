/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Loads and stores of packet bytes, and the Internet checksum. Callers have checked that the bytes exist. */
#include <stdint.h>
#include <string.h>

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

uint64_t dp_cksum_sum(const uint8_t *p, size_t len, uint64_t sum);

/* Decrements the TTL and repairs the header checksum; 0xffff is never the result (RFC 1624 3). */
static inline void dp_ip4_ttl_dec(uint8_t *ip)
{
    /* TTL in the low byte of a word, checksum in its upper half: -1 and +1, and +1 again for the carry. */
    uint32_t word = dp_load32(ip + 8);
    word += 0xffffu + ((uint32_t)(word >= 0xfffe0000u) << 16);
    memcpy(ip + 8, &word, sizeof word);
}

#define DP_IP4_BYTES   20
#define DP_IP4_DF      0x40 /* in byte 6 of an IPv4 header */
#define DP_IP6_BYTES   40
#define DP_UDP_BYTES   8
#define DP_ESP_BYTES   8
#define DP_PROTO_ICMP  1
#define DP_PROTO_IPIP  4
#define DP_PROTO_TCP   6
#define DP_PROTO_UDP   17
#define DP_PROTO_IPV6  41
#define DP_PROTO_FRAG  44
#define DP_PROTO_ESP   50
#define DP_PROTO_ICMP6 58
#define DP_PROTO_NONE  59

#define DP_ETHER_IP4   0x0800
#define DP_ETHER_IP6   0x86dd
#define DP_ETHER_ARP   0x0806
#define DP_ETHER_VLAN  0x8100
