/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* When the next packets of a steady rate are due, by the TSC. What a sender could not send in time it sends
 * later only as far as GEN_PACE_BEHIND packets: more would be a flood that nobody asked for. The rest is
 * missed, and counted. Thread: one. */
#include <stdint.h>

#define GEN_BURST       32u  /* packets, at most, that are due at a time */
#define GEN_PACE_BEHIND 128u /* packets */

struct gen_pace {
    uint64_t interval; /* TSC cycles of a packet, times 4096; 0: as fast as can be */
    uint64_t start;    /* TSC */
    uint64_t next;     /* when the next packet is due, since start, times 4096 */
    uint64_t missed;   /* packets */
};

/* From `now` (TSC) on, a TSC of `hz`, `pps` packets per second; 0: as many as can be. */
void gen_pace_begin(struct gen_pace *p, double hz, double pps, uint64_t now);

/* How many packets are due, GEN_BURST at most. The caller says by gen_pace_took() how many it took. */
uint32_t gen_pace_due(struct gen_pace *p, uint64_t now);
void gen_pace_took(struct gen_pace *p, uint32_t n);
