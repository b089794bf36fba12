/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What may happen a few times in a row, and in the long run once in a period: two moves of a NAT within a
 * moment are followed at once, a thousand are not. Zeros: nothing has happened yet. Thread: whose state it
 * is.
 */
#include <stdbool.h>
#include <stdint.h>

struct base_ration {
    uint64_t at; /* since then periods are counted: when it happened first, with all there, or a whole number
                    of periods later */
    uint32_t used; /* of what may happen in a row, then */
};

/*
 * Takes one; false: none is left, and nothing has changed. `at_once` are there at first, and one comes back
 * for each whole period, whatever is taken meanwhile: what happens a little faster than once in a period is
 * held up when those in a row are used up, and not before. now and period are of one clock that does not go
 * back; with a period of 0 there is no limit.
 */
static inline bool base_ration_take(struct base_ration *r, uint64_t now, uint64_t period, uint32_t at_once)
{
    const uint64_t back = period ? (now - r->at) / period : r->used;
    const bool has_all = back >= r->used;
    const uint32_t used = has_all ? 0 : r->used - (uint32_t)back;
    if (used >= at_once)
        return false;
    *r = (struct base_ration){.at = has_all ? now : r->at + back * period, .used = used + 1};
    return true;
}
