/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place where an ISAKMP SA changes its state. */
#include "ikev1_step.h"

static const char *const step_names[IKEV1_ST_COUNT] = {
    [IKEV1_ST_NONE] = "none",
    [IKEV1_ST_I_SA] = "i_sa",
    [IKEV1_ST_I_KEY] = "i_key",
    [IKEV1_ST_I_KE] = "i_ke",
    [IKEV1_ST_I_AGGR] = "i_aggr",
    [IKEV1_ST_I_SECRET] = "i_secret",
    [IKEV1_ST_I_PROVE] = "i_prove",
    [IKEV1_ST_I_AUTH] = "i_auth",
    [IKEV1_ST_I_CHECK] = "i_check",
    [IKEV1_ST_R_SA] = "r_sa",
    [IKEV1_ST_R_SECRET] = "r_secret",
    [IKEV1_ST_R_KE] = "r_ke",
    [IKEV1_ST_R_AGGR] = "r_aggr",
    [IKEV1_ST_R_CHECK] = "r_check",
    [IKEV1_ST_R_PROVE] = "r_prove",
    [IKEV1_ST_LOGIN] = "login",
    [IKEV1_ST_UP] = "up",
    [IKEV1_ST_DEAD] = "dead",
};

const char *ikev1_step_state_name(enum ikev1_state state)
{
    return step_names[state];
}

void ikev1_step_take(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_step *step,
                     enum ikev1_outcome outcome)
{
    const enum ikev1_state to = step->to[outcome];
    if (to == IKEV1_ST_NONE || !(step->from & IKEV1_IN(sa->state)))
        return;
    if (to == IKEV1_ST_DEAD)
        ikev1_sa_kill(ike, sa);
    else
        ikev1_sa_set_state(ike, sa, to);
}
