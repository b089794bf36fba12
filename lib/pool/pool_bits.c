/* SPDX-License-Identifier: BSD-3-Clause */
/* Four levels of words: a bit of level 0 is a number, one of a level above a word that is full. */
#include "pool_bits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64u

/* Words of a level; numbers that a last word has too many are taken from the start. */
static uint32_t words_of(uint32_t size, unsigned level)
{
    uint32_t words = size;
    for (unsigned i = 0; i <= level; i++)
        words = (words + WORD_BITS - 1) / WORD_BITS;
    return words;
}

static void bits_set(struct pool_bits *b, unsigned from, uint32_t at)
{
    for (unsigned i = from; i < POOL_BITS_LEVELS; i++, at /= WORD_BITS) {
        b->level[i][at / WORD_BITS] |= UINT64_C(1) << at % WORD_BITS;
        if (b->level[i][at / WORD_BITS] != UINT64_MAX)
            return;
    }
}

void pool_bits_clear(struct pool_bits *b)
{
    uint32_t count = b->size;
    for (unsigned i = 0; i < POOL_BITS_LEVELS; i++)
        memset(b->level[i], 0, (words_of(b->size, i) ? words_of(b->size, i) : 1) * sizeof *b->level[i]);
    for (unsigned i = 0; i < POOL_BITS_LEVELS; i++) {
        const uint32_t words = words_of(b->size, i) ? words_of(b->size, i) : 1;
        for (uint32_t at = count; at < words * WORD_BITS; at++)
            bits_set(b, i, at);
        count = words;
    }
}

int pool_bits_init(struct pool_bits *b, uint32_t size)
{
    *b = (struct pool_bits){.size = size};
    for (unsigned i = 0; i < POOL_BITS_LEVELS; i++) {
        b->level[i] = calloc(words_of(size, i) ? words_of(size, i) : 1, sizeof *b->level[i]);
        if (!b->level[i]) {
            pool_bits_fini(b);
            return -ENOMEM;
        }
    }
    pool_bits_clear(b);
    return 0;
}

void pool_bits_fini(struct pool_bits *b)
{
    for (unsigned i = 0; i < POOL_BITS_LEVELS; i++)
        free(b->level[i]);
    *b = (struct pool_bits){0};
}

void pool_bits_take(struct pool_bits *b, uint32_t number)
{
    bits_set(b, 0, number);
}

void pool_bits_free(struct pool_bits *b, uint32_t number)
{
    for (unsigned i = 0; i < POOL_BITS_LEVELS; i++, number /= WORD_BITS)
        b->level[i][number / WORD_BITS] &= ~(UINT64_C(1) << number % WORD_BITS);
}

bool pool_bits_first(const struct pool_bits *b, uint32_t *number)
{
    uint32_t at = 0;
    if (!b->level[0])
        return false;
    for (unsigned i = POOL_BITS_LEVELS; i-- > 0;) {
        const uint64_t word = b->level[i][at];
        if (word == UINT64_MAX)
            return false;
        at = at * WORD_BITS + (uint32_t)__builtin_ctzll(~word);
    }
    *number = at;
    return true;
}
