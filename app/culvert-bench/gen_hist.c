/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cells by the position of the highest bit and the six bits below it; values under 64 have a cell each.
 */
#include "gen_hist.h"

#include <math.h>
#include <string.h>

static uint32_t hist_cell(uint64_t v)
{
    if (v < GEN_HIST_SUB)
        return (uint32_t)v;
    uint32_t high = 63 - (uint32_t)__builtin_clzll(v);
    if (high >= GEN_HIST_BITS)
        return GEN_HIST_CELLS - 1;
    uint32_t shift = high - GEN_HIST_SUB_BITS;
    return (shift + 1) * GEN_HIST_SUB + (uint32_t)(v >> shift) - GEN_HIST_SUB;
}

/* The greatest value that falls into a cell. */
static uint64_t hist_edge(uint32_t cell)
{
    if (cell < GEN_HIST_SUB)
        return cell;
    uint32_t shift = cell / GEN_HIST_SUB - 1;
    return ((uint64_t)(cell % GEN_HIST_SUB + GEN_HIST_SUB + 1) << shift) - 1;
}

void gen_hist_clear(struct gen_hist *h)
{
    memset(h, 0, sizeof(*h));
}

void gen_hist_add(struct gen_hist *h, uint64_t v)
{
    h->cell[hist_cell(v)]++;
    h->count++;
    if (v > h->max)
        h->max = v;
}

void gen_hist_join(struct gen_hist *h, const struct gen_hist *other)
{
    for (uint32_t i = 0; i < GEN_HIST_CELLS; i++)
        h->cell[i] += other->cell[i];
    h->count += other->count;
    if (other->max > h->max)
        h->max = other->max;
}

uint64_t gen_hist_share(const struct gen_hist *h, double share)
{
    uint64_t rank = (uint64_t)ceil(share * (double)h->count), sum = 0;
    for (uint32_t i = 0; i < GEN_HIST_CELLS - 1; i++) {
        sum += h->cell[i];
        if (sum && sum >= rank)
            return hist_edge(i) < h->max ? hist_edge(i) : h->max;
    }
    return h->max; /* the last cell has no upper edge */
}
