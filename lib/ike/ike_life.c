/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time in the life of an SA: lifetimes with jitter, liveness checks (RFC 7296 2.4), NAT keepalives
 * (RFC 3948 4), and the one timer that stands for all deadlines of an SA and its children.
 */
#include "ike_sa.h"

#define HARD_PER_CENT   10u /* a hard lifetime that is not configured is that much longer */
#define AGAIN_MS        10u
#define JITTER_PER_CENT 10u /* rekeying starts up to that much earlier, so that peers do not meet */

uint64_t ike_life_jitter(struct ike *ike, uint64_t range_ns)
{
    uint64_t r;
    ike->env.rng(ike->env.ctx, IKE_RNG_JITTER, &r, sizeof r);
    return range_ns ? r % range_ns : 0;
}

static base_time soft_end(struct ike *ike, uint32_t seconds)
{
    const uint64_t ns = seconds * BASE_NS_PER_S;
    return seconds ? base_time_add(ike->now, ns - ike_life_jitter(ike, ns * JITTER_PER_CENT / 100))
                   : BASE_TIME_NEVER;
}

static base_time hard_end(struct ike *ike, uint32_t soft_s, uint32_t hard_s)
{
    if (hard_s)
        return base_time_add(ike->now, hard_s * BASE_NS_PER_S);
    const uint64_t ns = soft_s * BASE_NS_PER_S;
    return soft_s ? base_time_add(ike->now, ns + ns * HARD_PER_CENT / 100) : BASE_TIME_NEVER;
}

void ike_life_start_sa(struct ike *ike, struct ike_sa *sa)
{
    sa->established_at = sa->last_in = ike->now;
    sa->give_up_at = BASE_TIME_NEVER;
    sa->rekey_at = soft_end(ike, sa->conn->rekey_s);
    sa->dies_at = hard_end(ike, sa->conn->rekey_s, 0);
}

void ike_life_start_child(struct ike *ike, struct ike_child *c)
{
    c->rekey_at = soft_end(ike, c->conf->rekey_s);
    c->dies_at = hard_end(ike, c->conf->rekey_s, c->conf->life_s);
}

static base_time dpd_at(const struct ike *ike, const struct ike_sa *sa)
{
    return sa->state == IKE_ST_UP && sa->conn->dpd_s && !sa->task && !ike_rekey_is_undecided(ike, sa)
               ? base_time_add(sa->last_in, sa->conn->dpd_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}

/* Only the NATed side keeps the mapping alive, and only when nothing else does. */
static base_time keepalive_at(const struct ike_sa *sa)
{
    return sa->state == IKE_ST_UP && sa->natd.local_nat && sa->path.natt && sa->conn->keepalive_s
               ? base_time_add(sa->last_out, sa->conn->keepalive_s * BASE_NS_PER_S)
               : BASE_TIME_NEVER;
}

static bool has_work(const struct ike_sa *sa)
{
    if (sa->want_rekey || sa->children_todo)
        return true;
    for (const struct ike_child *c = sa->children; c; c = c->next)
        if (ike_child_is_due(c))
            return true;
    return false;
}

void ike_life_rearm(struct ike *ike, struct ike_sa *sa)
{
    base_time at = sa->give_up_at;
    if (sa->req.bytes.ptr || sa->req.tries)
        at = base_time_min(at, sa->req.at);
    if (sa->state == IKE_ST_UP) {
        at = base_time_min(at, sa->dies_at);
        if (!sa->want_rekey)
            at = base_time_min(at, sa->rekey_at);
        at = base_time_min(at, dpd_at(ike, sa));
        at = base_time_min(at, keepalive_at(sa));
        if (!sa->task && has_work(sa) && !ike_rekey_is_undecided(ike, sa))
            at = base_time_min(at, sa->retry_at);
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
    if (base_time_reached(sa->dies_at, ike->now)) {
        sa->dies_at = BASE_TIME_NEVER;
        ike_info_close(ike, sa, "the IKE SA's lifetime ended before it could be rekeyed");
        return;
    }
    if (base_time_reached(sa->rekey_at, ike->now))
        sa->want_rekey = true;
    if (base_time_reached(dpd_at(ike, sa), ike->now))
        sa->want_dpd = true;
    if (base_time_reached(keepalive_at(sa), ike->now)) {
        sa->last_out = ike->now;
        ike_act_keepalive(ike, &sa->path);
    }
}

void ike_life_on_timer(struct ike *ike, struct ike_sa *sa)
{
    if (base_time_reached(sa->give_up_at, ike->now)) {
        ike_sa_kill(ike, sa);
        return;
    }
    if ((sa->req.bytes.ptr || sa->req.tries) && base_time_reached(sa->req.at, ike->now))
        ike_request_timeout(ike, sa);
    if (sa->state == IKE_ST_UP)
        sa_on_timer(ike, sa);
    if (sa->state == IKE_ST_DEAD)
        return;
    for (struct ike_child *c = sa->children, *next; c; c = next) {
        next = c->next;
        child_on_timer(ike, c);
    }
    ike_task_next(ike, sa);
}
