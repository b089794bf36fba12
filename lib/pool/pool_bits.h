/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which numbers are taken: a bit each, and above them bits that say which words are full, so that the first
 * free one of 16 million is found by looking at four words. Thread: any, one at a time.
 */
#include <stdbool.h>
#include <stdint.h>

#define POOL_BITS_LEVELS 4 /* 64^4 = POOL_SIZE_MAX */

struct pool_bits {
    uint32_t size; /* numbers */
    uint64_t *level[POOL_BITS_LEVELS];
};

/* All of them free. 0, or -ENOMEM: it is empty. size <= 64^POOL_BITS_LEVELS. */
int pool_bits_init(struct pool_bits *b, uint32_t size);
void pool_bits_fini(struct pool_bits *b);

/* All are free again. */
void pool_bits_clear(struct pool_bits *b);

/* number < size. Twice is once. */
void pool_bits_take(struct pool_bits *b, uint32_t number);
void pool_bits_free(struct pool_bits *b, uint32_t number);

/* The lowest free number. False: none is. */
bool pool_bits_first(const struct pool_bits *b, uint32_t *number);
