/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The fast path of inbound packets before they are opened, which nearly every packet takes: an AEAD over IPv4
 * for an SA of ours. Thread: the worker's.
 */
#include "dp_fast.h"
#include "sad_replay.h"

#define FAST_HEAD (WIRE_ESP_BYTES + FAST_IV)
#define FAST_MIN  (FAST_HEAD + FAST_ICV + 4)

/* What is the same for all packets of a run. The window stands still until packets are open. */
struct fast_prep {
    struct fast_ops ops;
    uint32_t spi_be;
    uint32_t word_step; /* from the dp_op_word() of an ESP packet to that of its payload */
    uint16_t port;      /* the peer's, network order */
    uint64_t addrs;     /* the peer's and ours, as in the header */
    uint64_t bottom;    /* of the 2^32 sequence numbers that a packet can have */
    uint64_t top;
    uint16_t moved; /* DP_PKT_MOVED when the SA follows its peer */
};

/* Whether the slot has a live SA of SAD_F_FAST, ours, and no limit within reach of a burst. */
static inline bool fast_prep_sa(const struct sad_in *in, uint16_t self)
{
    /* The SPI goes first: only if it is live are the other fields anything. */
    return atomic_load_explicit(&in->spi, memory_order_acquire) != 0 && in->flags & SAD_F_FAST &&
           atomic_load_explicit(&in->owner, memory_order_acquire) == self && in->pkts < in->near_pkts;
}

static inline struct fast_prep fast_prep_begin(const struct sad_in *in, const struct esp_key_shape *shape)
{
    const uint32_t spi_be = __builtin_bswap32(atomic_load_explicit(&in->spi, memory_order_relaxed));
    const bool is_esn = in->flags & SAD_F_ESN;
    const uint64_t remote = atomic_load_explicit(&in->remote_key, memory_order_relaxed);
    return (struct fast_prep){
        .ops = fast_ops_make(sad_in_key(in), shape, spi_be, is_esn),
        .spi_be = spi_be,
        .word_step = (fast_aad_len(is_esn) << DP_OP_AAD_LEN) - FAST_HEAD - FAST_ICV,
        .port = (uint16_t)(remote >> 32),
        .addrs = (uint32_t)remote | (uint64_t)in->local4 << 32,
        .bottom = is_esn ? sad_seq_bottom(in) : 0,
        .top = in->top,
        .moved = in->flags & SAD_F_FOLLOW ? DP_PKT_MOVED : 0,
    };
}

/* False: nothing was written, and the packet needs a closer look. */
static inline bool fast_prep(struct dp_pkt *p, const struct fast_prep *r, struct sad_in *in)
{
    uint8_t *esp = p->op.data;
    const uint32_t word = dp_op_word(p), len = (uint16_t)word;
    uint16_t flags = p->flags;
    const bool is_there = p->addrs == r->addrs && p->src_port == r->port;
    if (dp_load32(esp) != r->spi_be || flags & (DP_PKT_OUTER6 | DP_PKT_STREAM) || len < FAST_MIN || len & 3)
        return false;
    if (unlikely(!is_there)) {
        if (p->addrs >> 32 != r->addrs >> 32)
            return false;
        flags |= r->moved;
    }
    const uint64_t seq = r->bottom + (uint32_t)(dp_get32(esp + WIRE_ESP_AT_SEQ) - (uint32_t)r->bottom);
    if (unlikely(seq <= r->top) && !sad_replay_check(in, seq))
        return false;
    const __m128i iv = _mm_loadl_epi64((const __m128i *)(const void *)(esp + WIRE_ESP_BYTES));
    const __m128i seq_be = _mm_cvtsi64_si128((long long)__builtin_bswap64(seq));
    fast_op_write(&p->op, &r->ops, iv, seq_be, word + r->word_step);
    p->flags = flags;
    p->op.data = esp + FAST_HEAD;
    return true;
}
