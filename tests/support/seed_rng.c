/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generator of the simulations: a counter through a mixing function, so that neighbouring seeds give
 * unrelated runs. Ranges are taken modulo; the bias does not matter here.
 */
#include "seed_rng.h"
#include <string.h>

struct seed_rng seed_rng(uint64_t seed)
{
    return (struct seed_rng){seed * 0xd1342543de82ef95ull + 0x632be59bd9b4e019ull};
}

uint64_t seed_rng_u64(struct seed_rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

uint64_t seed_rng_below(struct seed_rng *r, uint64_t n)
{
    return n ? seed_rng_u64(r) % n : 0;
}

uint64_t seed_rng_between(struct seed_rng *r, uint64_t lo, uint64_t hi)
{
    return lo + seed_rng_below(r, hi - lo + 1);
}

bool seed_rng_chance(struct seed_rng *r, unsigned per_mille)
{
    return seed_rng_below(r, 1000) < per_mille;
}

void seed_rng_fill(struct seed_rng *r, void *buf, size_t len)
{
    uint8_t *p = buf;
    while (len) {
        uint64_t v = seed_rng_u64(r);
        size_t n = len < sizeof v ? len : sizeof v;
        memcpy(p, &v, n);
        p += n;
        len -= n;
    }
}
