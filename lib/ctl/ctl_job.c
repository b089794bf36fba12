/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A job thread with two queues under one lock. The engine itself is never touched here: a job carries all
 * that it needs, and its result waits for the control core.
 */
#include "ctl_job.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* First in, first out, by the jobs' own links. */
struct job_list {
    struct ike_job *first, **end;
};

struct ctl_jobs {
    const struct crypt_ike_ops *ops;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;
    struct job_list waiting;
    struct job_list done;
    bool stop;
    int fd; /* eventfd: results wait */
};

static void job_list_init(struct job_list *l)
{
    l->first = NULL;
    l->end = &l->first;
}

static void job_list_push(struct job_list *l, struct ike_job *job)
{
    job->next = NULL;
    *l->end = job;
    l->end = &job->next;
}

static struct ike_job *job_list_pop(struct job_list *l)
{
    struct ike_job *job = l->first;
    if (!job)
        return NULL;
    l->first = job->next;
    if (!l->first)
        l->end = &l->first;
    return job;
}

static void *run(void *arg)
{
    struct ctl_jobs *j = arg;
    pthread_mutex_lock(&j->lock);
    for (;;) {
        while (!j->waiting.first && !j->stop)
            pthread_cond_wait(&j->wake, &j->lock);
        if (j->stop)
            break;
        struct ike_job *job = job_list_pop(&j->waiting);
        pthread_mutex_unlock(&j->lock);
        ike_job_run(j->ops, job);
        pthread_mutex_lock(&j->lock);
        job_list_push(&j->done, job);
        eventfd_write(j->fd, 1);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

struct ctl_jobs *ctl_jobs_new(const struct crypt_ike_ops *ops)
{
    struct ctl_jobs *j = calloc(1, sizeof *j);
    sigset_t all, old;
    if (!j)
        return NULL;
    j->ops = ops;
    j->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    job_list_init(&j->waiting);
    job_list_init(&j->done);
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    /* Signals are the control loop's alone. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const int rc = j->fd < 0 ? errno : pthread_create(&j->thread, NULL, run, j);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc != 0) {
        if (j->fd >= 0)
            close(j->fd);
        free(j);
        errno = rc;
        return NULL;
    }
    pthread_setname_np(j->thread, "culvert-jobs");
    return j;
}

static void drop_all(struct ctl_jobs *j, struct job_list *list)
{
    struct ike_job *job;
    while ((job = job_list_pop(list)))
        ike_job_free(j->ops, job);
}

void ctl_jobs_free(struct ctl_jobs *j)
{
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->thread, NULL);
    drop_all(j, &j->waiting);
    drop_all(j, &j->done);
    close(j->fd);
    free(j);
}

void ctl_jobs_submit(struct ctl_jobs *j, struct ike_job *job)
{
    pthread_mutex_lock(&j->lock);
    job_list_push(&j->waiting, job);
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
}

int ctl_jobs_fd(const struct ctl_jobs *j)
{
    return j->fd;
}

struct ike_job *ctl_jobs_pop(struct ctl_jobs *j)
{
    eventfd_t ignored;
    pthread_mutex_lock(&j->lock);
    struct ike_job *job = job_list_pop(&j->done);
    if (!job)
        eventfd_read(j->fd, &ignored);
    pthread_mutex_unlock(&j->lock);
    return job;
}
