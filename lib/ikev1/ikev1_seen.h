/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Message ids that a peer has used under an ISAKMP SA. A copy of a message of phase 2 comes with the same id,
 * and nothing else tells it from the first one: so all are kept, up to a cap at which the SA is to be made
 * anew. Only what was authentic gets in. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>

#define IKEV1_SEEN_MAX 32768u

struct ikev1_seen {
    uint32_t *slots; /* open addressing; 0: empty; owned */
    uint32_t n_slots, count;
};

bool ikev1_seen_has(const struct ikev1_seen *s, uint32_t msgid);
/* False: no memory, or there are IKEV1_SEEN_MAX: what came is not to be acted on. */
bool ikev1_seen_add(struct ikev1_seen *s, uint32_t msgid);
/* Whether it is time for a new SA. */
bool ikev1_seen_is_full(const struct ikev1_seen *s);
void ikev1_seen_free(struct ikev1_seen *s);
