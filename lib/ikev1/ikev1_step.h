/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Steps of phase 1. A handler says how it went; the step says which state follows, and the dispatcher goes
 * there. Nobody else changes a state, so the steps are all that can happen to an SA.
 */
#include <stdint.h>
#include "ikev1_sa.h"

#define IKEV1_IN(state) (1u << (state))

/* How a handler went. */
enum ikev1_outcome {
    IKEV1_STAYS,  /* nothing that matters to the state */
    IKEV1_GOES,   /* done: the next message, or the next job */
    IKEV1_PROVES, /* our signature is being made */
    IKEV1_CHECKS, /* the peer's signature is being checked */
    IKEV1_ENDS,   /* both have proved who they are */
    IKEV1_LOGS,   /* the same, and XAUTH or mode-config comes next */
    IKEV1_FAILS,
    IKEV1_OUTCOMES
};

struct ikev1_step {
    const char *name;
    uint32_t from;                       /* IKEV1_IN() bits */
    enum ikev1_state to[IKEV1_OUTCOMES]; /* IKEV1_ST_NONE: it has not this outcome. DEAD ends the SA */
};

/* Takes the step; an SA that is in none of its states stays where it is. */
void ikev1_step_take(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_step *step,
                     enum ikev1_outcome outcome);
