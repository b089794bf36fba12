/* SPDX-License-Identifier: BSD-3-Clause */
/* One thread, and one piece of work at a time. The turns that wait for it are short, so a flag tells that it
 * is done. */
#include "ctl_aside.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "ctl.h"
#include "node.h"

struct ctl_aside {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below but is_done */
    pthread_cond_t wake;
    void (*work)(void *arg); /* NULL: none */
    void *arg;
    bool stops;
    atomic_bool is_done;
};

static void *aside_main(void *arg)
{
    struct ctl_aside *a = arg;
    pthread_mutex_lock(&a->lock);
    while (!a->stops || a->work) {
        if (!a->work) {
            pthread_cond_wait(&a->wake, &a->lock);
            continue;
        }
        pthread_mutex_unlock(&a->lock);
        a->work(a->arg);
        pthread_mutex_lock(&a->lock);
        a->work = NULL;
        atomic_store_explicit(&a->is_done, true, memory_order_release); /* with ctl_aside_run() */
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

struct ctl_aside *ctl_aside_new(void)
{
    struct ctl_aside *a = calloc(1, sizeof *a);
    sigset_t all, old;
    if (!a)
        return NULL;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->wake, NULL);
    sigfillset(&all); /* those are the control loop's alone; SIGSYS is the filter's word to this thread */
    sigdelset(&all, SIGSYS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const int rc = pthread_create(&a->thread, NULL, aside_main, a);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc == 0) {
        pthread_setname_np(a->thread, "culvert-aside");
        return a;
    }
    pthread_cond_destroy(&a->wake);
    pthread_mutex_destroy(&a->lock);
    free(a);
    errno = rc;
    return NULL;
}

void ctl_aside_free(struct ctl_aside *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stops = true;
    pthread_cond_signal(&a->wake);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->wake);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

bool ctl_aside_leave(struct ctl *ctl, void (*work)(void *arg), void *arg)
{
    struct ctl_aside *a = ctl->aside;
    if (!a)
        return false;
    pthread_mutex_lock(&a->lock);
    const bool is_free = !a->work;
    if (is_free) {
        atomic_store_explicit(&a->is_done, false, memory_order_relaxed);
        a->work = work;
        a->arg = arg;
        pthread_cond_signal(&a->wake);
    }
    pthread_mutex_unlock(&a->lock);
    return is_free;
}

void ctl_aside_run(struct ctl *ctl, void (*work)(void *arg), void *arg)
{
    struct ctl_aside *a = ctl->aside;
    if (!a || !ctl->loop.turn) {
        work(arg);
        return;
    }
    while (!ctl_aside_leave(ctl, work, arg))
        ctl->loop.turn(ctl, true);
    while (!atomic_load_explicit(&a->is_done, memory_order_acquire))
        ctl->loop.turn(ctl, true);
}

void ctl_aside_turn(struct ctl *ctl)
{
    if (ctl->loop.turn)
        ctl->loop.turn(ctl, false);
}

void ctl_aside_turn_sent(struct ctl *ctl)
{
    do
        ctl_aside_turn(ctl);
    while (ctl->loop.turn && node_is_behind(ctl->node) && !ctl->loop.is_stopping);
}
