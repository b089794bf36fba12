/* SPDX-License-Identifier: BSD-3-Clause */
/* Deadlines. They mark what is wanted, or end what is over; the settle step starts things. */
#include "ikev1_due.h"

#include "explain.h"
#include "explain_v1.h"
#include "ike_backoff.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_close.h"
#include "ikev1_frag.h"
#include "ikev1_heir.h"
#include "ikev1_info.h"
#include "ikev1_msg.h"
#include "ikev1_note.h"
#include "ikev1_sa.h"
#include "ikev1_x_config.h"
#include "ikev1_x_quick.h"
#include "ikev1_xchg.h"

#define TOLD_AT      2u /* repetitions before a call that nobody answers is explained */
#define DENIED_TRIES 3u /* when an error came in clear: then a better answer would have come */

/* ---- DPD ---- */

static base_time due_dpd(const struct ikev1_sa *sa)
{
    if (sa->state != IKEV1_ST_UP || !ikev1_sa_knows(sa, WIRE_V1_V_DPD) || sa->replaced_by)
        return BASE_TIME_NEVER;
    if (sa->dpd.is_out) /* whatever it was for */
        return sa->life.dpd_at;
    return sa->conn->dpd_s ? base_time_add(sa->life.last_in, sa->conn->dpd_s * BASE_NS_PER_S)
                           : BASE_TIME_NEVER;
}

base_time ikev1_due_keepalive(const struct ikev1_sa *sa)
{
    return sa->state >= IKEV1_ST_LOGIN && sa->natd.local_nat && sa->path.natt && sa->conn->keepalive_s
               ? base_time_add(sa->life.last_out, sa->conn->keepalive_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}

static void due_ask(struct ike *ike, struct ikev1_sa *sa)
{
    if (sa->dpd.is_out && sa->dpd.tries > sa->conn->retransmit_tries) {
        explain_timeout(ike, ikev1_sa_about(sa), "R-U-THERE", sa->dpd.tries, EXPLAIN_SILENT_LATER);
        sa->end = IKE_END_DEAD;
        sa->is_told = true;
        if (!ikev1_heir_yield(ike, sa))
            sa->down_why = "the peer does not answer";
        ikev1_sa_kill(ike, sa);
        return;
    }
    if (!sa->dpd.is_out) {
        sa->dpd.seq = sa->dpd.seq ? sa->dpd.seq + 1 : 1 + (uint32_t)ike_jitter(ike, INT32_MAX / 2);
        sa->dpd.tries = 0;
    }
    sa->dpd.is_out = true;
    sa->wants_dpd = false;
    sa->life.dpd_at = base_time_add(ike->now, ike_backoff_ns(sa->conn, sa->dpd.tries++));
    ikev1_info_dpd(ike, sa, false, sa->dpd.seq);
}

/* ---- phase 1 ---- */

static void due_explain(struct ike *ike, const struct ikev1_sa *sa)
{
    if (sa->hs && sa->hs->refusal)
        explain_v1_refused(ike, ikev1_sa_about(sa), NULL, sa->hs->refusal);
    else
        explain_timeout(ike, ikev1_sa_about(sa), "IKEv1", sa->phase1.tries + 1,
                        sa->state == IKEV1_ST_I_SA || sa->state == IKEV1_ST_I_AGGR
                            ? EXPLAIN_SILENT_AT_ALL
                            : EXPLAIN_SILENT_AFTER_INIT);
}

static void due_phase1(struct ike *ike, struct ikev1_sa *sa)
{
    const bool is_refused = sa->hs && sa->hs->refusal && sa->phase1.tries >= DENIED_TRIES;
    if (!is_refused && ikev1_flight_on_timer(ike, sa, &sa->phase1)) {
        if (sa->phase1.tries == 1)
            ikev1_note(ike, sa, IKE_AUDIT_RETRANSMIT, "no answer yet, sending again");
        if (sa->phase1.tries == TOLD_AT && sa->conn->retransmit_tries > TOLD_AT &&
            !(sa->hs && sa->hs->refusal))
            due_explain(ike, sa);
        return;
    }
    due_explain(ike, sa);
    IKE_COUNT(ike, sa, failed);
    sa->end = IKE_END_DEAD;
    ikev1_sa_kill(ike, sa);
}

/* ---- phase 2 ---- */

static void due_xchg_fail(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    if (x->exchange == WIRE_V1_CONFIG)
        ikev1_config_fail(ike, sa, x);
    else
        ikev1_quick_fail(ike, sa, x, 0);
}

static void due_xchg(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    if (base_time_reached(x->ends_at, ike->now)) {
        if (x->state == IKEV1_X_DONE)
            ikev1_xchg_free(ike, sa, x);
        else
            due_xchg_fail(ike, sa, x);
        return;
    }
    if (base_time_reached(x->flight.at, ike->now) && !ikev1_flight_on_timer(ike, sa, &x->flight)) {
        due_xchg_fail(ike, sa, x);
        sa->wants_dpd = true;
    }
}

static void due_child(struct ike *ike, struct ikev1_child *c)
{
    if (c->is_rekeyed) {
        if (base_time_reached(base_time_min(c->gone_at, c->dies_at), ike->now))
            ikev1_close_child(ike, c, NULL);
        return;
    }
    if (base_time_reached(c->dies_at, ike->now)) {
        ikev1_child_want_again(ike, c, IKE_END_OWN);
        ikev1_close_child(ike, c, "its lifetime ended before it could be rekeyed");
    } else if (base_time_reached(c->proves_by, ike->now)) {
        ikev1_child_want_again(ike, c, IKE_END_CLOSED);
        ikev1_close_child(ike, c,
                          "the peer closed the other one for its traffic, and nothing comes in by this one");
    } else if (base_time_reached(ikev1_child_idle_end(c), ike->now)) {
        if (c->sa->run)
            ike_run_child_ended(c->sa->run, (size_t)(c->conf - c->sa->conn->children), IKE_START_NONE);
        ikev1_close_child(ike, c, "no packet went either way for as long as inactivity_s allows");
    } else if (base_time_reached(c->rekey_at, ike->now)) {
        c->want_rekey = true;
    }
}

/* Its time to be made, to log in, or to stay for the peer after it was replaced, is over. */
static bool due_end(struct ike *ike, struct ikev1_sa *sa)
{
    if (!base_time_reached(sa->life.give_up_at, ike->now) || ikev1_heir_keeps(ike, sa))
        return false;
    ike->stats.half_open_expired += sa->is_half_open;
    ikev1_close(ike, sa, "its login was not over in time");
    return true;
}

static void due_life(struct ike *ike, struct ikev1_sa *sa)
{
    if (base_time_reached(sa->life.dies_at, ike->now)) {
        ikev1_close(ike, sa, "its lifetime ended before it was made anew");
        return;
    }
    if (base_time_reached(sa->life.rekey_at, ike->now) || ikev1_seen_is_full(&sa->seen)) {
        sa->life.rekey_at = BASE_TIME_NEVER;
        sa->want_rekey = true;
    }
    if (sa->wants_dpd && !sa->dpd.is_out && !sa->replaced_by && ikev1_sa_knows(sa, WIRE_V1_V_DPD))
        due_ask(ike, sa);
    else if (base_time_reached(due_dpd(sa), ike->now))
        due_ask(ike, sa);
}

void ikev1_due(struct ike *ike, struct ikev1_sa *sa)
{
    if (due_end(ike, sa))
        return;
    if (base_time_reached(ikev1_frag_ends_at(sa), ike->now))
        ikev1_frag_free(ike, sa);
    if (base_time_reached(sa->phase1.at, ike->now))
        due_phase1(ike, sa);
    for (struct ikev1_xchg *x = sa->xchgs, *next; x && sa->state != IKEV1_ST_DEAD; x = next) {
        next = x->next;
        due_xchg(ike, sa, x);
    }
    if (sa->state == IKEV1_ST_UP)
        due_life(ike, sa);
    for (struct ikev1_child *c = sa->children, *next; c && sa->state == IKEV1_ST_UP; c = next) {
        next = c->next;
        due_child(ike, c);
    }
}

base_time ikev1_due_at(const struct ike *ike, const struct ikev1_sa *sa)
{
    base_time at = base_time_min(sa->life.give_up_at, sa->phase1.at);
    (void)ike;
    for (const struct ikev1_xchg *x = sa->xchgs; x; x = x->next)
        at = base_time_min(at, base_time_min(x->ends_at, x->flight.at));
    at = base_time_min(at, base_time_min(ikev1_frag_ends_at(sa), ikev1_due_keepalive(sa)));
    if (sa->state != IKEV1_ST_UP)
        return at;
    at = base_time_min(at, base_time_min(sa->life.rekey_at, sa->life.dies_at));
    at = base_time_min(at, due_dpd(sa));
    for (const struct ikev1_child *c = sa->children; c; c = c->next) {
        at = base_time_min(at, base_time_min(c->gone_at, c->dies_at));
        at = base_time_min(at, base_time_min(ikev1_child_idle_end(c), c->proves_by));
        if (!c->want_rekey && !c->is_rekeyed)
            at = base_time_min(at, c->rekey_at);
    }
    return at;
}
