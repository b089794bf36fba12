/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The fast path of outbound packets, which nearly every packet takes: IPv4 in ESP in UDP over IPv4, an AEAD,
 * a next hop that is known. Everything before it, Ethernet header included, lies in the 64 bytes before the
 * inner packet, and is written in as few and as wide stores as can be. Thread: the worker's.
 */
#include "dp_adj.h"
#include "dp_mbuf.h"
#include "dp_fast.h"

#define FAST_HDR    (WIRE_IP4_BYTES + WIRE_UDP_BYTES + WIRE_ESP_BYTES + FAST_IV)
#define FAST_FRONT  (FAST_L2 + FAST_HDR)
#define FAST_BEHIND (4 + SAD_TRAILER_ROOM + FAST_ICV)

_Static_assert(FAST_FRONT == 64, "four 16-byte stores");
_Static_assert(SAD_TRAILER_ROOM >= 8, "a short trailer is written by one store of 8 bytes");

/* What is the same for all packets of a burst. */
struct fast_burst {
    uint16_t self;
    uint16_t clamp;     /* fast_clamp() */
    uint8_t keep_df;    /* DF unless the inner packet's is copied (RFC 4301 8.1), else 0 */
    uint32_t gen, last; /* sad_out.adj_gen, sad_out.last */
    const struct dp_adj *adjs;
    const struct esp_key_shape *shape;
};

/* What is the same for all packets of a run, and what goes on counting. */
struct fast_run {
    struct fast_ops ops;
    uint32_t word; /* dp_op_word() without the length */
    uint32_t mtu;
    uint32_t l2_bytes;
    uint32_t cksum; /* of the outer header without length, ID, DSCP, ECN and DF */
    uint64_t head;  /* front bytes 16..23: end of Ethernet, version */
    __m128i l2;     /* front bytes 0..15 */
    __m128i path;   /* sad_out.path */
    uint64_t seq, bytes;
};

/* The run's SA: SAD_F_FAST, ours, no limit within reach of a burst, and a next hop that is known. */
static inline bool fast_sa(const struct fast_burst *b, const struct sad_out *out)
{
    return out->flags & SAD_F_FAST && out->adj_gen == b->gen &&
           atomic_load_explicit(&out->owner, memory_order_acquire) == b->self && out->seq < out->near_seq &&
           dp_adj_is_ready(&b->adjs[out->adj]);
}

/* A packet that needs no cutting, no more room, no answer and no clamping. */
static inline bool fast_pkt(const struct fast_burst *b, const struct fast_run *r, const struct dp_pkt *p,
                            const uint8_t *ip, uint32_t len)
{
    const uint8_t *room = p->mbuf->buf_addr;
    return !p->flags && len <= r->mtu && ip >= room + FAST_FRONT &&
           ip + len + FAST_BEHIND <= room + p->mbuf->buf_len && ip[WIRE_IP4_AT_TTL] > 1 &&
           (likely(ip[WIRE_IP4_AT_PROTO] != b->clamp) || !fast_may_be_syn(ip, len));
}

static inline struct fast_run fast_run_begin(const struct fast_burst *b, const struct sad_out *out)
{
    const struct dp_adj *adj = &b->adjs[out->adj];
    const uint8_t *l2 = adj->l2 + DP_L2_ROOM - FAST_L2;
    const __m128i path = _mm_load_si128((const __m128i *)(const void *)&out->path);
    return (struct fast_run){
        .ops = fast_ops_make(sad_out_key(out), b->shape, out->spi_be, out->flags & SAD_F_ESN),
        .word = fast_aad_len(out->flags & SAD_F_ESN) << DP_OP_AAD_LEN | (adj->port + 1u) << DP_OP_PLACE,
        .mtu = atomic_load_explicit(&out->inner_mtu, memory_order_relaxed),
        .l2_bytes = adj->l2_bytes,
        .cksum = (uint32_t)_mm_extract_epi32(path, 3),
        .head = dp_load32(l2 + 16) | UINT64_C(0x45) << 32,
        .l2 = fast_load(l2),
        .path = path,
        .seq = out->seq,
    };
}

static inline void fast_run_end(const struct fast_run *r, struct sad_out *out, uint32_t last)
{
    out->seq = r->seq;
    out->bytes += r->bytes;
    out->last = last;
}

/* Ethernet, IPv4, UDP, ESP header, IV. total: from the IPv4 header on. */
static inline void fast_front(uint8_t *ip, const struct fast_run *r, uint32_t total, uint8_t keep_df,
                              uint64_t seq_be, __m128i seq)
{
    uint8_t *front = ip - FAST_FRONT;
    uint32_t len_be = dp_swap16(total), udp_len_be = dp_swap16(total - WIRE_IP4_BYTES);
    /* The ID is the end of the sequence number. */
    uint32_t tos = ip[WIRE_IP4_AT_TOS], frag = (ip[WIRE_IP4_AT_FRAG] | keep_df) & DP_IP4_DF,
             id = (uint32_t)(seq_be >> 48);
    uint32_t cksum = (uint16_t)~dp_cksum_fold32(r->cksum + len_be + id + frag + (tos << 8));
    uint64_t head = r->head | (uint64_t)tos << 40 | (uint64_t)len_be << 48;
    uint64_t rest =
        id | frag << 16 | (uint64_t)(SAD_OUTER_TTL | WIRE_PROTO_UDP << 8) << 32 | (uint64_t)cksum << 48;
    fast_store(front, r->l2);
    memcpy(front + 16, &head, 8);
    memcpy(front + 24, &rest, 8);
    /* The length stands where path has the sum, and the UDP checksum is 0 (RFC 3948 2.1). */
    fast_store(front + 32, _mm_insert_epi32(r->path, (int)udp_len_be, 3));
    fast_store(front + 48,
               _mm_blend_epi16(_mm_shuffle_epi32(seq, _MM_SHUFFLE(1, 0, 1, 0)), r->ops.aad, 0x03));
}

/* The IV is the sequence number. */
static inline void fast_encap(struct dp_pkt *p, struct fast_run *r, uint8_t *ip, uint32_t len,
                              uint8_t keep_df)
{
    const uint32_t sealed = (len + 5) & ~3u;
    const uint32_t total = FAST_HDR + sealed + FAST_ICV;
    const uint64_t seq_be = __builtin_bswap64(++r->seq);
    const __m128i seq = _mm_cvtsi64_si128((long long)seq_be);
    r->bytes += len;
    memcpy(ip + len, &fast_trailer[sealed - len - 2], 8);
    fast_front(ip, r, total, keep_df, seq_be, seq);
    fast_op_write(&p->op, &r->ops, seq, seq, r->word | sealed);
    dp_mbuf_span(p->mbuf, ip - FAST_HDR - r->l2_bytes, total + r->l2_bytes);
    dp_ip4_ttl_dec(ip);
}
