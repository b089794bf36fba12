/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exchanges as tasks: which one is due, their jobs, and nonces. What is wanted is kept as flags and bits on
 * the SA and its children, never as a queue, so it cannot grow.
 */
#include "ike_sa.h"

#include <stdlib.h>

void ike_nonce_new(struct ike *ike, struct ike_nonce *n)
{
    n->len = IKE_NONCE_BYTES;
    ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, n->bytes, n->len);
}

void ike_nonce_set(struct ike_nonce *n, struct base_span bytes)
{
    n->len = (uint16_t)(bytes.len < IKE_NONCE_MAX ? bytes.len : IKE_NONCE_MAX);
    memcpy(n->bytes, bytes.ptr, n->len);
}

int ike_nonce_compare(const struct ike_nonce *a, const struct ike_nonce *b)
{
    const size_t n = a->len < b->len ? a->len : b->len;
    const int order = memcmp(a->bytes, b->bytes, n);
    return order ? order : (int)a->len - (int)b->len;
}

struct ike_task *ike_task_new(enum ike_task_kind kind)
{
    struct ike_task *t = calloc(1, sizeof *t);
    if (t)
        t->kind = kind;
    return t;
}

void ike_task_free(struct ike *ike, struct ike_task *t)
{
    if (!t)
        return;
    if (t->spi_in)
        ike->env.spi_free(ike->env.ctx, t->spi_in);
    if (t->dh)
        ike->env.crypto->dh_free(t->dh);
    base_wipe(t, sizeof *t);
    free(t);
}

static void disown(struct ike *ike, const struct ike_task *t)
{
    for (struct ike_wait *w = ike->by_job[t->job & (ike->n_slots - 1)]; w; w = w->hash_next)
        if (w->id == t->job)
            w->sa_id = 0;
}

void ike_task_done(struct ike *ike, struct ike_sa *sa)
{
    if (sa->task && sa->task->job)
        disown(ike, sa->task);
    ike_task_free(ike, sa->task);
    sa->task = NULL;
    ike_request_clear(sa);
}

void ike_task_job(struct ike *ike, struct ike_sa *sa, struct ike_task *t, enum ike_job_kind kind,
                  struct base_span peer_public)
{
    struct ike_wait *w = calloc(1, sizeof *w);
    struct ike_job job = {.kind = kind, .group = t->group};
    if (!w)
        return;
    w->id = t->job = job.id = ++ike->next_job;
    w->sa_id = sa->id;
    w->peer_task = t == sa->peer_task;
    if (kind == IKE_JOB_DH_DERIVE) {
        job.key = w->key = t->dh;
        t->dh = NULL;
    }
    if (peer_public.len && peer_public.len <= CRYPT_DH_MAX) {
        job.peer_public_len = (uint16_t)peer_public.len;
        memcpy(job.peer_public, peer_public.ptr, peer_public.len);
    }
    struct ike_wait **slot = &ike->by_job[w->id & (ike->n_slots - 1)];
    w->hash_next = *slot;
    *slot = w;
    ike->stats.jobs++;
    ike_act_job(ike, &job);
}

static void deliver(struct ike *ike, struct ike_sa *sa, struct ike_task *t, bool is_peers,
                    struct ike_job_result *r)
{
    t->job = 0;
    if (t->kind == IKE_TASK_CONNECT)
        ike_init_job_done(ike, sa, r);
    else if (t->kind == IKE_TASK_REKEY_IKE && is_peers)
        ike_rekey_peer_job_done(ike, sa, t, r);
    else if (t->kind == IKE_TASK_REKEY_IKE)
        ike_rekey_job_done(ike, sa, t, r);
    else if (is_peers)
        ike_child_peer_job_done(ike, sa, t, r);
    else
        ike_child_job_done(ike, sa, t, r);
}

void ike_task_take_key(struct ike_task *t, struct ike_job_result *r)
{
    t->dh = r->key;
    r->key = NULL;
    t->public_len = r->public_len;
    memcpy(t->public_value, r->public_value, r->public_len);
}

void ike_task_job_done(struct ike *ike, struct ike_job_result *r)
{
    struct ike_wait **p = &ike->by_job[r->id & (ike->n_slots - 1)];
    while (*p && (*p)->id != r->id)
        p = &(*p)->hash_next;
    struct ike_wait *w = *p;
    if (!w)
        return;
    *p = w->hash_next;
    ike->stats.jobs--;
    struct ike_sa *sa = w->sa_id ? ike_sa_by_id(ike, w->sa_id) : NULL;
    struct ike_task *t = !sa ? NULL : w->peer_task ? sa->peer_task : sa->task;
    if (t && t->job == r->id) {
        deliver(ike, sa, t, w->peer_task, r);
        if (sa->state != IKE_ST_DEAD)
            ike_task_next(ike, sa);
    }
    ike->env.crypto->dh_free(w->key);
    ike->env.crypto->dh_free(r->key);
    r->key = NULL;
    base_wipe(r->secret, sizeof r->secret);
    free(w);
}

static struct ike_task *pick_child(struct ike_sa *sa)
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
        if (!(sa->children_todo & 1u << i))
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

static struct ike_task *pick_delete(const struct ike_sa *sa)
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

static struct ike_task *pick(struct ike *ike, struct ike_sa *sa)
{
    if (sa->want_close)
        return ike_task_new(IKE_TASK_DELETE_IKE);
    struct ike_task *t = pick_delete(sa);
    if (t)
        return t;
    if (base_time_reached(sa->retry_at, ike->now)) {
        if (sa->want_rekey && !sa->peer_task) {
            t = ike_task_new(IKE_TASK_REKEY_IKE);
            if (t)
                t->group = sa->algs.dh;
            return t;
        }
        t = pick_child(sa);
        if (t)
            return t;
    }
    return sa->want_dpd ? ike_task_new(IKE_TASK_DPD) : NULL;
}

static void start(struct ike *ike, struct ike_sa *sa, struct ike_task *t)
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

void ike_task_next(struct ike *ike, struct ike_sa *sa)
{
    if (sa->state == IKE_ST_UP && !sa->task && (sa->want_close || !ike_rekey_is_undecided(ike, sa))) {
        sa->task = pick(ike, sa);
        if (sa->task)
            start(ike, sa, sa->task);
    }
    if (sa->state != IKE_ST_DEAD)
        ike_life_rearm(ike, sa);
}
