/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exchanges as tasks: what is remembered between their steps, and the jobs they hand out. Which one comes
 * next is decided where an SA is settled.
 */
#include "ikev2_task.h"

#include <stdlib.h>
#include <string.h>
#include "base_secret.h"
#include "base_span.h"
#include "base_wipe.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_wait.h"
#include "ikev2_init.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_step.h"

struct ikev2_task *ikev2_task_new(enum ikev2_task_kind kind)
{
    struct ikev2_task *t = base_secret_new(sizeof *t);
    if (t)
        t->kind = kind;
    return t;
}

static void follow_free(struct ikev2_follow *f)
{
    if (f->first.ptr)
        base_wipe(f->first.ptr, f->first.len);
    if (f->more.ptr)
        base_wipe(f->more.ptr, f->more.len);
    ike_blob_free(&f->first);
    ike_blob_free(&f->more);
}

void ikev2_task_free(struct ike *ike, struct ikev2_task *t)
{
    if (!t)
        return;
    if (t->job)
        ike_wait_disown(ike, t->job);
    if (t->spi_in)
        ike->env.spi_free(ike->env.ctx, t->spi_in);
    if (t->dh)
        ike->env.crypto->dh_free(t->dh);
    follow_free(&t->follow);
    free(t->local_ts);
    free(t->remote_ts);
    base_secret_free(t);
}

bool ikev2_task_set_ts(struct ikev2_task *t, const struct base_ts_list *local,
                       const struct base_ts_list *remote)
{
    const bool is_set = base_ts_set(&t->local_ts, local) && base_ts_set(&t->remote_ts, remote);
    if (!is_set)
        (void)(base_ts_set(&t->local_ts, NULL) && base_ts_set(&t->remote_ts, NULL));
    return is_set;
}

void ikev2_task_done(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_task_free(ike, sa->task);
    sa->task = NULL;
    ikev2_request_clear(sa);
}

static enum ike_job_class task_urgency(const struct ikev2_sa *sa)
{
    if (sa->state == IKEV2_ST_R_DH)
        return sa->init && sa->init->is_proved ? IKE_JOB_PROVED : IKE_JOB_CLAIMED;
    return sa->life.established_at.ns ? IKE_JOB_LIVE : IKE_JOB_PROVED;
}

/* A job is back: for the task that waits for it, if that is still there. */
static void task_job_done(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev2_sa *sa = ikev2_sa_by_id(ike, sa_id);
    if (!sa)
        return;
    struct ikev2_task *t = sa->task && sa->task->job == job->id ? sa->task : sa->peer_task;
    if (!t || t->job != job->id || !(t->job_row->step.from & IKEV2_IN(sa->state)))
        return;
    const struct ikev2_job_row *row = t->job_row; /* the task may end, or wait for another job */
    t->job = 0;
    ikev2_sa_touch(ike, sa);
    ikev2_step_take(ike, sa, &row->step, row->done(ike, sa, t, job));
}

void ikev2_task_job(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, struct ike_job *job,
                    const struct ikev2_job_row *row)
{
    if (!job)
        return;
    job->urgency = task_urgency(sa);
    job->from = sa->path.remote.addr;
    t->job_row = row;
    t->job = ike_wait_for(ike, job, sa->id, task_job_done);
}

void ikev2_task_dh(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                   const struct ike_job_kind *kind, struct base_span peer_public,
                   const struct ikev2_job_row *row)
{
    struct crypt_dh_key *key = kind == &ike_job_kind_dh_secret ? t->dh : NULL;
    struct ike_job_dh *d = ike_job_dh(kind, t->group, key, peer_public);
    if (!d)
        return;
    if (key)
        t->dh = NULL;
    ikev2_task_job(ike, sa, t, &d->job, row);
}

void ikev2_task_take_key(struct ikev2_task *t, struct ike_job_dh *d)
{
    t->dh = d->key;
    d->key = NULL;
    t->public_len = d->public_len;
    memcpy(t->public_value, d->public_value, d->public_len);
}
