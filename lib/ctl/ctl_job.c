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
#include <sys/queue.h>
#include <unistd.h>

#include "base_wipe.h"
#include "ike.h"

struct item {
    STAILQ_ENTRY(item) link;
    struct ike_job job;
    struct ike_job_result result;
};
STAILQ_HEAD(item_list, item);

struct ctl_jobs {
    const struct crypt_ike_ops *ops;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;
    struct item_list waiting;
    struct item_list done;
    bool stop;
    int fd; /* eventfd: results wait */
};

static void item_free(struct item *it)
{
    base_wipe(it, sizeof *it);
    free(it);
}

static void *run(void *arg)
{
    struct ctl_jobs *j = arg;
    pthread_mutex_lock(&j->lock);
    for (;;) {
        while (STAILQ_EMPTY(&j->waiting) && !j->stop)
            pthread_cond_wait(&j->wake, &j->lock);
        if (j->stop)
            break;
        struct item *it = STAILQ_FIRST(&j->waiting);
        STAILQ_REMOVE_HEAD(&j->waiting, link);
        pthread_mutex_unlock(&j->lock);
        ike_job_run(j->ops, &it->job, &it->result);
        pthread_mutex_lock(&j->lock);
        STAILQ_INSERT_TAIL(&j->done, it, link);
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
    STAILQ_INIT(&j->waiting);
    STAILQ_INIT(&j->done);
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

static void drop_all(struct ctl_jobs *j, struct item_list *list)
{
    struct item *it;
    while ((it = STAILQ_FIRST(list))) {
        STAILQ_REMOVE_HEAD(list, link);
        j->ops->dh_free(it->result.key);
        item_free(it);
    }
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

int ctl_jobs_submit(struct ctl_jobs *j, const struct ike_job *job)
{
    struct item *it = calloc(1, sizeof *it);
    if (!it)
        return -ENOMEM;
    it->job = *job;
    pthread_mutex_lock(&j->lock);
    STAILQ_INSERT_TAIL(&j->waiting, it, link);
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
    return 0;
}

int ctl_jobs_fd(const struct ctl_jobs *j)
{
    return j->fd;
}

bool ctl_jobs_pop(struct ctl_jobs *j, struct ike_job_result *out)
{
    eventfd_t ignored;
    pthread_mutex_lock(&j->lock);
    struct item *it = STAILQ_FIRST(&j->done);
    if (it)
        STAILQ_REMOVE_HEAD(&j->done, link);
    else
        eventfd_read(j->fd, &ignored);
    pthread_mutex_unlock(&j->lock);
    if (!it)
        return false;
    *out = it->result;
    item_free(it);
    return true;
}
