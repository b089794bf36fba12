/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the fast paths of both directions share (dp_encap_fast.h, dp_prepare_fast.h, dp_commit_fast.h): an
 * AEAD with 8 bytes of IV and 16 of ICV, the op that the cipher reads in two wide stores, and the bytes
 * before an inner packet.
 *
 * Packets of one SA that follow each other are a run: what is the same for all of them is looked at once, and
 * what they count is counted in registers. Thread: the worker's.
 */
#include <rte_branch_prediction.h>
#include <smmintrin.h>
#include "dp_bytes.h"
#include "dp_worker.h"

#define FAST_IV  8
#define FAST_ICV 16
#define FAST_L2  20 /* bytes before an IP header in which its Ethernet header lies, VLAN tag or not */

_Static_assert(DP_BURST_MAX <= SAD_BURST_MAX, "a run stays below what sad_near() leaves");
_Static_assert(offsetof(struct esp_op, len) == offsetof(struct esp_op, iv) + 12 &&
                   offsetof(struct esp_op, aad) == offsetof(struct esp_op, iv) + 16 &&
                   offsetof(struct esp_op, failed) == offsetof(struct esp_op, aad) + 12 &&
                   offsetof(struct esp_op, user16) == offsetof(struct esp_op, aad) + 14,
               "what the cipher reads is two stores");

/* The trailers of up to three padding bytes, with the next header of IPv4. */
static const uint64_t fast_trailer[4] = {0x0400, 0x040101, 0x04020201, 0x0403030201};

static inline __m128i fast_load(const void *from)
{
    return _mm_loadu_si128((const __m128i *)from);
}

static inline void fast_store(void *to, __m128i v)
{
    _mm_storeu_si128((__m128i *)to, v);
}

/* Bytes of the associated data (RFC 4106 5). */
static inline uint32_t fast_aad_len(bool is_esn)
{
    return is_esn ? 12 : 8;
}

/* What the ops of a run have in common (RFC 4106 4 and 5). */
struct fast_ops {
    const struct esp_key *key;
    __m128i salt;   /* of the nonce */
    __m128i aad;    /* SPI */
    __m128i seq_at; /* shuffles a sequence number in network order to where the associated data has it */
};

static inline struct fast_ops fast_ops_make(const struct esp_key *key, const struct esp_key_shape *shape,
                                            uint32_t spi_be, bool is_esn)
{
    const char no = (char)0x80;
    return (struct fast_ops){
        .key = key,
        .salt = _mm_cvtsi32_si128((int)esp_key_salt(key, shape)),
        .aad = _mm_cvtsi32_si128((int)spi_be),
        .seq_at = is_esn ? _mm_setr_epi8(no, no, no, no, 0, 1, 2, 3, 4, 5, 6, 7, no, no, no, no)
                         : _mm_setr_epi8(no, no, no, no, 4, 5, 6, 7, no, no, no, no, no, no, no, no),
    };
}

/* iv: the explicit one; word: dp_op_word(). Nothing has failed yet, and no flag is set. */
static inline void fast_op_write(struct esp_op *op, const struct fast_ops *c, __m128i iv, __m128i seq_be,
                                 uint32_t word)
{
    const __m128i nonce = _mm_or_si128(_mm_slli_si128(iv, 4), c->salt);
    const __m128i aad = _mm_or_si128(_mm_shuffle_epi8(seq_be, c->seq_at), c->aad);
    op->key = c->key;
    fast_store(op->iv, _mm_insert_epi32(nonce, (int)word, 3));
    fast_store(op->aad, aad);
}

/* Of a TCP packet: whether it can carry an MSS option. True as well for what is too short to tell. */
static inline bool fast_may_be_syn(const uint8_t *ip, uint32_t len)
{
    uint32_t flags_at = wire_ip4_hdr_len(ip) + 13;
    return flags_at >= len || ip[flags_at] & 0x02;
}

/* The protocol whose MSS is clamped; one that no packet has when none is. */
static inline uint16_t fast_clamp(const struct dp_worker *w)
{
    return w->dp->params.mss_clamp ? WIRE_PROTO_TCP : 256;
}
