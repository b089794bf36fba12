/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place where an SA changes its state, and what a timeout does in each. */
#include "ikev2_step.h"

#include "ike_core.h"

#define CLOSE_TRIES 2u /* a goodbye is not worth more */

static const struct ikev2_timeout step_timeouts[IKEV2_ST_COUNT] = {
    [IKEV2_ST_NONE] = {"none", IKEV2_ST_DEAD, false, 0},
    [IKEV2_ST_I_DH] = {"i_dh", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_INIT] = {"i_init", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_DERIVE] = {"i_derive", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_MIX_KEY] = {"i_mix_key", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_MIX] = {"i_mix", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_MIX_SECRET] = {"i_mix_secret", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_AUTH] = {"i_auth", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_PROVE] = {"i_prove", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_I_CHECK] = {"i_check", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_CHECK] = {"r_check", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_PROVE] = {"r_prove", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_ROUND] = {"r_round", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_DH] = {"r_dh", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_MIX] = {"r_mix", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_MIX_DH] = {"r_mix_dh", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_R_INIT] = {"r_init", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_UP] = {"up", IKEV2_ST_DEAD, true, 0},
    [IKEV2_ST_REKEYED] = {"rekeyed", IKEV2_ST_DEAD, false, 0},
    [IKEV2_ST_CLOSING] = {"closing", IKEV2_ST_DEAD, false, CLOSE_TRIES},
    [IKEV2_ST_DEAD] = {"dead", IKEV2_ST_DEAD, false, 0},
};

const struct ikev2_timeout *ikev2_step_timeout(enum ikev2_state state)
{
    return &step_timeouts[state];
}

static void step_go(struct ike *ike, struct ikev2_sa *sa, enum ikev2_state to)
{
    if (to == IKEV2_ST_DEAD)
        ikev2_sa_kill(ike, sa);
    else
        ikev2_sa_set_state(ike, sa, to);
}

void ikev2_step_timed_out(struct ike *ike, struct ikev2_sa *sa)
{
    step_go(ike, sa, step_timeouts[sa->state].next);
}

void ikev2_step_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_step *step,
                     enum ikev2_outcome outcome)
{
    if (step->to[outcome] != IKEV2_ST_NONE && step->from & IKEV2_IN(sa->state))
        step_go(ike, sa, step->to[outcome]);
}
