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

static enum ike_job_class task_urgency(const struct ike_sa *sa)
{
    if (sa->state == IKE_ST_R_DH)
        return sa->init && sa->init->is_proved ? IKE_JOB_PROVED : IKE_JOB_CLAIMED;
    return sa->established_at.ns ? IKE_JOB_LIVE : IKE_JOB_PROVED;
}

void ike_task_job(struct ike *ike, struct ike_sa *sa, struct ike_task *t, struct ike_job *job,
                  ike_task_done_fn *done)
{
    struct ike_wait *w = job ? calloc(1, sizeof *w) : NULL;
    if (!w) {
        ike_job_free(ike->env.crypto, job);
        return;
    }
    w->id = t->job = job->id = ++ike->next_job;
    w->sa_id = sa->id;
    w->peer_task = t == sa->peer_task;
    w->done = done;
    job->urgency = task_urgency(sa);
    job->from = sa->path.remote.addr;
    struct ike_wait **slot = &ike->by_job[w->id & (ike->n_slots - 1)];
    w->hash_next = *slot;
    *slot = w;
    ike->stats.jobs++;
    ike_act_job(ike, job);
}

void ike_task_dh(struct ike *ike, struct ike_sa *sa, struct ike_task *t, const struct ike_job_kind *kind,
                 struct base_span peer_public, ike_task_done_fn *done)
{
    struct crypt_dh_key *key = kind == &ike_job_kind_dh_secret ? t->dh : NULL;
    struct ike_job_dh *d = ike_job_dh(kind, t->group, key, peer_public);
    if (!d)
        return;
    if (key)
        t->dh = NULL;
    ike_task_job(ike, sa, t, &d->job, done);
}

void ike_task_take_key(struct ike_task *t, struct ike_job_dh *d)
{
    t->dh = d->key;
    d->key = NULL;
    t->public_len = d->public_len;
    memcpy(t->public_value, d->public_value, d->public_len);
}

/* Hands the job to the task that waits for it, if that is still there. */
static void task_deliver(struct ike *ike, const struct ike_wait *w, struct ike_job *job)
{
    struct ike_sa *sa = w->sa_id ? ike_sa_by_id(ike, w->sa_id) : NULL;
    struct ike_task *t = !sa ? NULL : w->peer_task ? sa->peer_task : sa->task;
    if (!t || t->job != w->id)
        return;
    t->job = 0;
    w->done(ike, sa, t, job);
    if (sa->state != IKE_ST_DEAD)
        ike_task_next(ike, sa);
}

void ike_task_job_done(struct ike *ike, struct ike_job *job)
{
    struct ike_wait **p = &ike->by_job[job->id & (ike->n_slots - 1)];
    while (*p && (*p)->id != job->id)
        p = &(*p)->hash_next;
    struct ike_wait *w = *p;
    if (w) {
        *p = w->hash_next;
        ike->stats.jobs--;
        task_deliver(ike, w, job);
        free(w);
    }
    ike_job_free(ike->env.crypto, job);
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
