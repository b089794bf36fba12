/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One thread, a queue of questions and one of answers under one lock. getaddrinfo() cannot be interrupted, so
 * a thread that is in it when all ends gets the memory, and frees it if the process lives that long.
 */
#include "ctl_resolve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *next;
    struct ctl_resolved r;
};

struct queue {
    struct entry *first, **end;
    size_t count;
};

struct ctl_resolve {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;
    struct queue waiting, done;
    bool is_busy, stops, is_orphan;
    atomic_bool has_done; /* written under the lock, read without it */
};

static void queue_put(struct queue *q, struct entry *e)
{
    e->next = NULL;
    *q->end = e;
    q->end = &e->next;
    q->count++;
}

static struct entry *queue_take(struct queue *q)
{
    struct entry *e = q->first;
    if (!e)
        return NULL;
    q->first = e->next;
    if (!q->first)
        q->end = &q->first;
    q->count--;
    return e;
}

static void resolve_release(struct ctl_resolve *r)
{
    struct entry *e;
    while ((e = queue_take(&r->waiting)) || (e = queue_take(&r->done)))
        free(e);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static bool resolve_addr(const struct sockaddr *sa, struct base_addr *out)
{
    if (sa->sa_family == AF_INET)
        *out = base_addr_from_bytes(
            BASE_AF_IP4, (const uint8_t *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr);
    else if (sa->sa_family == AF_INET6)
        *out = base_addr_from_bytes(
            BASE_AF_IP6, (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
    else
        return false;
    return true;
}

/* What an error of the resolver means to whoever wrote the name. */
static const char *resolve_why(int rc)
{
    switch (rc) {
    case EAI_NONAME:
        return "there is no such name (NXDOMAIN), or it has no address";
    case EAI_AGAIN:
        return "no name server answered, or it could not answer now";
    case EAI_FAIL:
        return "the name server refused, or failed";
    default:
        return gai_strerror(rc);
    }
}

static void resolve_run(struct ctl_resolved *q)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *list = NULL;
    const int rc = getaddrinfo(q->host, NULL, &hints, &list);
    for (const struct addrinfo *a = list; a && q->n_addrs < CTL_RESOLVE_ADDRS_MAX; a = a->ai_next)
        q->n_addrs += resolve_addr(a->ai_addr, &q->addrs[q->n_addrs]);
    if (list)
        freeaddrinfo(list);
    if (!q->n_addrs)
        snprintf(q->why, sizeof q->why, "%s", resolve_why(rc ? rc : EAI_NONAME));
}

static void *resolve_main(void *arg)
{
    struct ctl_resolve *r = arg;
    pthread_mutex_lock(&r->lock);
    while (!r->stops) {
        struct entry *e = queue_take(&r->waiting);
        if (!e) {
            pthread_cond_wait(&r->wake, &r->lock);
            continue;
        }
        r->is_busy = true;
        pthread_mutex_unlock(&r->lock);
        resolve_run(&e->r);
        pthread_mutex_lock(&r->lock);
        r->is_busy = false;
        queue_put(&r->done, e);
        atomic_store_explicit(&r->has_done, true, memory_order_release);
    }
    const bool is_orphan = r->is_orphan;
    pthread_mutex_unlock(&r->lock);
    if (is_orphan)
        resolve_release(r);
    return NULL;
}

struct ctl_resolve *ctl_resolve_new(void)
{
    struct ctl_resolve *r = calloc(1, sizeof *r);
    sigset_t all, old;
    if (!r)
        return NULL;
    r->waiting.end = &r->waiting.first;
    r->done.end = &r->done.first;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    sigfillset(&all); /* those are the control loop's alone; SIGSYS is the filter's word to this thread */
    sigdelset(&all, SIGSYS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const int rc = pthread_create(&r->thread, NULL, resolve_main, r);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc == 0) {
        pthread_setname_np(r->thread, "culvert-names");
        return r;
    }
    resolve_release(r);
    errno = rc;
    return NULL;
}

void ctl_resolve_free(struct ctl_resolve *r)
{
    if (!r)
        return;
    const pthread_t thread = r->thread;
    pthread_mutex_lock(&r->lock);
    r->stops = true;
    const bool is_busy = r->is_orphan = r->is_busy;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    if (is_busy) {
        pthread_detach(thread);
        return;
    }
    pthread_join(thread, NULL);
    resolve_release(r);
}

int ctl_resolve_ask(struct ctl_resolve *r, const char *conn, const char *host)
{
    struct entry *e = calloc(1, sizeof *e);
    if (!e)
        return -EAGAIN;
    snprintf(e->r.conn, sizeof e->r.conn, "%s", conn);
    snprintf(e->r.host, sizeof e->r.host, "%s", host);
    pthread_mutex_lock(&r->lock);
    const bool has_room = r->waiting.count < CTL_RESOLVE_WAITING_MAX;
    if (has_room)
        queue_put(&r->waiting, e);
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    if (!has_room)
        free(e);
    return has_room ? 0 : -EAGAIN;
}

bool ctl_resolve_pop(struct ctl_resolve *r, struct ctl_resolved *out)
{
    /* Pairs with the store after an answer was put: what is missed now is seen in the next turn. */
    if (!atomic_load_explicit(&r->has_done, memory_order_acquire))
        return false;
    pthread_mutex_lock(&r->lock);
    struct entry *e = queue_take(&r->done);
    if (!r->done.count)
        atomic_store_explicit(&r->has_done, false, memory_order_release);
    pthread_mutex_unlock(&r->lock);
    if (!e)
        return false;
    *out = e->r;
    free(e);
    return true;
}
