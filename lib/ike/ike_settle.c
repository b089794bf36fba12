/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of each dispatch. Handlers only mark: what is wanted (flags and bits on the SA and its children,
 * never a queue, so it cannot grow), and what died. Here, and nowhere else, the dead are buried, what is due
 * is started (an exchange, a liveness check of RFC 7296 2.4, a NAT keepalive of RFC 3948 4), and the one
 * timer that stands for all deadlines of an SA is set. Only SAs that were touched in this dispatch are looked
 * at.
 */
#include "ike_explain.h"

#include <stdlib.h>

#define AGAIN_MS 10u

/* ---- the dead ---- */

/* What the end of an SA means to others: the operator, the data path, a rival, the connection. */
static void dead_bury(struct ike *ike, struct ike_sa *sa)
{
    /* However the attempt ends, the operator hears what the peer said to it. */
    if (sa->init && sa->init->refusal && !sa->quiet && !ike->shutting_down)
        ike_explain_refused(ike, sa, "IKE_SA_INIT", sa->init->refusal);
    struct ike_run *run = sa->run;
    struct ike_sa *rival = ike_rival_of_old(ike, sa);
    while (sa->children)
        ike_child_remove(ike, sa->children, sa->quiet ? NULL : "the IKE SA ended");
    ike_sa_leave_run(sa);
    if (rival) /* decided by that: its own deadlines count now */
        ike_sa_touch(ike, rival);
    if (run && (sa->died_in <= IKE_ST_UP || sa->died_in == IKE_ST_CLOSING))
        ike_run_lost(ike, run, sa->died_in == IKE_ST_UP);
}

static void dead_free(struct ike *ike, struct ike_sa *sa)
{
    ike_task_free(ike, sa->task);
    ike_task_free(ike, sa->peer_task);
    ike_offer_free(ike, sa);
    ike_init_free(sa);
    ike_request_clear(sa);
    ike_blob_free(&sa->resp);
    ike_conf_put(sa->conf);
    base_wipe(sa, sizeof *sa);
    free(sa);
}

/* ---- deadlines ---- */

static base_time sa_dpd_at(const struct ike *ike, const struct ike_sa *sa)
{
    return sa->state == IKE_ST_UP && sa->conn->dpd_s && !sa->task && !ike_rival_is_undecided(ike, sa)
               ? base_time_add(sa->life.last_in, sa->conn->dpd_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}

/* Only the NATed side keeps the mapping alive, and only when nothing else does. */
static base_time sa_keepalive_at(const struct ike_sa *sa)
{
    return sa->state == IKE_ST_UP && sa->natd.local_nat && sa->path.natt && sa->conn->keepalive_s
               ? base_time_add(sa->life.last_out, sa->conn->keepalive_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}

static bool sa_has_work(const struct ike_sa *sa)
{
    if (sa->want.rekey || sa->want.children)
        return true;
    for (const struct ike_child *c = sa->children; c; c = c->next)
        if (ike_child_is_due(c))
            return true;
    return false;
}

static void sa_rearm(struct ike *ike, struct ike_sa *sa)
{
    base_time at = sa->life.give_up_at;
    if (sa->req.bytes.ptr || sa->req.tries)
        at = base_time_min(at, sa->req.at);
    if (sa->state == IKE_ST_UP) {
        at = base_time_min(at, sa->life.dies_at);
        if (!sa->want.rekey)
            at = base_time_min(at, sa->life.rekey_at);
        at = base_time_min(at, sa_dpd_at(ike, sa));
        at = base_time_min(at, sa_keepalive_at(sa));
        if (!sa->task && sa_has_work(sa) && !ike_rival_is_undecided(ike, sa))
            at = base_time_min(at, sa->life.retry_at);
    }
    for (const struct ike_child *c = sa->children; c; c = c->next) {
        at = base_time_min(at, c->gone_at);
        if (c->state != IKE_CHILD_UP || sa->state != IKE_ST_UP)
            continue;
        at = base_time_min(at, c->dies_at);
        if (!c->want_rekey && !c->is_rekeyed)
            at = base_time_min(at, c->rekey_at);
    }
    /* What was due and could not be done yet (a job is out) is looked at again soon, never in a loop. */
    if (base_time_reached(at, ike->now))
        at = base_time_add(ike->now, AGAIN_MS * BASE_NS_PER_MS);
    ike_timer_set(&ike->timers, &sa->timer, at);
}

/* ---- exchanges ---- */

static struct ike_task *task_pick_child(struct ike_sa *sa)
{
    for (struct ike_child *c = sa->children; c; c = c->next) {
        if (!ike_child_is_due(c))
            continue;
        struct ike_task *t = ike_task_new(IKE_TASK_REKEY_CHILD);
        if (t) {
            t->spi_old = c->spi_in;
            t->child_index = (size_t)(c->conf - sa->conn->children);
            t->group = c->without_dh ? CRYPT_DH_NONE
                                     : ike_select_first_group(c->conf->proposals, c->conf->n_proposals);
        }
        return t;
    }
    for (size_t i = 0; i < sa->conn->n_children; i++) {
        if (!(sa->want.children & 1u << i))
            continue;
        const struct ike_child_conf *c = &sa->conn->children[i];
        struct ike_task *t = ike_task_new(IKE_TASK_CREATE_CHILD);
        if (t) {
            t->child_index = i;
            t->group = ike_select_first_group(c->proposals, c->n_proposals);
        }
        return t;
    }
    return NULL;
}

static struct ike_task *task_pick_delete(const struct ike_sa *sa)
{
    for (const struct ike_child *c = sa->children; c; c = c->next) {
        if (c->state != IKE_CHILD_DELETING)
            continue;
        struct ike_task *t = ike_task_new(IKE_TASK_DELETE_CHILD);
        if (t)
            t->spi_old = c->spi_in;
        return t;
    }
    return NULL;
}

static struct ike_task *task_pick(struct ike *ike, struct ike_sa *sa)
{
    if (sa->want.close)
        return ike_task_new(IKE_TASK_DELETE_IKE);
    struct ike_task *t = task_pick_delete(sa);
    if (t)
        return t;
    if (base_time_reached(sa->life.retry_at, ike->now)) {
        if (sa->want.rekey && !sa->peer_task) {
            t = ike_task_new(IKE_TASK_REKEY_IKE);
            if (t)
                t->group = sa->algs.dh;
            return t;
        }
        t = task_pick_child(sa);
        if (t)
            return t;
    }
    return sa->want.dpd ? ike_task_new(IKE_TASK_DPD) : NULL;
}

static void task_start(struct ike *ike, struct ike_sa *sa, struct ike_task *t)
{
    switch (t->kind) {
    case IKE_TASK_CREATE_CHILD:
    case IKE_TASK_REKEY_CHILD:
        ike_child_start(ike, sa, t);
        break;
    case IKE_TASK_REKEY_IKE:
        ike_rekey_start(ike, sa, t);
        break;
    case IKE_TASK_DELETE_CHILD:
    case IKE_TASK_DELETE_IKE:
    case IKE_TASK_DPD:
        ike_info_start(ike, sa, t);
        break;
    case IKE_TASK_CONNECT:
        break;
    }
}

/* ---- the living ---- */

static void sa_settle(struct ike *ike, struct ike_sa *sa)
{
    if (base_time_reached(sa_dpd_at(ike, sa), ike->now))
        sa->want.dpd = true;
    if (base_time_reached(sa_keepalive_at(sa), ike->now)) {
        sa->life.last_out = ike->now;
        ike_act_keepalive(ike, &sa->path);
    }
    if (sa->state == IKE_ST_UP && !sa->task && (sa->want.close || !ike_rival_is_undecided(ike, sa))) {
        sa->task = task_pick(ike, sa);
        if (sa->task)
            task_start(ike, sa, sa->task);
    }
    if (sa->state != IKE_ST_DEAD)
        sa_rearm(ike, sa);
}

void ike_settle(struct ike *ike)
{
    struct ike_sa *buried = NULL, *sa;
    while (ike->dead || ike->touched) {
        if ((sa = ike->dead) != NULL) {
            ike->dead = sa->link.spi_next;
            dead_bury(ike, sa);
            sa->link.spi_next = buried;
            buried = sa;
            continue;
        }
        sa = ike->touched;
        if (sa->state != IKE_ST_DEAD)
            sa_settle(ike, sa);
        ike->touched = sa->link.touch_next;
        if (!ike->touched)
            ike->touched_last = NULL;
        sa->link.is_touched = false;
    }
    /* Nobody names them any more: they are in no table and on no list. */
    while ((sa = buried) != NULL) {
        buried = sa->link.spi_next;
        dead_free(ike, sa);
    }
}
