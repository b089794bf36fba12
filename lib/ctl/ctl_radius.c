/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One thread: jobs come by a list under a lock, answers by sockets. A socket has 256 ids, so that many
 * requests; what finds none free waits in the list.
 */
#include "ctl_radius.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base_secret.h"
#include "ctl_clock.h"
#include "ctl_radius_slot.h"
#include "ossl_ops.h"

#define SOCKETS     4 /* of each family */
#define FDS         (2 * SOCKETS)
#define WAITING_MAX 4096
#define TICK_MS     20

struct ctl_radius {
    struct ctl_jobs *jobs;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the next three */
    struct ike_job *waiting, **waiting_end;
    size_t n_waiting;
    bool stops;
    int wake;
    /* The thread's own. Sockets of IPv4 first; -1: not open yet. */
    int fds[FDS];
    struct ctl_radius_slot *slots[SOCKETS * 256];
    size_t n_slots;
    struct ctl_radius_silent silent;
};

static struct ike_job *radius_next(struct ctl_radius *r, bool *stops)
{
    pthread_mutex_lock(&r->lock);
    struct ike_job *job = r->waiting;
    if (job) {
        r->waiting = job->next;
        r->n_waiting--;
        if (!r->waiting)
            r->waiting_end = &r->waiting;
    }
    *stops = r->stops;
    pthread_mutex_unlock(&r->lock);
    return job;
}

/* The socket that a slot's requests to this address leave by. -1: there is none. */
static int radius_socket(struct ctl_radius *r, size_t slot, const struct base_addr *to)
{
    const bool is_6 = to->family == BASE_AF_IP6;
    int *fd = &r->fds[(is_6 ? SOCKETS : 0) + slot / 256];
    if (*fd < 0)
        *fd = socket(is_6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return *fd;
}

static void radius_send(struct ctl_radius *r, size_t slot, const struct base_endpoint *to)
{
    const struct ctl_radius_slot *s = r->slots[slot];
    const int fd = radius_socket(r, slot, &to->addr);
    if (fd < 0)
        return;
    if (to->addr.family == BASE_AF_IP6) {
        struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(to->port)};
        memcpy(&a.sin6_addr, to->addr.bytes, 16);
        (void)sendto(fd, s->bytes, s->len, MSG_NOSIGNAL, (struct sockaddr *)&a, sizeof a);
    } else {
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(to->port)};
        memcpy(&a.sin_addr, to->addr.bytes, 4);
        (void)sendto(fd, s->bytes, s->len, MSG_NOSIGNAL, (struct sockaddr *)&a, sizeof a);
    }
}

static void radius_finish(struct ctl_radius *r, size_t slot)
{
    struct ike_job *job = &r->slots[slot]->job->job;
    base_secret_free(r->slots[slot]);
    r->slots[slot] = NULL;
    r->n_slots--;
    ctl_jobs_give_back(r->jobs, job);
}

/* An id that nobody can foresee, so that forged answers have to guess it. */
static size_t radius_free_slot(const struct ctl_radius *r)
{
    uint16_t first = 0;
    const size_t n = sizeof r->slots / sizeof *r->slots;
    (void)ossl_random(&first, sizeof first);
    for (size_t i = 0; i < n; i++)
        if (!r->slots[(first + i) % n])
            return (first + i) % n;
    return n;
}

static void radius_begin(struct ctl_radius *r, struct ike_job *job)
{
    const size_t slot = radius_free_slot(r);
    struct ctl_radius_slot *s = base_secret_new(sizeof *s);
    if (!s) {
        job->status = -ENOMEM;
        ctl_jobs_give_back(r->jobs, job);
        return;
    }
    r->slots[slot] = s;
    r->n_slots++;
    ctl_radius_slot_begin(s, (struct ike_job_radius *)job, (uint8_t)slot, &r->silent, ctl_now());
}

/* Sends what is due, and ends what nobody answered or nobody waits for any more. */
static void radius_turn(struct ctl_radius *r)
{
    const base_time now = ctl_now();
    for (size_t i = 0; r->n_slots && i < sizeof r->slots / sizeof *r->slots; i++) {
        struct base_endpoint to;
        struct ctl_radius_slot *s = r->slots[i];
        if (!s)
            continue;
        if (s->job->job.is_void && !s->job->is_account)
            s->is_failed = true;
        else if (ctl_radius_slot_due(s, now, &to))
            radius_send(r, i, &to);
        if (s->is_failed)
            radius_finish(r, i);
    }
}

static struct base_endpoint radius_from(const struct sockaddr_storage *a)
{
    const struct sockaddr_in *v4 = (const void *)a;
    const struct sockaddr_in6 *v6 = (const void *)a;
    if (a->ss_family == AF_INET6)
        return (struct base_endpoint){base_addr_from_bytes(BASE_AF_IP6, (const uint8_t *)&v6->sin6_addr),
                                      ntohs(v6->sin6_port)};
    return (struct base_endpoint){base_addr_from_bytes(BASE_AF_IP4, (const uint8_t *)&v4->sin_addr),
                                  ntohs(v4->sin_port)};
}

static void radius_receive(struct ctl_radius *r, size_t n)
{
    uint8_t bytes[WIRE_RADIUS_MAX];
    struct sockaddr_storage from = {0};
    for (;;) {
        socklen_t from_len = sizeof from;
        const ssize_t len = recvfrom(r->fds[n], bytes, sizeof bytes, 0, (struct sockaddr *)&from, &from_len);
        if (len < 0)
            return;
        if (len < 2)
            continue;
        const size_t slot = n % SOCKETS * 256 + bytes[1];
        const struct base_endpoint at = radius_from(&from);
        if (r->slots[slot] && ctl_radius_slot_take(r->slots[slot], &at, base_span(bytes, (size_t)len)))
            radius_finish(r, slot);
    }
}

static void radius_wait(struct ctl_radius *r)
{
    struct pollfd p[1 + FDS] = {{.fd = r->wake, .events = POLLIN}};
    eventfd_t ignored;
    for (size_t i = 0; i < FDS; i++)
        p[1 + i] = (struct pollfd){.fd = r->fds[i], .events = POLLIN};
    if (poll(p, 1 + FDS, r->n_slots ? TICK_MS : -1) <= 0)
        return;
    if (p[0].revents)
        (void)eventfd_read(r->wake, &ignored);
    for (size_t i = 0; i < FDS; i++)
        if (p[1 + i].revents)
            radius_receive(r, i);
}

static void *radius_run(void *arg)
{
    struct ctl_radius *r = arg;
    bool stops = false;
    while (!stops) {
        struct ike_job *job = NULL;
        while (!stops && r->n_slots < sizeof r->slots / sizeof *r->slots && (job = radius_next(r, &stops)))
            radius_begin(r, job);
        radius_turn(r);
        if (!stops)
            radius_wait(r);
    }
    return NULL;
}

struct ctl_radius *ctl_radius_new(struct ctl_jobs *jobs)
{
    struct ctl_radius *r = calloc(1, sizeof *r);
    sigset_t all, old;
    if (!r)
        return NULL;
    r->jobs = jobs;
    r->waiting_end = &r->waiting;
    for (size_t i = 0; i < FDS; i++)
        r->fds[i] = -1;
    pthread_mutex_init(&r->lock, NULL);
    r->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sigfillset(&all);
    sigdelset(&all, SIGSYS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const int rc = r->wake < 0 ? errno : pthread_create(&r->thread, NULL, radius_run, r);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc == 0) {
        pthread_setname_np(r->thread, "culvert-radius");
        return r;
    }
    if (r->wake >= 0)
        close(r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
    errno = rc;
    return NULL;
}

void ctl_radius_free(struct ctl_radius *r)
{
    struct ike_job *job;
    bool stops;
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stops = true;
    pthread_mutex_unlock(&r->lock);
    (void)eventfd_write(r->wake, 1);
    pthread_join(r->thread, NULL);
    while ((job = radius_next(r, &stops)))
        ike_job_free(&ossl_ike_ops, job);
    for (size_t i = 0; i < sizeof r->slots / sizeof *r->slots; i++) {
        if (!r->slots[i])
            continue;
        ike_job_free(&ossl_ike_ops, &r->slots[i]->job->job);
        base_secret_free(r->slots[i]);
    }
    for (size_t i = 0; i < FDS; i++)
        if (r->fds[i] >= 0)
            close(r->fds[i]);
    close(r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void ctl_radius_submit(struct ctl_radius *r, struct ike_job *job)
{
    pthread_mutex_lock(&r->lock);
    const bool has_room = r->n_waiting < WAITING_MAX;
    if (has_room) {
        job->next = NULL;
        *r->waiting_end = job;
        r->waiting_end = &job->next;
        r->n_waiting++;
    }
    pthread_mutex_unlock(&r->lock);
    if (has_room) {
        (void)eventfd_write(r->wake, 1);
        return;
    }
    job->status = -EAGAIN;
    ctl_jobs_give_back(r->jobs, job);
}
