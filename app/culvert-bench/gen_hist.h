/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A histogram of times with an error that is bounded: a cell is at most 1/64 of its values wide, so that what
 * is told of it is at most 1.6 % too much and never too little. Nothing is allocated. Unit: whatever is put
 * in, below 2^GEN_HIST_BITS; more counts as that. Thread: one. */
#include <stdint.h>

#define GEN_HIST_SUB_BITS 6
#define GEN_HIST_SUB      (1u << GEN_HIST_SUB_BITS)
#define GEN_HIST_BITS     42
#define GEN_HIST_CELLS    ((GEN_HIST_BITS - GEN_HIST_SUB_BITS + 1) * GEN_HIST_SUB)

struct gen_hist {
    uint64_t count, max; /* max is exact */
    uint64_t cell[GEN_HIST_CELLS];
};

void gen_hist_clear(struct gen_hist *h);
void gen_hist_add(struct gen_hist *h, uint64_t v);

/* Adds all that another one holds. */
void gen_hist_join(struct gen_hist *h, const struct gen_hist *other);

/* What a share (0 to 1) of the values does not exceed: 0.5 is the median, 1 the greatest. 0 of no values. */
uint64_t gen_hist_share(const struct gen_hist *h, double share);
