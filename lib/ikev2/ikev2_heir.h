/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The heir of an IKE SA that the peer rekeyed (RFC 7296 2.8): until the peer has our answer it does not know
 * it, so what we ask there would be lost, or be denied in clear. It is held until the peer shows that it has
 * the answer, not for ever: it may be that both sides wait. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"

struct ike;
struct ikev2_sa;

#define IKEV2_HEIR_HOLD_S 10 /* behind the answer, or its last repetition */

struct ikev2_heir {
    uint64_t id;          /* of the replaced: what the peer's rekeying made; 0: nothing */
    base_time held_until; /* of the heir; 0: it is known to the peer */
};

/* The answer that makes `heir` in place of `old` goes out now. */
void ikev2_heir_hold(struct ike *ike, struct ikev2_sa *old, struct ikev2_sa *heir);

/* That answer is asked for once more, on the old SA: an heir that is still held is so for longer. */
void ikev2_heir_asked_again(struct ike *ike, const struct ikev2_sa *old);

/*
 * Something authentic and new came on this SA: on an heir, it is known. A request on the old one says the
 * same of its heir, as the peer sends none before it has the answer to the one before (window 1, RFC
 * 7296 2.3).
 */
void ikev2_heir_heard(struct ike *ike, struct ikev2_sa *sa, bool is_response);

/* Whether our requests wait, but for those that say where we are, and when all is to end. */
bool ikev2_heir_is_held(const struct ike *ike, const struct ikev2_sa *sa);
