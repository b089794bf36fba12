/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place where an ISAKMP SA changes its state. */
#include "ikev1_step.h"

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
