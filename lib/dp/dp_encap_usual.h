/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The outbound packet that nearly every packet is: IPv4 in ESP in UDP over IPv4, an AEAD, a next hop that is
 * known. Everything before it, Ethernet header included, lies in the 64 bytes before the inner packet, and is
 * written in as few and as wide stores as can be. Packets of one SA that follow each other are a run: what is
 * the same for all of them is looked at once. Thread: the worker's.
 */
#include <rte_branch_prediction.h>
#include <smmintrin.h>
#include "dp_bytes.h"
#include "dp_int.h"

#define DP_IP4_DF    0x40 /* in byte 6 of an IPv4 header */
#define USUAL_ICV    16
#define USUAL_HDR    (DP_IP4_BYTES + DP_UDP_BYTES + DP_ESP_BYTES + 8)
#define USUAL_FRONT  64
#define USUAL_BEHIND (4 + SAD_TRAILER_ROOM + USUAL_ICV)
#define USUAL_L2     20 /* bytes of the front before the IPv4 header: a VLAN tag fits as well */

_Static_assert(USUAL_FRONT == USUAL_L2 + USUAL_HDR, "the front ends where the inner packet begins");
_Static_assert(SAD_TRAILER_ROOM >= 8, "a short trailer is written by one store of 8 bytes");
_Static_assert(offsetof(struct rte_mbuf, data_len) == offsetof(struct rte_mbuf, pkt_len) + 4 &&
                   offsetof(struct rte_mbuf, vlan_tci) == offsetof(struct rte_mbuf, pkt_len) + 6,
               "a frame's lengths are one store");
_Static_assert(offsetof(struct imb_op, len) == offsetof(struct imb_op, iv) + 12 &&
                   offsetof(struct imb_op, aad) == offsetof(struct imb_op, iv) + 16 &&
                   offsetof(struct imb_op, aad_len) == offsetof(struct imb_op, aad) + 12,
               "what the cipher reads is two stores");

/* What is the same for all packets of a burst. */
struct usual_burst {
    uint16_t self;
    uint8_t keep_df;    /* DF unless the inner packet's is copied (RFC 4301 8.1), else 0 */
    uint16_t clamp;     /* the protocol whose MSS is clamped; 256: none */
    uint32_t gen, last; /* sad_out.adj_gen, sad_out.last */
    const struct dp_adj *adjs;
};

/* What is the same for all packets of a run, and what goes on counting. */
struct usual_run {
    const struct imb_key *key;
    uint32_t mtu;
    uint32_t l2_bytes;
    uint32_t cksum; /* of the outer header without length, ID, DSCP, ECN and DF */
    uint64_t head;  /* front bytes 16..23: end of Ethernet, version */
    __m128i l2;     /* front bytes 0..15 */
    __m128i path;   /* sad_out.path */
    __m128i salt;   /* of the nonce */
    __m128i aad;    /* SPI, and the bytes of the op behind the associated data */
    __m128i seq_at; /* shuffles the sequence number to where the associated data has it */
    uint64_t seq, bytes;
};

/* The run's SA: SAD_F_USUAL, ours, no limit within reach of a burst, and a next hop that is known. */
static inline bool usual_sa(const struct usual_burst *b, const struct sad_out *out)
{
    return out->flags & SAD_F_USUAL && out->adj_gen == b->gen &&
           atomic_load_explicit(&out->owner, memory_order_acquire) == b->self &&
           out->seq + DP_BURST_MAX < out->stop_seq &&
           out->bytes + (uint64_t)DP_BURST_MAX * UINT16_MAX < out->stop_bytes &&
           dp_adj_is_ready(&b->adjs[out->adj]);
}

/* Of a TCP packet: whether it can carry an MSS option. True as well for what is too short to tell. */
static inline bool usual_may_be_syn(const uint8_t *ip, uint32_t len)
{
    uint32_t flags_at = (ip[0] & 0xfu) * 4 + 13;
    return flags_at >= len || ip[flags_at] & 0x02;
}

/* A packet that needs no cutting, no more room, no answer and no clamping. */
static inline bool usual_pkt(const struct usual_burst *b, const struct usual_run *r, const struct dp_pkt *p,
                             const uint8_t *ip, uint32_t len)
{
    const uint8_t *room = p->mbuf->buf_addr;
    return !p->op.user[0] && len <= r->mtu && ip >= room + USUAL_FRONT &&
           ip + len + USUAL_BEHIND <= room + p->mbuf->buf_len && ip[8] > 1 &&
           (likely(ip[9] != b->clamp) || !usual_may_be_syn(ip, len));
}

static inline struct usual_run usual_run_begin(const struct usual_burst *b, const struct sad_out *out)
{
    const struct dp_adj *adj = &b->adjs[out->adj];
    const uint8_t *l2 = adj->l2 + DP_L2_ROOM - USUAL_L2;
    const __m128i path = _mm_load_si128((const __m128i *)(const void *)&out->path);
    const uint64_t addrs = (uint64_t)_mm_cvtsi128_si64(path);
    const bool is_esn = out->flags & SAD_F_ESN;
    /* aad_len, failed, user[0], user[1] */
    const uint32_t tail = (is_esn ? 12u : 8u) | (adj->port + 1u) << 24;
    const char no = (char)0x80;
    struct usual_run r = {
        .key = &out->key,
        .mtu = atomic_load_explicit(&out->inner_mtu, memory_order_relaxed),
        .l2_bytes = adj->l2_bytes,
        .head = dp_load32(l2 + 16) | UINT64_C(0x45) << 32,
        .l2 = _mm_loadu_si128((const __m128i *)l2),
        .path = path,
        .salt = _mm_cvtsi32_si128((int)out->key.salt),
        .seq = out->seq,
        .bytes = 0,
    };
    r.cksum =
        dp_cksum_fold((uint64_t)0x45 + (SAD_OUTER_TTL | DP_PROTO_UDP << 8) + (uint32_t)addrs + (addrs >> 32));
    r.aad = _mm_insert_epi32(_mm_cvtsi32_si128(_mm_extract_epi32(path, 3)), (int)tail, 3);
    r.seq_at = is_esn ? _mm_setr_epi8(no, no, no, no, 0, 1, 2, 3, 4, 5, 6, 7, no, no, no, no)
                      : _mm_setr_epi8(no, no, no, no, 4, 5, 6, 7, no, no, no, no, no, no, no, no);
    return r;
}

static inline void usual_run_end(const struct usual_run *r, struct sad_out *out, uint32_t last)
{
    out->seq = r->seq;
    out->bytes += r->bytes;
    out->last = last;
}

static inline void store16x8(void *to, __m128i v)
{
    _mm_storeu_si128((__m128i *)to, v);
}

/* Ethernet, IPv4, UDP, ESP header, IV. total: from the IPv4 header on. */
static inline void usual_front(uint8_t *ip, const struct usual_run *r, uint32_t total, uint8_t keep_df,
                               uint64_t seq_be)
{
    uint8_t *front = ip - USUAL_FRONT;
    const __m128i seq = _mm_cvtsi64_si128((long long)seq_be);
    uint32_t len_be = dp_swap16(total);
    uint32_t udp_len_be = dp_swap16(total - DP_IP4_BYTES);
    uint32_t tos = ip[1], frag = (ip[6] | keep_df) & DP_IP4_DF, id = (uint32_t)(seq_be >> 48);
    uint32_t cksum = (uint16_t)~dp_cksum_fold32(r->cksum + len_be + id + frag + (tos << 8));
    uint64_t head = r->head | (uint64_t)tos << 40 | (uint64_t)len_be << 48;
    uint64_t rest =
        id | frag << 16 | (uint64_t)(SAD_OUTER_TTL | DP_PROTO_UDP << 8) << 32 | (uint64_t)cksum << 48;
    store16x8(front, r->l2);
    memcpy(front + 16, &head, 8);
    memcpy(front + 24, &rest, 8);
    /* The length stands where path has the SPI, and the UDP checksum is 0 (RFC 3948 2.1). */
    store16x8(front + 32, _mm_insert_epi32(r->path, (int)udp_len_be, 3));
    store16x8(front + 48, _mm_blend_epi16(_mm_shuffle_epi32(seq, _MM_SHUFFLE(1, 0, 1, 0)), r->aad, 0x03));
}

/* Nonce and associated data (RFC 4106 4 and 5), the length to be sealed, and where the frame goes. */
static inline void usual_op(struct dp_pkt *p, const struct usual_run *r, uint32_t sealed, uint64_t seq_be)
{
    const __m128i seq = _mm_cvtsi64_si128((long long)seq_be);
    const __m128i nonce = _mm_or_si128(_mm_slli_si128(seq, 4), r->salt);
    p->op.key = r->key;
    store16x8(p->op.iv, _mm_insert_epi32(nonce, (int)sealed, 3));
    store16x8(p->op.aad, _mm_or_si128(_mm_shuffle_epi8(seq, r->seq_at), r->aad));
}

static inline void usual_mbuf(struct rte_mbuf *m, const uint8_t *frame, uint32_t len)
{
    uint64_t lens = len | (uint64_t)len << 32;
    m->data_off = (uint16_t)(frame - (const uint8_t *)m->buf_addr);
    memcpy(&m->pkt_len, &lens, 8);
}

/* The short trailers with the next header of IPv4. */
static const uint64_t usual_trailer[4] = {0x0400, 0x040101, 0x04020201, 0x0403030201};

/* The IV is the sequence number. */
static inline void usual_encap(struct dp_pkt *p, struct usual_run *r, uint8_t *ip, uint32_t len,
                               uint8_t keep_df)
{
    const uint32_t sealed = (len + 5) & ~3u;
    const uint32_t total = USUAL_HDR + sealed + USUAL_ICV;
    const uint64_t seq_be = __builtin_bswap64(++r->seq);
    r->bytes += len;
    memcpy(ip + len, &usual_trailer[sealed - len - 2], 8);
    usual_front(ip, r, total, keep_df, seq_be);
    usual_op(p, r, sealed, seq_be);
    usual_mbuf(p->mbuf, ip - USUAL_HDR - r->l2_bytes, total + r->l2_bytes);
    dp_ip4_ttl_dec(ip);
}
