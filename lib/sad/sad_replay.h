/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Anti-replay window with extended sequence numbers (RFC 4303 3.4.3 and appendix A), on an inbound SA.
 *
 * The window holds the last window_pkts sequence numbers up to and including top. Bit s modulo ring belongs
 * to sequence number s. Thread: the SA's owner.
 */
#include "sad_fast.h"

/*
 * The full sequence number of a packet that carries these low 32 bits (RFC 4303 A2.2). Without ESN the high
 * half is 0.
 */
static inline uint64_t sad_seq_infer(const struct sad_in *in, uint32_t low)
{
    if (!(in->flags & SAD_F_ESN))
        return low;
    uint32_t top_low = (uint32_t)in->top;
    uint32_t high = (uint32_t)(in->top >> 32);
    uint32_t bottom = top_low - in->window_pkts + 1;
    if (top_low >= in->window_pkts - 1)
        high += low < bottom; /* case A: the window lies in one subspace */
    else
        high -= low >= bottom && high > 0; /* case B: it spans two; there is nothing below subspace 0 */
    return (uint64_t)high << 32 | low;
}

/* Whether seq is new enough and not seen. Changes nothing. */
static inline bool sad_replay_check(const struct sad_in *in, uint64_t seq)
{
    if (seq > in->top)
        return true;
    if (in->flags & SAD_F_NO_REPLAY)
        return true;
    if (seq == 0 || in->top - seq >= in->window_pkts)
        return false;
    uint32_t bit = (uint32_t)seq & in->ring_mask;
    return !(in->window[bit / 64] >> (bit % 64) & 1);
}

/* Clears the bits of the sequence numbers that enter the window behind from, up to and including to. */
static inline void sad_replay_clear(struct sad_in *in, uint64_t from, uint64_t to)
{
    if (to - from > in->ring_mask)
        from = to - in->ring_mask - 1;
    for (uint64_t s = from + 1; s <= to;) {
        uint32_t bit = (uint32_t)s & in->ring_mask;
        uint64_t left = to - s + 1;
        uint32_t n = 64 - bit % 64;
        if (n > left)
            n = (uint32_t)left;
        uint64_t mask = n == 64 ? UINT64_MAX : ((UINT64_C(1) << n) - 1) << (bit % 64);
        in->window[bit / 64] &= ~mask;
        s += n;
    }
}

/*
 * Checks again (an earlier packet of the burst may have been the same) and marks seq as seen. Called only
 * when the ICV is good. False: replay. *is_newest tells whether seq moved the window.
 */
static inline bool sad_replay_commit(struct sad_in *in, uint64_t seq, bool *is_newest)
{
    *is_newest = seq > in->top;
    if (in->flags & SAD_F_NO_REPLAY) {
        in->top = *is_newest ? seq : in->top;
        return true;
    }
    uint32_t bit = (uint32_t)seq & in->ring_mask;
    uint64_t mask = UINT64_C(1) << (bit % 64);
    if (*is_newest) {
        if (seq != in->top + 1)
            sad_replay_clear(in, in->top, seq);
        in->top = seq;
        in->window[bit / 64] |= mask;
        return true;
    }
    if (!sad_replay_check(in, seq))
        return false;
    in->window[bit / 64] |= mask;
    return true;
}
