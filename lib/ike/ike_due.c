/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What time does to an SA: requests are repeated or given up (RFC 7296 2.1, 2.4), lifetimes end (2.8). It
 * marks what is wanted; the settle step starts it.
 */
#include "ike_explain.h"

#define CLOSE_TRIES 2u /* a goodbye is not worth more */

static void request_on_timer(struct ike *ike, struct ike_sa *sa)
{
    const uint32_t most = sa->state == IKE_ST_CLOSING ? CLOSE_TRIES : sa->conn->retransmit_tries;
    if (sa->req.tries >= most && ike_rival_of_old(ike, sa)) {
        /* The peer's rekeying went through: it may have taken the children over and deleted this SA. */
        ike_task_done(ike, sa);
        ike_rekey_dropped(ike, sa);
        return;
    }
    if (sa->req.tries >= most) {
        if (sa->state != IKE_ST_CLOSING && !sa->quiet && sa->state != IKE_ST_REKEYED) {
            if (!sa->init || !sa->init->refusal) /* else its end tells that */
                ike_explain_timeout(ike, sa);
            if (sa->state == IKE_ST_UP)
                ike_note(ike, sa, IKE_AUDIT_IKE_DOWN, "the peer does not answer");
            else
                ike->stats.failed++;
        }
        ike_sa_kill(ike, sa);
        return;
    }
    if (sa->req.tries == 0 && sa->state != IKE_ST_CLOSING)
        ike_note(ike, sa, IKE_AUDIT_RETRANSMIT, "no answer yet, sending again");
    ike_request_repeat(ike, sa);
}

static void child_on_timer(struct ike *ike, struct ike_child *c)
{
    if (c->state == IKE_CHILD_LINGER) {
        if (base_time_reached(c->gone_at, ike->now))
            ike_child_remove(ike, c, NULL);
        return;
    }
    if (c->sa->state != IKE_ST_UP || c->state != IKE_CHILD_UP)
        return;
    if (base_time_reached(c->dies_at, ike->now)) {
        c->state = IKE_CHILD_DELETING;
        c->dies_at = BASE_TIME_NEVER;
        ike_child_want_again(ike, c, 0);
    } else if (base_time_reached(c->rekey_at, ike->now)) {
        c->want_rekey = true;
        c->without_dh = false;
    }
}

static void sa_on_timer(struct ike *ike, struct ike_sa *sa)
{
    if (base_time_reached(sa->life.dies_at, ike->now)) {
        sa->life.dies_at = BASE_TIME_NEVER;
        ike_close(ike, sa, "the IKE SA's lifetime ended before it could be rekeyed");
        return;
    }
    if (base_time_reached(sa->life.rekey_at, ike->now))
        sa->want.rekey = true;
}

void ike_due_on_timer(struct ike *ike, struct ike_sa *sa)
{
    ike_sa_touch(ike, sa);
    if (base_time_reached(sa->life.give_up_at, ike->now)) {
        ike_sa_kill(ike, sa);
        return;
    }
    if ((sa->req.bytes.ptr || sa->req.tries) && base_time_reached(sa->req.at, ike->now))
        request_on_timer(ike, sa);
    if (sa->state == IKE_ST_UP)
        sa_on_timer(ike, sa);
    if (sa->state == IKE_ST_DEAD)
        return;
    for (struct ike_child *c = sa->children, *next; c; c = next) {
        next = c->next;
        child_on_timer(ike, c);
    }
}
