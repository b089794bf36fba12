/* SPDX-License-Identifier: BSD-3-Clause */
/* A set of numbers that grows by doubling; a quarter of it stays empty. */
#include "ikev1_seen.h"

#include <stddef.h>
#include <stdlib.h>

#define SLOTS_FIRST 32u
#define FULL_AT     (IKEV1_SEEN_MAX / 4 * 3)

/* Where it is, or where it would be. The peer that fills the table has its own SA's time to lose. */
static uint32_t *seen_place(uint32_t *slots, uint32_t n_slots, uint32_t msgid)
{
    uint32_t i = msgid * UINT32_C(2654435761) & (n_slots - 1);
    while (slots[i] && slots[i] != msgid)
        i = (i + 1) & (n_slots - 1);
    return &slots[i];
}

bool ikev1_seen_has(const struct ikev1_seen *s, uint32_t msgid)
{
    return s->n_slots && msgid && *seen_place(s->slots, s->n_slots, msgid) == msgid;
}

static bool seen_grow(struct ikev1_seen *s)
{
    const uint32_t n = s->n_slots ? 2 * s->n_slots : SLOTS_FIRST;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < s->n_slots; i++)
        if (s->slots[i])
            *seen_place(slots, n, s->slots[i]) = s->slots[i];
    free(s->slots);
    s->slots = slots;
    s->n_slots = n;
    return true;
}

bool ikev1_seen_add(struct ikev1_seen *s, uint32_t msgid)
{
    if (!msgid || s->count >= IKEV1_SEEN_MAX)
        return false;
    if (ikev1_seen_has(s, msgid))
        return true;
    if (4 * (s->count + 1) > 3 * s->n_slots && !seen_grow(s))
        return false;
    *seen_place(s->slots, s->n_slots, msgid) = msgid;
    s->count++;
    return true;
}

bool ikev1_seen_is_full(const struct ikev1_seen *s)
{
    return s->count >= FULL_AT;
}

void ikev1_seen_free(struct ikev1_seen *s)
{
    free(s->slots);
    *s = (struct ikev1_seen){0};
}
