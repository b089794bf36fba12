/* SPDX-License-Identifier: BSD-3-Clause */
/* IDs for packets of our own that are cut. */
#include "dp_frag_id.h"

#include "dp_bytes.h"

/* Each bit of v decides on half of the bits of the result. No cryptography. */
static uint64_t bits_mixed(uint64_t v)
{
    v = (v ^ v >> 32) * 0x9e3779b97f4a7c15u;
    v = (v ^ v >> 29) * 0xbf58476d1ce4e5b9u;
    return v ^ v >> 32;
}

/*
 * Each destination has a counter, so that an ID comes again as late as can be (RFC 6864 4.3, RFC 4963); where
 * it begins is the seed's secret (RFC 7739 5.4). All SAs and IKE take from it, since nothing but the ID tells
 * their pieces apart. Destinations that share a counter come to the end of their IDs sooner, that is all.
 */
uint32_t dp_frag_id(struct dp *dp, const uint8_t *dst, bool is6)
{
    uint64_t h = bits_mixed(dp->params.frag_seed ^ (is6 ? dp_load64(dst) : dp_load32(dst)));
    if (is6)
        h = bits_mixed(h ^ dp_load64(dst + 8));
    uint64_t n = atomic_fetch_add_explicit(&dp->frag_ids[h % DP_FRAG_IDS], 1, memory_order_relaxed);
    n += h >> 32;
    return is6 ? (uint32_t)n : (uint32_t)(n % UINT16_MAX) + 1;
}
