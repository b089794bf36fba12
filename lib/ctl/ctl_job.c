/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A few threads, a queue of jobs that wait and a list of those that are done, under one lock. The engine
 * itself is never touched here: a job carries all that it needs, and waits when done for the control core.
 */
#include "ctl_job.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ctl_job_queue.h"

#define THREADS_AUTO_MAX 4u

#define OWN_MOST         4u /* short jobs that are not worth waking a thread for */

struct ctl_jobs {
    const struct crypt_ike_ops *ops;
    struct ctl_job_queue *own; /* short ones, for control itself */
    size_t n_own;
    struct crypt_dh_turn own_turn;
    bool is_sharing; /* set before the first job */
    bool has_cores;  /* threads run beside control, not in its place */
    uint32_t n_threads;
    pthread_t threads[CTL_JOBS_THREADS_MAX];
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;
    struct ctl_job_queue *waiting;
    struct ike_job *done, **done_end;
    bool stop;
    int fd; /* eventfd: results wait */
};

uint32_t ctl_jobs_threads(uint32_t configured, uint32_t cores, uint32_t spare_cores)
{
    if (configured)
        return configured;
    if (cores <= 2 || spare_cores <= 1)
        return 1;
    return spare_cores < THREADS_AUTO_MAX ? spare_cores : THREADS_AUTO_MAX;
}

static void jobs_put_done(struct ctl_jobs *j, struct ike_job *job)
{
    const bool was_empty = !j->done;
    job->next = NULL;
    *j->done_end = job;
    j->done_end = &job->next;
    if (was_empty) /* else the first of them has said so, and whoever takes them takes all */
        eventfd_write(j->fd, 1);
}

static void job_run(struct ctl_jobs *j, struct ike_job *job, struct crypt_dh_turn *turn)
{
    job->turn = j->is_sharing ? turn : NULL;
    ike_job_run(j->ops, job);
    job->turn = NULL;
}

static void *jobs_run(void *arg)
{
    struct ctl_jobs *j = arg;
    struct crypt_dh_turn turn = {0};
    struct ike_job *job;
    pthread_mutex_lock(&j->lock);
    while (!j->stop) {
        job = ctl_job_queue_pop(j->waiting);
        if (!job) {
            j->ops->dh_turn_end(&turn);
            pthread_cond_wait(&j->wake, &j->lock);
            continue;
        }
        pthread_mutex_unlock(&j->lock);
        if (!job->is_short) /* in which no key pair waits */
            j->ops->dh_turn_end(&turn);
        job_run(j, job, &turn);
        pthread_mutex_lock(&j->lock);
        jobs_put_done(j, job);
    }
    pthread_mutex_unlock(&j->lock);
    j->ops->dh_turn_end(&turn);
    return NULL;
}

/* Starts the threads with all signals blocked but SIGSYS: the others are the control loop's alone. 0, or an
 * errno. */
static int jobs_start(struct ctl_jobs *j, uint32_t threads, const cpu_set_t *cores)
{
    pthread_attr_t attr;
    sigset_t all, old;
    int rc = 0;
    pthread_attr_init(&attr);
    if (cores && CPU_COUNT(cores))
        pthread_attr_setaffinity_np(&attr, sizeof *cores, cores);
    sigfillset(&all);
    sigdelset(&all, SIGSYS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (rc == 0 && j->n_threads < threads) {
        rc = pthread_create(&j->threads[j->n_threads], &attr, jobs_run, j);
        if (rc == 0)
            pthread_setname_np(j->threads[j->n_threads++], "culvert-jobs");
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return rc;
}

struct ctl_jobs *ctl_jobs_new(const struct crypt_ike_ops *ops, uint32_t threads, const cpu_set_t *cores)
{
    struct ctl_jobs *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->ops = ops;
    j->done_end = &j->done;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    j->has_cores = cores && CPU_COUNT(cores) > 1;
    j->waiting = ctl_job_queue_new();
    j->own = ctl_job_queue_new();
    j->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int rc = j->fd < 0 ? errno : 0;
    if (!j->waiting || !j->own)
        rc = ENOMEM;
    if (rc == 0)
        rc = jobs_start(j, threads < CTL_JOBS_THREADS_MAX ? threads : CTL_JOBS_THREADS_MAX, cores);
    if (rc == 0)
        return j;
    ctl_jobs_free(j);
    errno = rc;
    return NULL;
}

void ctl_jobs_free(struct ctl_jobs *j)
{
    struct ike_job *job;
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
    for (uint32_t i = 0; i < j->n_threads; i++)
        pthread_join(j->threads[i], NULL);
    ctl_jobs_rest(j);
    while (j->waiting && (job = ctl_job_queue_pop(j->waiting)))
        ike_job_free(j->ops, job);
    while (j->own && (job = ctl_job_queue_pop(j->own)))
        ike_job_free(j->ops, job);
    while ((job = j->done)) {
        j->done = job->next;
        ike_job_free(j->ops, job);
    }
    ctl_job_queue_free(j->waiting);
    ctl_job_queue_free(j->own);
    if (j->fd >= 0)
        close(j->fd);
    pthread_cond_destroy(&j->wake);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

void ctl_jobs_submit(struct ctl_jobs *j, struct ike_job *job)
{
    const bool is_own = job->is_short && (!j->has_cores || j->n_own < OWN_MOST);
    if (is_own && ctl_job_queue_push(j->own, job) == 0) {
        j->n_own++;
        return;
    }
    pthread_mutex_lock(&j->lock);
    if (ctl_job_queue_push(j->waiting, job) == 0) {
        pthread_cond_signal(&j->wake);
    } else {
        job->status = -ENOMEM;
        jobs_put_done(j, job);
    }
    pthread_mutex_unlock(&j->lock);
}

void ctl_jobs_give_back(struct ctl_jobs *j, struct ike_job *job)
{
    pthread_mutex_lock(&j->lock);
    jobs_put_done(j, job);
    pthread_mutex_unlock(&j->lock);
}

bool ctl_jobs_has_own(const struct ctl_jobs *j)
{
    return j->n_own > 0;
}

void ctl_jobs_share(struct ctl_jobs *j)
{
    j->is_sharing = true;
}

void ctl_jobs_run_own(struct ctl_jobs *j, struct ike_job *job)
{
    job_run(j, job, &j->own_turn);
}

void ctl_jobs_rest(struct ctl_jobs *j)
{
    j->ops->dh_turn_end(&j->own_turn);
}

struct ike_job *ctl_jobs_pop_own(struct ctl_jobs *j)
{
    struct ike_job *job = ctl_job_queue_pop(j->own);
    j->n_own -= job != NULL;
    return job;
}

int ctl_jobs_fd(const struct ctl_jobs *j)
{
    return j->fd;
}

struct ike_job *ctl_jobs_pop(struct ctl_jobs *j)
{
    eventfd_t ignored;
    pthread_mutex_lock(&j->lock);
    struct ike_job *job = j->done;
    if (job) {
        j->done = job->next;
        if (!j->done)
            j->done_end = &j->done;
        job->next = NULL;
    } else {
        eventfd_read(j->fd, &ignored);
    }
    pthread_mutex_unlock(&j->lock);
    return job;
}
