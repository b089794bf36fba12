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
    uint64_t at;   /* when it last happened */
    uint32_t used; /* of what may happen in a row, then */
};

/*
 * Takes one; false: none is left, and nothing has changed. `at_once` are there at first, and one comes back
 * for each whole period since the last was taken. now and period are of one clock that does not go back; with
 * a period of 0 there is no limit.
 */
static inline bool base_ration_take(struct base_ration *r, uint64_t now, uint64_t period, uint32_t at_once)
{
    const uint64_t back = period ? (now - r->at) / period : r->used;
    const uint32_t used = back < r->used ? r->used - (uint32_t)back : 0;
    if (used >= at_once)
        return false;
    *r = (struct base_ration){.at = now, .used = used + 1};
    return true;
}
