/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pacing in whole numbers: 4096ths of a TSC cycle, which at 10 million packets per second is exact to a
 * millionth and does not wrap within days.
 */
#include "gen_pace.h"

#define PACE_SHIFT 12

void gen_pace_begin(struct gen_pace *p, double hz, double pps, uint64_t now)
{
    *p = (struct gen_pace){.start = now};
    if (pps > 0)
        p->interval = (uint64_t)(hz / pps * (1 << PACE_SHIFT) + 0.5);
}

uint32_t gen_pace_due(struct gen_pace *p, uint64_t now)
{
    if (!p->interval)
        return GEN_BURST;
    uint64_t at = (now - p->start) << PACE_SHIFT;
    if (at < p->next)
        return 0;
    uint64_t due = (at - p->next) / p->interval + 1;
    if (due > GEN_PACE_BEHIND) {
        p->missed += due - GEN_PACE_BEHIND;
        p->next += (due - GEN_PACE_BEHIND) * p->interval;
    }
    return due < GEN_BURST ? (uint32_t)due : GEN_BURST;
}

void gen_pace_took(struct gen_pace *p, uint32_t n)
{
    p->next += n * p->interval;
}
