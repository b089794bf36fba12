/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table of fixed size, of which a message reads one line. We draw these SPIs at random, so their own bits
 * are the hash. Where more than a line's worth meet, which a million of SAs makes of some, those that came
 * later are strangers here. Workers read while control writes: each entry is one word.
 */
#include "dp_known.h"

#include <errno.h>
#include <stdlib.h>
#include "dp_bytes.h"
#include "dp_core.h"
#include "sad_mem.h"
#include "wire_ike.h"

#define LINES    (1u << 15)
#define PER_LINE 8
#define AT_SPI_I 0
#define AT_SPI_R 8
#define AT_FLAGS 19

struct dp_known {
    _Alignas(64) _Atomic uint64_t lines[LINES][PER_LINE]; /* 0: free */
};

struct dp_known *dp_known_create(void)
{
    return sad_mem_reserve(sizeof(struct dp_known), false);
}

void dp_known_free(struct dp_known *k)
{
    sad_mem_release(k, sizeof *k);
}

static uint64_t known_load(const struct dp_known *k, uint64_t spi, uint32_t i)
{
    return atomic_load_explicit(&k->lines[spi % LINES][i], memory_order_relaxed);
}

static bool known_find(const struct dp_known *k, uint64_t spi)
{
    bool found = false;
    for (uint32_t i = 0; i < PER_LINE; i++)
        found |= known_load(k, spi, i) == spi;
    return found;
}

bool dp_known_has(const struct dp_known *k, struct base_span message)
{
    if (message.len < WIRE_IKE_HDR_BYTES)
        return false;
    const bool from_initiator = message.ptr[AT_FLAGS] & WIRE_IKE_F_INITIATOR;
    const uint64_t spi = __builtin_bswap64(dp_load64(message.ptr + (from_initiator ? AT_SPI_R : AT_SPI_I)));
    return spi && known_find(k, spi);
}

int dp_know(struct dp *dp, uint64_t spi, bool is_known)
{
    struct dp_known *k = dp->known;
    if (spi == 0)
        return -EINVAL;
    if (is_known && known_find(k, spi))
        return 0;
    for (uint32_t i = 0; i < PER_LINE; i++) {
        if (known_load(k, spi, i) != (is_known ? 0 : spi))
            continue;
        atomic_store_explicit(&k->lines[spi % LINES][i], is_known ? spi : 0, memory_order_relaxed);
        return 0;
    }
    return is_known ? -ENOSPC : -ENOENT;
}
