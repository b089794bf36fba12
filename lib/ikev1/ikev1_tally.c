/* SPDX-License-Identifier: BSD-3-Clause */
/* SAs and children as their connection counts them. */
#include "ikev1_tally.h"

#include "ike_run.h"
#include "ike_tally.h"
#include "ikev1_child.h"
#include "ikev1_sa.h"

enum ike_view_state ikev1_tally_state(const struct ikev1_sa *sa)
{
    if (sa->replaced_by)
        return IKE_VIEW_CLOSING;
    return sa->state < IKEV1_ST_UP ? IKE_VIEW_CONNECTING : IKE_VIEW_ESTABLISHED;
}

/* One that another pair took over counts for nothing. */
static uint16_t tally_child_as(const struct ikev1_child *c)
{
    return c->is_rekeyed ? IKE_TALLY_NOT : (uint16_t)(c->conf - c->sa->conn->children + 1);
}

static void tally_child(struct ikev1_child *c, uint16_t as)
{
    if (c->sa->run)
        ike_tally_child(&c->sa->run->tally, c->sa->run->conn->n_children, &c->tallied, as);
}

void ikev1_tally_settle(struct ikev1_sa *sa)
{
    if (!sa->run)
        return;
    ike_tally_sa(&sa->run->tally, &sa->tallied, (uint8_t)(ikev1_tally_state(sa) + 1));
    for (struct ikev1_child *c = sa->children; c; c = c->next)
        tally_child(c, tally_child_as(c));
}

void ikev1_tally_leave(struct ikev1_sa *sa)
{
    if (!sa->run)
        return;
    ike_tally_sa(&sa->run->tally, &sa->tallied, IKE_TALLY_NOT);
    for (struct ikev1_child *c = sa->children; c; c = c->next)
        tally_child(c, IKE_TALLY_NOT);
}

void ikev1_tally_leave_child(struct ikev1_child *c)
{
    tally_child(c, IKE_TALLY_NOT);
}
