/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Anti-replay window with extended sequence numbers (RFC 4303 3.4.3 and appendix A), on an inbound SA.
 *
 * The window holds the last window_pkts sequence numbers up to and including top, as bits of 64-number
 * blocks. The block of top lies in head, beside all else that a packet reads; older ones lie in window, block
 * b at b modulo its words. So a stream in order touches that memory once in 64 packets. Thread: the SA's
 * owner.
 */
#include "sad_fast.h"

#define SAD_BLOCK_BITS 64u

/* The oldest number in the window; there is nothing below subspace 0. */
static inline uint64_t sad_seq_bottom(const struct sad_in *in)
{
    return in->top + 1 > in->window_pkts ? in->top + 1 - in->window_pkts : 0;
}

/*
 * The full sequence number of a packet that carries these low 32 bits (RFC 4303 A2.2): the one number with
 * them in the 2^32 that begin with the window's oldest. Without ESN the high half is 0.
 */
static inline uint64_t sad_seq_infer(const struct sad_in *in, uint32_t low)
{
    uint64_t bottom = sad_seq_bottom(in);
    return in->flags & SAD_F_ESN ? bottom + (uint32_t)(low - (uint32_t)bottom) : low;
}

/* The word of the block that holds seq, which lies in the window. */
static inline uint64_t *sad_replay_word(struct sad_in *in, uint64_t seq)
{
    bool is_head = seq / SAD_BLOCK_BITS == in->top / SAD_BLOCK_BITS;
    return is_head ? &in->head : &in->window[(uint32_t)(seq / SAD_BLOCK_BITS) & in->word_mask];
}

static inline uint64_t sad_replay_bit(uint64_t seq)
{
    return UINT64_C(1) << seq % SAD_BLOCK_BITS;
}

/* Whether seq is new enough and not seen. Changes nothing. */
static inline bool sad_replay_check(struct sad_in *in, uint64_t seq)
{
    if (seq > in->top)
        return true;
    if (in->flags & SAD_F_NO_REPLAY)
        return true;
    if (seq == 0 || in->top - seq >= in->window_pkts)
        return false;
    return !(*sad_replay_word(in, seq) & sad_replay_bit(seq));
}

/* Makes the block of seq, a later one, the head: blocks that were skipped hold nothing. */
static inline void sad_replay_advance(struct sad_in *in, uint64_t seq)
{
    uint64_t from = in->top / SAD_BLOCK_BITS, to = seq / SAD_BLOCK_BITS;
    in->window[(uint32_t)from & in->word_mask] = in->head;
    if (to - from > (uint64_t)in->word_mask + 1)
        from = to - in->word_mask - 2;
    while (++from < to)
        in->window[(uint32_t)from & in->word_mask] = 0;
    in->head = 0;
}

/*
 * Checks again (an earlier packet of the burst may have been the same) and marks seq as seen. Called only
 * when the ICV is good. False: replay. *is_newest tells whether seq moved the window.
 */
static inline bool sad_replay_commit(struct sad_in *in, uint64_t seq, bool *is_newest)
{
    *is_newest = seq > in->top;
    if (*is_newest) {
        if (seq / SAD_BLOCK_BITS != in->top / SAD_BLOCK_BITS)
            sad_replay_advance(in, seq);
        in->head |= sad_replay_bit(seq);
        in->top = seq;
        return true;
    }
    if (in->flags & SAD_F_NO_REPLAY)
        return true;
    if (!sad_replay_check(in, seq))
        return false;
    *sad_replay_word(in, seq) |= sad_replay_bit(seq);
    return true;
}
