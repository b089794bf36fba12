/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of each dispatch. Handlers only mark: what is wanted (flags and bits on the SA and its children,
 * never a queue, so it cannot grow), and what died. Here, and nowhere else, the dead are buried, what is due
 * is started (an exchange, a liveness check of RFC 7296 2.4, a NAT keepalive of RFC 3948 4), and the one
 * timer that stands for all deadlines of an SA is set. Only SAs that were touched in this dispatch are looked
 * at.
 */
#include "ikev2.h"

#include <stdlib.h>
#include "base_secret.h"
#include "base_time.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_run.h"
#include "ike_stream.h"
#include "ike_timer.h"
#include "ikev2_account.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_follow.h"
#include "ikev2_frag.h"
#include "ikev2_heir.h"
#include "ikev2_init.h"
#include "ikev2_keepalive.h"
#include "ikev2_mobike.h"
#include "ikev2_msg.h"
#include "ikev2_inner.h"
#include "ikev2_offer.h"
#include "ikev2_pmtu.h"
#include "ikev2_probe.h"
#include "ikev2_redirect.h"
#include "ikev2_reauth.h"
#include "ikev2_request.h"
#include "ikev2_rival.h"
#include "ikev2_sa.h"
#include "ikev2_stream.h"
#include "ikev2_tables.h"
#include "ikev2_tally.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "ikev2_x_child.h"
#include "ikev2_x_info.h"
#include "ikev2_x_rekey.h"
#include "pool_remap.h"

#define AGAIN_MS 10u
#define FULL_S   10u /* before an SA is tried that there was no room for */

/* ---- the dead ---- */

/* What the end of an SA means to others: the operator, the data path, a rival, the connection. */
static void dead_bury(struct ike *ike, struct ikev2_sa *sa)
{
    /* However the attempt ends, the operator hears what the peer said to it. */
    if (sa->init && sa->init->refusal && !sa->quiet && !ike->shutting_down)
        explain_refused(ike, ikev2_sa_about(sa), EXPLAIN_ASKED_INIT, NULL, sa->init->refusal);
    struct ike_run *run = sa->run;
    struct ikev2_sa *rival = ikev2_rival_of_old(ike, sa);
    if (!ike->shutting_down)
        ikev2_child_want_all_again(sa);
    while (sa->children)
        ikev2_child_remove(ike, sa->children, sa->quiet ? NULL : "the IKE SA ended");
    ike->stats.childless -= !base_time_is_never(sa->life.childless_at);
    ikev2_inner_end(ike, sa);
    pool_remap_end(ike->pools, &sa->remap, sa->id, ike->now);
    ikev2_account_stop(ike, sa);
    ike_stream_leave(ike, &sa->path);
    ikev2_stream_leave_beside(ike, sa);
    ikev2_sa_leave_run(ike, sa);
    ikev2_reauth_ended(ike, sa);
    if (rival) /* decided by that: its own deadlines count now */
        ikev2_sa_touch(ike, rival);
    if (run && (sa->died_in <= IKEV2_ST_UP || sa->died_in == IKEV2_ST_CLOSING))
        ike_run_mark_lost(ike, run, sa->died_in == IKEV2_ST_UP && !sa->is_faulty);
}

static void dead_free(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_task_free(ike, sa->task);
    ikev2_task_free(ike, sa->peer_task);
    ikev2_task_free(ike, sa->peer_follow);
    ikev2_offer_free(ike, sa);
    ikev2_init_free(ike, sa);
    ikev2_request_clear(sa);
    if (sa->want.disowned)
        ike->env.spi_free(ike->env.ctx, sa->want.disowned);
    ikev2_wishes_free(&sa->want.children);
    ike_dgrams_free(&sa->resp);
    ikev2_frag_free(ike, sa);
    ike_ids_put(ike, sa->remote_id);
    for (size_t i = 0; sa->also && i < sa->also->n; i++)
        ike_ids_put(ike, sa->also->at[i]);
    free(sa->also);
    free(sa->shown);
    free(sa->mobike.peer);
    ike_conf_put(sa->conf);
    base_secret_free(sa);
    ikev2_peer_unreserve(ike);
}

/* ---- deadlines ---- */

/* Whether the peer may be asked nothing yet on this SA: a rival, or an heir that it may not know. */
static bool sa_is_held(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ikev2_rival_is_undecided(ike, sa) || ikev2_heir_is_held(ike, sa);
}

static base_time sa_dpd_at(const struct ike *ike, const struct ikev2_sa *sa)
{
    /* Who finds out by it that its NAT has forgotten it asks before the peer, which then asks where nobody
     * is. */
    const uint64_t ns =
        sa->conn ? sa->conn->dpd_s * BASE_NS_PER_S * (ikev2_mobike_checks(sa) ? 3 : 4) / 4 : 0;
    return sa->state == IKEV2_ST_UP && sa->conn->dpd_s && !sa->task && !sa_is_held(ike, sa)
               ? base_time_add(sa->life.last_in, ns)
               : BASE_TIME_NEVER;
}

/* Whether an operator waits for something. */
static bool sa_is_hurried(const struct ikev2_sa *sa)
{
    bool is_hurried = sa->want.rekey && sa->want.rekey_now;
    for (const struct ikev2_child *c = sa->children; c && !is_hurried; c = c->next)
        is_hurried = ikev2_child_is_due(c) && c->want_now;
    for (size_t i = 0; i < sa->conn->n_children && !is_hurried; i++)
        is_hurried = ikev2_wish_is_now(sa, i);
    return is_hurried;
}

/* One that is asked for, or that either side makes, is waited for. */
static base_time sa_childless_end(const struct ikev2_sa *sa)
{
    const bool waits = ikev2_wish_any(sa) || sa->task || sa->peer_task || sa->peer_follow;
    return base_time_is_never(sa->life.childless_at) || !sa->conn->childless_s || waits
               ? BASE_TIME_NEVER
               : base_time_add(sa->life.childless_at, sa->conn->childless_s * BASE_NS_PER_S);
}

/* Notes when an SA that is up loses its last child, or gets one. A rival gets them when it has won. */
static void sa_count_children(struct ike *ike, struct ikev2_sa *sa)
{
    const bool was = !base_time_is_never(sa->life.childless_at);
    const bool is = sa->state == IKEV2_ST_UP && !sa->want.close && ikev2_child_count(sa) == 0 &&
                    !ikev2_rival_is_undecided(ike, sa);
    if (is != was) {
        sa->life.childless_at = is ? ike->now : BASE_TIME_NEVER;
        ike->stats.childless += is ? 1 : UINT64_MAX;
    }
    if (base_time_reached(sa_childless_end(sa), ike->now))
        ikev2_close(ike, sa, "it had no child SA for as long as childless_s allows");
}

/* Something to be made anew, which waits for its turn. While the SA itself is, nothing of it is. */
static bool sa_has_work(const struct ike *ike, const struct ikev2_sa *sa)
{
    if (ikev2_reauth_is_on(ike, sa))
        return false;
    if (sa->want.rekey || sa->want.reauth || ikev2_wish_any(sa))
        return true;
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        if (ikev2_child_is_due(c))
            return true;
    return false;
}

static void sa_rearm(struct ike *ike, struct ikev2_sa *sa)
{
    base_time at = sa->life.give_up_at;
    at = base_time_min(at, ikev2_frag_until(sa));
    at = base_time_min(at, ikev2_stream_due(ike, sa));
    if (ikev2_heir_is_held(ike, sa))
        at = base_time_min(at, sa->heir.held_until);
    if (sa->peer_follow)
        at = base_time_min(at, sa->peer_follow->follow.until);
    if (sa->req.dgrams.count || sa->req.tries)
        at = base_time_min(at, sa->req.at);
    if (sa->state == IKEV2_ST_UP) {
        at = base_time_min(at, sa->life.dies_at);
        if (!sa->want.rekey)
            at = base_time_min(at, sa->life.rekey_at);
        at = base_time_min(at, base_time_min(sa->life.reauth_at, sa->life.auth_ends_at));
        at = base_time_min(at, sa_dpd_at(ike, sa));
        at = base_time_min(at, ikev2_keepalive_at(ike, sa));
        at = base_time_min(at, sa_childless_end(sa));
        at = base_time_min(at, ikev2_redirect_end(sa));
        at = base_time_min(at, ikev2_account_at(sa));
        if (!sa->task && !sa_is_held(ike, sa)) {
            at = base_time_min(at, ikev2_pmtu_at(sa));
            if (sa->redirect.at.ns)
                at = base_time_min(at, sa->redirect.at);
            if (sa_has_work(ike, sa))
                at = base_time_min(at, sa_is_hurried(sa) ? ike->now : sa->life.retry_at);
        }
    }
    for (const struct ikev2_child *c = sa->children; c; c = c->next) {
        at = base_time_min(at, c->gone_at);
        if (c->state != IKEV2_CHILD_UP || sa->state != IKEV2_ST_UP)
            continue;
        at = base_time_min(at, base_time_min(c->dies_at, c->sends_at));
        at = base_time_min(at, ikev2_child_idle_end(c));
        if (!c->want_rekey && !c->is_rekeyed)
            at = base_time_min(at, c->rekey_at);
    }
    /* What was due and could not be done yet (a job is out) is looked at again soon, never in a loop. */
    if (base_time_reached(at, ike->now))
        at = base_time_add(ike->now, AGAIN_MS * BASE_NS_PER_MS);
    ike_timer_set(&ike->timers, &sa->timer, at);
}

/* ---- exchanges ---- */

/* What an operator wants now comes before its turn; is_now: only that. */
static struct ikev2_task *task_pick_child(struct ikev2_sa *sa, bool is_now)
{
    for (struct ikev2_child *c = sa->children; c; c = c->next) {
        if (!ikev2_child_is_due(c) || (is_now && !c->want_now) || ikev2_follow_rekeys(sa, c->spi_in))
            continue;
        struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_REKEY_CHILD);
        if (t) {
            c->want_now = false;
            t->spi_old = c->spi_in;
            t->child_index = (size_t)(c->conf - sa->conn->children);
            t->group = ikev2_child_group(sa, c->conf, c);
        }
        return t;
    }
    for (size_t i = 0; i < sa->conn->n_children; i++) {
        if (!(is_now ? ikev2_wish_is_now(sa, i) : ikev2_wish_has(sa, i)))
            continue;
        const struct ike_child_conf *c = &sa->conn->children[i];
        struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_CREATE_CHILD);
        if (t) {
            ikev2_wish_begun(sa, i);
            t->child_index = i;
            t->group = ikev2_child_group(sa, c, NULL);
        }
        return t;
    }
    return NULL;
}

/* Of what the peer alone has first: it may send on it already. */
static struct ikev2_task *task_pick_delete(struct ikev2_sa *sa)
{
    struct ikev2_task *d = sa->want.disowned ? ikev2_task_new(IKEV2_TASK_DELETE_CHILD) : NULL;
    if (d) {
        d->spi_old = d->spi_in = sa->want.disowned;
        sa->want.disowned = 0;
        return d;
    }
    for (const struct ikev2_child *c = sa->children; c; c = c->next) {
        if (c->state != IKEV2_CHILD_DELETING)
            continue;
        struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_DELETE_CHILD);
        if (t)
            t->spi_old = c->spi_in;
        return t;
    }
    return NULL;
}

/* Of the peer's life, or of what the path carries. */
static struct ikev2_task *task_pick_check(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->want.dpd)
        return ikev2_task_new(IKEV2_TASK_DPD);
    return ikev2_pmtu_is_due(ike, sa) ? ikev2_task_new(IKEV2_TASK_PROBE) : NULL;
}

static struct ikev2_task *task_pick(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->want.close)
        return ikev2_task_new(IKEV2_TASK_DELETE_IKE);
    if (ikev2_mobike_has_work(sa)) /* or what follows goes where nobody is */
        return ikev2_task_new(IKEV2_TASK_MOBIKE);
    if (sa->state != IKEV2_ST_UP)
        return NULL;
    struct ikev2_task *t = task_pick_delete(sa);
    if (t)
        return t;
    if (sa->want.ask)
        return ikev2_task_new(IKEV2_TASK_DPD);
    if (ikev2_redirect_is_due(ike, sa))
        return ikev2_task_new(IKEV2_TASK_REDIRECT);
    const bool may_retry = base_time_reached(sa->life.retry_at, ike->now);
    if (ikev2_reauth_is_on(ike, sa))
        return task_pick_check(ike, sa);
    if (sa->want.rekey && (sa->want.rekey_now || may_retry) && !sa->peer_task && !sa->peer_follow) {
        t = ikev2_task_new(IKEV2_TASK_REKEY_IKE);
        if (t)
            t->group = sa->algs.dh;
        sa->want.rekey_now = false;
        return t;
    }
    t = task_pick_child(sa, true);
    if (!t && may_retry)
        t = task_pick_child(sa, false);
    return t ? t : task_pick_check(ike, sa);
}

static void task_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    switch (t->kind) {
    case IKEV2_TASK_CREATE_CHILD:
    case IKEV2_TASK_REKEY_CHILD:
        ikev2_child_start(ike, sa, t);
        break;
    case IKEV2_TASK_REKEY_IKE:
        ikev2_rekey_start(ike, sa, t);
        break;
    case IKEV2_TASK_DELETE_CHILD:
    case IKEV2_TASK_DELETE_IKE:
    case IKEV2_TASK_DPD:
    case IKEV2_TASK_MOBIKE:
    case IKEV2_TASK_REDIRECT:
        ikev2_info_start(ike, sa, t);
        break;
    case IKEV2_TASK_PROBE:
        ikev2_probe_start(ike, sa);
        break;
    case IKEV2_TASK_CONNECT:
        break;
    }
}

/* Whether something waits for the exchange that is under way to end. */
static bool sa_is_waited_for(const struct ike *ike, const struct ikev2_sa *sa)
{
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        if (c->state == IKEV2_CHILD_DELETING)
            return true;
    return sa->want.close || sa->want.disowned || sa->want.ask || ikev2_mobike_has_work(sa) ||
           (sa_has_work(ike, sa) && base_time_reached(sa->life.retry_at, ike->now));
}

/* ---- the living ---- */

/* A new SA in this one's place: when no exchange is under way, as what that made would be lost on it. */
static void sa_call_again(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->want.reauth || sa->want.close || sa->state != IKEV2_ST_UP || sa->task || sa->peer_task ||
        ikev2_rival_is_undecided(ike, sa) || ikev2_reauth_is_on(ike, sa) || ike->shutting_down)
        return;
    sa->want.reauth = false;
    if (!ikev2_call_again(ike, sa))
        sa->life.reauth_at = base_time_add(ike->now, FULL_S * BASE_NS_PER_S);
}

/* Where we are is said at once: else the peer's own next words go where nobody is. */
static bool sa_may_start(struct ike *ike, const struct ikev2_sa *sa)
{
    if (sa->task || sa->is_mute || (ikev2_heir_is_held(ike, sa) && !ikev2_mobike_has_work(sa)))
        return false;
    if (sa->want.close)
        return sa->state == IKEV2_ST_UP || sa->state == IKEV2_ST_CLOSING;
    return (sa->state == IKEV2_ST_UP || sa->state == IKEV2_ST_REKEYED) && !ikev2_rival_is_undecided(ike, sa);
}

static void sa_settle(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_reauth_settle(ike, sa);
    sa_call_again(ike, sa);
    sa_count_children(ike, sa);
    if (base_time_reached(sa_dpd_at(ike, sa), ike->now))
        sa->want.dpd = true;
    if (base_time_reached(ikev2_keepalive_at(ike, sa), ike->now))
        ikev2_keepalive_due(ike, sa, !sa->task && !sa_is_held(ike, sa));
    if (sa->req.is_probe && sa_is_waited_for(ike, sa))
        ikev2_probe_hurry(ike, sa);
    if (sa_may_start(ike, sa)) {
        sa->task = task_pick(ike, sa);
        if (sa->task)
            task_start(ike, sa, sa->task);
    }
    ikev2_peer_sort(sa);
    if (sa->state == IKEV2_ST_DEAD)
        return;
    ikev2_tally_settle(sa);
    sa_rearm(ike, sa);
}

void ikev2_settle(struct ike *ike)
{
    struct ikev2_sa *buried = NULL, *sa;
    while (ike->v2->dead || ike->v2->touched) {
        if ((sa = ike->v2->dead) != NULL) {
            ike->v2->dead = sa->link.spi_next;
            dead_bury(ike, sa);
            sa->link.spi_next = buried;
            buried = sa;
            continue;
        }
        sa = ike->v2->touched;
        if (sa->state != IKEV2_ST_DEAD)
            sa_settle(ike, sa);
        ike->v2->touched = sa->link.touch_next;
        if (!ike->v2->touched)
            ike->v2->touched_last = NULL;
        sa->link.is_touched = false;
    }
    /* Nobody names them any more: they are in no table and on no list. */
    while ((sa = buried) != NULL) {
        buried = sa->link.spi_next;
        dead_free(ike, sa);
    }
}
