/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stamp in bytes: mark 4, stream and trial 2, number 8, TSC 8. Both ends are this process, so its numbers
 * are in the machine's own order.
 */
#include "gen_stamp.h"

#include <string.h>

#define STAMP_TRIAL_BITS 14
#define STAMP_TRIAL_MASK ((1u << STAMP_TRIAL_BITS) - 1)

static const uint8_t stamp_mark[4] = {0xc1, 0x7b, 0xa5, 0xe2};

void gen_stamp_write(const struct gen_stamp *s, uint8_t *p)
{
    uint16_t which = (uint16_t)(s->stream << STAMP_TRIAL_BITS | (s->trial & STAMP_TRIAL_MASK));
    memcpy(p, stamp_mark, 4);
    memcpy(p + 4, &which, 2);
    memcpy(p + 6, &s->number, 8);
    memcpy(p + 14, &s->tsc, 8);
}

bool gen_stamp_read(struct gen_stamp *s, const uint8_t *p, uint32_t bytes)
{
    uint16_t which;
    if (bytes < GEN_STAMP_BYTES || memcmp(p, stamp_mark, 4))
        return false;
    memcpy(&which, p + 4, 2);
    s->stream = (uint8_t)(which >> STAMP_TRIAL_BITS);
    s->trial = which & STAMP_TRIAL_MASK;
    memcpy(&s->number, p + 6, 8);
    memcpy(&s->tsc, p + 14, 8);
    return true;
}
