/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Frames of TCP and UDP, and sums over them, made byte by byte and by nothing of the product: what the tests
 * of this folder hold against it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PKT_SEQ 0xfffffc00u /* wraps soon */
#define PKT_ID  0xfffe

/* What a frame is made of. */
struct pkt {
    bool is6, is_udp;
    unsigned tags;    /* VLAN tags in it */
    unsigned options; /* bytes of IPv4 options or of IPv6's extension headers, and of TCP's options */
    uint32_t payload; /* bytes */
    uint8_t flags;    /* TCP */
};

static inline unsigned pkt_get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static inline void pkt_put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline uint32_t pkt_get32(const uint8_t *p)
{
    return (uint32_t)pkt_get16(p) << 16 | pkt_get16(p + 2);
}

static inline void pkt_put32(uint8_t *p, uint32_t v)
{
    pkt_put16(p, v >> 16);
    pkt_put16(p + 2, v & 0xffff);
}

/* The sum of RFC 1071 over bytes, folded, on top of another. */
static inline unsigned pkt_sum(unsigned sum, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum += i % 2 ? p[i] : (unsigned)p[i] << 8;
        if (sum > 0xffff)
            sum -= 0xffff;
    }
    return sum;
}

static inline uint32_t pkt_l3(const struct pkt *k)
{
    return 14 + 4 * k->tags;
}

static inline uint32_t pkt_l4(const struct pkt *k)
{
    return pkt_l3(k) + (k->is6 ? 40 : 20) + k->options;
}

static inline uint32_t pkt_headers(const struct pkt *k)
{
    return pkt_l4(k) + (k->is_udp ? 8 : 20 + k->options);
}

static inline uint32_t pkt_len(const struct pkt *k)
{
    return pkt_headers(k) + k->payload;
}

/* The sum over the pseudo-header of the packet whose upper layer has len bytes. */
static inline unsigned pkt_pseudo(const struct pkt *k, const uint8_t *frame, uint32_t len)
{
    const uint8_t *ip = frame + pkt_l3(k);
    const uint8_t rest[8] = {
        (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0,
        k->is_udp ? 17 : 6};
    return pkt_sum(pkt_sum(0, k->is6 ? ip + 8 : ip + 12, k->is6 ? 32 : 8), rest, sizeof rest);
}

static inline uint8_t *pkt_field(const struct pkt *k, uint8_t *frame)
{
    return frame + pkt_l4(k) + (k->is_udp ? 6 : 16);
}

static inline void pkt_put_ip(const struct pkt *k, uint8_t *ip, uint32_t len)
{
    const uint8_t proto = k->is_udp ? 17 : 6;
    if (k->is6) {
        const uint8_t addrs[32] = {0x20, 1, 0xd, 0xb8, [15] = 1, [16] = 0x20, 1, 0xd, 0xb8, [31] = 2};
        ip[0] = 0x60;
        pkt_put16(ip + 4, len - 40);
        ip[6] = k->options ? 60 : proto;
        ip[7] = 64;
        memcpy(ip + 8, addrs, sizeof addrs);
        if (k->options) { /* destination options: all padding */
            ip[40] = proto;
            ip[41] = (uint8_t)(k->options / 8 - 1);
            ip[42] = 1;
            ip[43] = (uint8_t)(k->options - 4);
        }
        return;
    }
    ip[0] = (uint8_t)(0x40 | (20 + k->options) / 4);
    pkt_put16(ip + 2, len);
    pkt_put16(ip + 4, PKT_ID);
    pkt_put16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = proto;
    pkt_put32(ip + 12, 0x0a020001);
    pkt_put32(ip + 16, 0x0a02000a);
    memset(ip + 20, 1, k->options);
    pkt_put16(ip + 10, 0);
    pkt_put16(ip + 10, 0xffff ^ pkt_sum(0, ip, 20 + k->options));
}

/* A frame in memory of exactly its size, with a right checksum, or with what a sender leaves to a device. */
static inline uint8_t *pkt_make(const struct pkt *k, bool is_left)
{
    const uint32_t len = pkt_len(k), l4 = pkt_l4(k);
    uint8_t *frame = calloc(1, len);
    if (!frame)
        abort();
    memcpy(frame, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02", 12);
    for (unsigned i = 0; i < k->tags; i++)
        pkt_put32(frame + 12 + 4 * i, 0x81000000 | (100 + i));
    pkt_put16(frame + pkt_l3(k) - 2, k->is6 ? 0x86dd : 0x0800);
    pkt_put_ip(k, frame + pkt_l3(k), len - pkt_l3(k));
    pkt_put16(frame + l4, 1234);
    pkt_put16(frame + l4 + 2, 5201);
    if (k->is_udp) {
        pkt_put16(frame + l4 + 4, 8 + k->payload);
    } else {
        pkt_put32(frame + l4 + 4, PKT_SEQ);
        frame[l4 + 12] = (uint8_t)((20 + k->options) / 4 << 4);
        frame[l4 + 13] = k->flags;
        memset(frame + l4 + 20, 1, k->options);
    }
    for (uint32_t i = 0; i < k->payload; i++)
        frame[pkt_headers(k) + i] = (uint8_t)(i * 7 + i / 256);
    const unsigned pseudo = pkt_pseudo(k, frame, len - l4);
    const unsigned csum = 0xffff ^ pkt_sum(pseudo, frame + l4, len - l4);
    pkt_put16(pkt_field(k, frame), is_left ? pseudo : csum == 0 ? 0xffff : csum);
    return frame;
}

/* A whole frame of these layers, whose lengths and sums are all right. */
static inline void pkt_assert_good(const struct pkt *k, const uint8_t *frame, uint32_t len)
{
    const uint8_t *ip = frame + pkt_l3(k);
    const uint32_t l4 = pkt_l4(k);
    assert_true(len >= pkt_headers(k));
    assert_int_equal(k->is6 ? 40 + pkt_get16(ip + 4) : pkt_get16(ip + 2), len - pkt_l3(k));
    if (!k->is6)
        assert_int_equal(pkt_sum(0, ip, 20 + k->options), 0xffff);
    if (k->is_udp)
        assert_int_equal(pkt_get16(frame + l4 + 4), len - l4);
    assert_int_equal(pkt_sum(pkt_pseudo(k, frame, len - l4), frame + l4, len - l4), 0xffff);
}
