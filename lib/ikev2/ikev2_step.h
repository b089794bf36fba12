/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Steps of the state machine. A handler says how it went; the step says which state follows, and the
 * dispatcher goes there. Nobody else changes a state, so the steps are all that can happen to an SA.
 */
#include <stdint.h>
#include "ikev2_sa.h"

#define IKEV2_IN(state) (1u << (state))

/* How a handler went. */
enum ikev2_outcome {
    IKEV2_STAYS,  /* nothing that matters to the state */
    IKEV2_GOES,   /* done */
    IKEV2_TURNS,  /* refused, or it failed */
    IKEV2_PROVES, /* IKE_AUTH: our proof is being made */
    IKEV2_CHECKS, /* IKE_AUTH: the peer's proof is being checked */
    IKEV2_ROUNDS, /* IKE_AUTH: a message of ours is out, and the next one of the peer's is waited for */
    IKEV2_MIXES,  /* an additional key exchange is next */
    IKEV2_OUTCOMES
};

/* From some states to others. */
struct ikev2_step {
    const char *name;
    uint32_t from; /* IKEV2_IN() bits */
    /* By outcome; IKEV2_ST_NONE: it has not this outcome. IKEV2_ST_DEAD ends the SA. */
    enum ikev2_state to[IKEV2_OUTCOMES];
};

/* What time does to an SA in a state. */
struct ikev2_timeout {
    const char *state;     /* its name */
    enum ikev2_state next; /* when give_up_at comes, or nobody answers our request */
    bool is_news;          /* that nobody answers is told and counts as a failure */
    uint32_t tries;        /* repetitions of a request; 0: as the connection says */
};

/* The row of a state. Static storage. Thread: any. */
const struct ikev2_timeout *ikev2_step_timeout(enum ikev2_state state);

/* The SA's time is up: it goes where the row of its state says. */
void ikev2_step_timed_out(struct ike *ike, struct ikev2_sa *sa);

/*
 * Takes the step: the SA goes where the outcome leads. One that is in none of its states, since another step
 * has led it elsewhere, stays there.
 */
void ikev2_step_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_step *step,
                     enum ikev2_outcome outcome);
