/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The window is a ring of bits that the highest number pushes on; what it uncovers is cleared, a word at a
 * time where it can.
 */
#include "gen_seq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_WORDS (GEN_SEQ_WINDOW / 64)

int gen_seq_init(struct gen_seq *s, uint32_t sas)
{
    *s = (struct gen_seq){.sas = sas, .silent = sas};
    s->last = calloc(sas, sizeof(*s->last));
    s->seen = calloc(SEQ_WORDS, sizeof(*s->seen));
    return s->last && s->seen ? 0 : -ENOMEM;
}

void gen_seq_fini(struct gen_seq *s)
{
    free(s->last);
    free(s->seen);
    *s = (struct gen_seq){0};
}

void gen_seq_clear(struct gen_seq *s)
{
    struct gen_seq kept = {.sas = s->sas, .silent = s->sas, .last = s->last, .seen = s->seen};
    *s = kept;
    memset(s->last, 0, s->sas * sizeof(*s->last));
    memset(s->seen, 0, SEQ_WORDS * sizeof(*s->seen));
}

static uint64_t *seq_word(const struct gen_seq *s, uint64_t number)
{
    return &s->seen[number / 64 % SEQ_WORDS];
}

/* The window moves on until `number` is in it. */
static void seq_push(struct gen_seq *s, uint64_t number)
{
    if (number - s->next >= GEN_SEQ_WINDOW) {
        memset(s->seen, 0, SEQ_WORDS * sizeof(*s->seen));
        s->next = number + 1;
    }
    for (; s->next <= number; s->next++) {
        if (s->next % 64 == 0)
            *seq_word(s, s->next) = 0;
    }
}

bool gen_seq_take(struct gen_seq *s, uint64_t number, uint32_t sa)
{
    uint64_t *last = &s->last[sa < s->sas ? sa : 0];
    if (number >= s->next)
        seq_push(s, number);
    uint64_t behind = s->next - 1 - number;
    /* A word is cleared as a whole when its first number comes, so the oldest of the ring is not told. */
    if (behind >= GEN_SEQ_WINDOW - 64) {
        s->late++;
        return false;
    }
    uint64_t bit = 1ull << number % 64, *word = seq_word(s, number);
    if (*word & bit) {
        s->duplicates++;
        return false;
    }
    *word |= bit;
    s->received++;
    if (behind > s->furthest)
        s->furthest = behind;
    s->silent -= !*last;
    if (number < *last)
        s->reordered++;
    else
        *last = number + 1;
    return true;
}
