/* SPDX-License-Identifier: BSD-3-Clause */
/* SAs and children as their connection counts them. */
#include "ikev2_tally.h"

#include "ike_run.h"
#include "ike_tally.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"

enum ike_view_state ikev2_tally_state(const struct ikev2_sa *sa)
{
    if (sa->state < IKEV2_ST_UP)
        return IKE_VIEW_CONNECTING;
    return sa->state == IKEV2_ST_UP && !sa->want.close ? IKE_VIEW_ESTABLISHED : IKE_VIEW_CLOSING;
}

/* Neither one that another pair took over counts, nor one that has no child in the configuration any more. */
static uint16_t tally_child_as(const struct ikev2_child *c)
{
    return c->is_rekeyed || c->old_conf ? IKE_TALLY_NOT : (uint16_t)(c->conf - c->sa->conn->children + 1);
}

static void tally_child(struct ikev2_child *c, uint16_t as)
{
    if (c->sa->run)
        ike_tally_child(&c->sa->run->tally, c->sa->run->conn->n_children, &c->tallied, as);
}

void ikev2_tally_settle(struct ikev2_sa *sa)
{
    if (!sa->run)
        return;
    ike_tally_sa(&sa->run->tally, &sa->tallied, (uint8_t)(ikev2_tally_state(sa) + 1));
    for (struct ikev2_child *c = sa->children; c; c = c->next)
        tally_child(c, tally_child_as(c));
}

void ikev2_tally_leave(struct ikev2_sa *sa)
{
    if (!sa->run)
        return;
    ike_tally_sa(&sa->run->tally, &sa->tallied, IKE_TALLY_NOT);
    for (struct ikev2_child *c = sa->children; c; c = c->next)
        tally_child(c, IKE_TALLY_NOT);
}

void ikev2_tally_leave_child(struct ikev2_child *c)
{
    tally_child(c, IKE_TALLY_NOT);
}
