/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of each dispatch: the dead are buried, what is wanted and due is started, and the one timer of each
 * SA that was touched is set.
 */
#include "ikev1.h"

#include <stddef.h>
#include <stdlib.h>
#include "base_secret.h"
#include "base_time.h"
#include "ike_act.h"
#include "ike_core.h"
#include "ike_run.h"
#include "ike_timer.h"
#include "ikev1_call.h"
#include "ikev1_child.h"
#include "ikev1_due.h"
#include "ikev1_frag.h"
#include "ikev1_heir.h"
#include "ikev1_login.h"
#include "ikev1_msg.h"
#include "ikev1_note.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "ikev1_tally.h"
#include "ikev1_x_config.h"
#include "ikev1_x_quick.h"
#include "ikev1_xchg.h"
#include "pool_remap.h"

#define AGAIN_MS 10u
#define FULL_S   10u /* before an SA is tried that there was no room for, */
#define LOGIN_S  60u /* or whose login went wrong */

/* ---- the dead ---- */

static void dead_bury(struct ike *ike, struct ikev1_sa *sa)
{
    struct ike_run *run = sa->run;
    if (ikev1_sa_heir(ike, sa) != sa)
        ikev1_quick_end_all(ike, sa);
    for (const struct ikev1_child *c = sa->children; c && run && !ike->shutting_down; c = c->next)
        if (ikev1_child_is_live(c))
            ike_run_child_ended(run, (size_t)(c->conf - sa->conn->children),
                                ike_child_conf_after(sa->conn, c->conf, sa->end));
    while (sa->children)
        ikev1_child_remove(ike, sa->children, sa->down_why ? "the ISAKMP SA ended" : NULL);
    if (sa->down_why)
        ikev1_note(ike, sa, IKE_AUDIT_IKE_DOWN, sa->down_why);
    ikev1_heir_bury(ike, sa);
    ikev1_sa_leave_run(ike, sa);
    struct ikev1_sa *old = sa->replaces ? ikev1_sa_by_id(ike, sa->replaces) : NULL;
    if (old && sa->died_in < IKEV1_ST_UP && old->state == IKEV1_ST_UP && !old->replaced_by) {
        const uint64_t pause_s = sa->died_in < IKEV1_ST_LOGIN ? FULL_S : LOGIN_S;
        old->life.rekey_at = base_time_add(ike->now, pause_s * BASE_NS_PER_S);
        ikev1_sa_touch(ike, old);
    }
    if (run && !sa->replaced_by && (sa->is_initiator || sa->died_in >= IKEV1_ST_LOGIN))
        ike_run_mark_lost(ike, run, sa->died_in == IKEV1_ST_UP);
}

static void dead_free(struct ike *ike, struct ikev1_sa *sa)
{
    while (sa->xchgs)
        ikev1_xchg_free(ike, sa, sa->xchgs);
    ikev1_hs_free(ike, sa->hs);
    ikev1_flight_free(&sa->phase1);
    ikev1_seen_free(&sa->seen);
    free(sa->wishes);
    ikev1_login_end(ike, sa);
    pool_remap_end(ike->pools, &sa->remap, sa->id, ike->now);
    ikev1_frag_free(ike, sa);
    ike_conf_put(sa->conf);
    base_secret_free(sa);
}

/* ---- the living ---- */

/* Whether the SA that is to take its place is under way. */
static bool settle_has_called(const struct ike *ike, const struct ikev1_sa *sa)
{
    for (const struct ikev1_sa *o = NULL; (o = ikev1_sa_of_run(ike, sa->run, o)) != NULL;)
        if (o->replaces == sa->id && o->state != IKEV1_ST_DEAD && !o->replaced_by)
            return true;
    return false;
}

static void settle_call_again(struct ike *ike, struct ikev1_sa *sa)
{
    if (!sa->want_rekey || sa->replaced_by || ike->shutting_down)
        return;
    sa->want_rekey = false;
    if (!sa->is_initiator && !ike_conn_conf_calls(sa->conn))
        return; /* the peer's to do: where it called from may be anybody's by now */
    if (settle_has_called(ike, sa))
        return;
    if (!ikev1_call_again(ike, sa))
        sa->life.rekey_at = base_time_add(ike->now, FULL_S * BASE_NS_PER_S);
}

static void settle_rekey_children(struct ike *ike, struct ikev1_sa *sa)
{
    for (struct ikev1_child *c = sa->children; c; c = c->next) {
        if (!c->want_rekey || c->is_rekeyed || c->is_remade || !c->active ||
            !(c->want_now || base_time_reached(sa->life.retry_at, ike->now)))
            continue;
        c->want_now = false;
        c->is_remade = ikev1_quick_start(ike, sa, (size_t)(c->conf - sa->conn->children), c->spi_in);
        if (!c->is_remade)
            sa->life.retry_at = base_time_add(ike->now, FULL_S * BASE_NS_PER_S);
    }
}

static void settle_make_children(struct ike *ike, struct ikev1_sa *sa)
{
    const bool may_retry = base_time_reached(sa->life.retry_at, ike->now);
    for (size_t i = 0; i < sa->conn->n_children; i++) {
        if (!sa->wishes[i] || (!may_retry && !(sa->wishes[i] & IKEV1_WISH_NOW)) ||
            ikev1_quick_is_under_way(sa, i))
            continue;
        sa->wishes[i] = 0;
        if (ikev1_child_live(sa, i))
            continue;
        if (!ikev1_quick_start(ike, sa, i, 0))
            sa->life.retry_at = base_time_add(ike->now, FULL_S * BASE_NS_PER_S);
    }
}

/* Something waits for retry_at. */
static bool settle_waits(const struct ikev1_sa *sa)
{
    for (size_t i = 0; i < sa->conn->n_children; i++)
        if (sa->wishes[i])
            return true;
    for (const struct ikev1_child *c = sa->children; c; c = c->next)
        if (c->want_rekey && !c->is_rekeyed && !c->is_remade && c->active)
            return true;
    return false;
}

static void settle_rearm(struct ike *ike, struct ikev1_sa *sa)
{
    base_time at = ikev1_due_at(ike, sa);
    if (sa->state == IKEV1_ST_UP && settle_waits(sa))
        at = base_time_min(at, sa->life.retry_at);
    if (base_time_reached(at, ike->now))
        at = base_time_add(ike->now, AGAIN_MS * BASE_NS_PER_MS);
    ike_timer_set(&ike->timers, &sa->timer, at);
}

static void settle_sa(struct ike *ike, struct ikev1_sa *sa)
{
    ikev1_due(ike, sa);
    if (sa->state == IKEV1_ST_LOGIN)
        ikev1_config_settle(ike, sa);
    if (sa->state == IKEV1_ST_UP && !sa->replaced_by) {
        settle_rekey_children(ike, sa);
        settle_make_children(ike, sa);
        settle_call_again(ike, sa);
    }
    if (sa->state != IKEV1_ST_DEAD && base_time_reached(ikev1_due_keepalive(sa), ike->now)) {
        sa->life.last_out = ike->now;
        ike_act_keepalive(ike, &sa->path);
    }
    if (sa->state == IKEV1_ST_DEAD)
        return;
    ikev1_tally_settle(sa);
    settle_rearm(ike, sa);
}

void ikev1_on_timer(struct ike *ike, struct ike_timer *t)
{
    ikev1_sa_touch(ike, (struct ikev1_sa *)((char *)t - offsetof(struct ikev1_sa, timer)));
}

void ikev1_settle(struct ike *ike)
{
    struct ikev1 *v1 = ike->v1;
    struct ikev1_sa *buried = NULL, *sa;
    while (v1->dead || v1->touched) {
        if ((sa = v1->dead) != NULL) {
            v1->dead = sa->dead_next;
            dead_bury(ike, sa);
            sa->dead_next = buried;
            buried = sa;
            continue;
        }
        sa = v1->touched;
        if (sa->state != IKEV1_ST_DEAD)
            settle_sa(ike, sa);
        v1->touched = sa->touch_next;
        if (!v1->touched)
            v1->touched_last = NULL;
        sa->is_touched = false;
    }
    while ((sa = buried) != NULL) {
        buried = sa->dead_next;
        dead_free(ike, sa);
    }
}
