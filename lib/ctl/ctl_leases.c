/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One thread and a buffer of lines under a lock. What waits for a slow disk is bounded: when the buffer is
 * full, changes stay with the pools, which keep each lease once however often it changes.
 */
#include "ctl_leases.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "ctl_lease_file.h"
#include "host_log.h"
#include "pool_book.h"
#include "pool_text.h"

#define BUFFER_BYTES (1u << 20)
#define TURN_MAX     256  /* records handed on in a turn of the loop */
#define SLACK_LINES  1000 /* old ones, beside as many as there are leases, before the file is written anew */

struct lines {
    size_t len, count;
    char *text; /* BUFFER_BYTES */
};

struct ctl_leases {
    char path[CONF_PATH_MAX];
    struct pool_book *book; /* control's alone */
    pthread_t thread;
    pthread_mutex_t lock; /* guards all down to is_told */
    pthread_cond_t wake;
    struct lines waiting;
    bool stops;
    int error;    /* of the last write: a positive errno; 0: none */
    bool is_told; /* the operator knows */
    /* The thread's own. */
    struct lines taken;
    int fd;
    off_t good; /* bytes of the file that are whole lines; -1: it is to be written anew first */
    size_t file_lines, leases;
};

/* ---- the thread ---- */

static int all_write(int fd, const char *text, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Writes the file anew without what is old in it, and goes on behind that. */
static int leases_compact(struct ctl_leases *l)
{
    struct ctl_leases_read r;
    char why[128];
    int rc = ctl_lease_file_read(l->path, &r, why, sizeof why);
    if (rc == 0 || rc == -ENOENT)
        rc = ctl_lease_file_write(l->path, r.list, r.count);
    if (rc == 0) {
        l->file_lines = l->leases = r.count;
        if (l->fd >= 0)
            close(l->fd);
        l->fd = open(l->path, O_WRONLY | O_APPEND | O_CLOEXEC);
        rc = l->fd < 0 ? -errno : 0;
        l->good = l->fd < 0 ? -1 : lseek(l->fd, 0, SEEK_END);
    }
    free(r.list);
    return rc;
}

/* Adds the lines that were taken; what a try before left of them is cut off first. */
static int leases_append(struct ctl_leases *l)
{
    int rc = l->good < 0 ? leases_compact(l) : 0;
    if (rc < 0)
        return rc;
    if (ftruncate(l->fd, l->good) < 0)
        return -errno;
    rc = all_write(l->fd, l->taken.text, l->taken.len);
    if (rc == 0 && fdatasync(l->fd) < 0)
        rc = -errno;
    if (rc < 0)
        return rc;
    l->good += (off_t)l->taken.len;
    l->file_lines += l->taken.count;
    l->taken.len = l->taken.count = 0;
    return l->file_lines > 2 * l->leases + SLACK_LINES ? leases_compact(l) : 0;
}

/* Waits, with the lock held, until there is something to write, or a second before the next try. */
static void leases_wait(struct ctl_leases *l)
{
    struct timespec until;
    if (!l->error) {
        pthread_cond_wait(&l->wake, &l->lock);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_cond_timedwait(&l->wake, &l->lock, &until);
}

/* Whether there is something to write now; after a failure only its time comes. */
static bool leases_has_work(struct ctl_leases *l)
{
    if (!l->taken.len && l->waiting.len) {
        const struct lines taken = l->waiting;
        l->waiting = (struct lines){.text = l->taken.text};
        l->taken = taken;
    }
    return l->taken.len > 0;
}

static void *leases_main(void *arg)
{
    struct ctl_leases *l = arg;
    pthread_mutex_lock(&l->lock);
    for (bool is_over = false; !is_over;) {
        int rc = 0;
        const bool stops = l->stops; /* one more try, then */
        if (leases_has_work(l)) {
            pthread_mutex_unlock(&l->lock);
            rc = leases_append(l);
            pthread_mutex_lock(&l->lock);
            l->error = -rc;
            l->is_told = l->is_told && rc < 0;
        }
        is_over = stops && (rc < 0 || !l->waiting.len);
        if (!stops && !l->stops && (rc < 0 || !l->waiting.len))
            leases_wait(l);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* ---- control ---- */

static void leases_free(struct ctl_leases *l)
{
    if (l->fd >= 0)
        close(l->fd);
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
    free(l->waiting.text);
    free(l->taken.text);
    free(l);
}

/* What an earlier run left, in the order in which it became idle. */
static void leases_restore(struct pool_book *book, const struct ctl_leases_read *r, base_time now)
{
    const int64_t wall = (int64_t)time(NULL);
    for (size_t i = 0; i < r->count; i++) {
        struct pool_record record = r->list[i].record;
        const uint64_t age = wall > r->list[i].since_s ? (uint64_t)(wall - r->list[i].since_s) : 0;
        record.since.ns = age < now.ns / BASE_NS_PER_S ? now.ns - age * BASE_NS_PER_S : 0;
        if (pool_restore(book, &record, now) < 0)
            return;
    }
}

/* Whether a disk may have room again, or work: no reason to leave all peers without a gateway. */
static bool leases_is_passing(int error)
{
    return error == -ENOSPC || error == -EDQUOT || error == -EFBIG || error == -EIO;
}

/* The file is there and good afterwards, or is written as soon as the disk lets it be. False: it is not to be
 * had. */
static bool leases_load(struct ctl_leases *l, struct pool_book *book, base_time now, char *why,
                        size_t why_size)
{
    struct ctl_leases_read r;
    char fault[128], aside[CONF_PATH_MAX + 16];
    int rc = ctl_lease_file_read(l->path, &r, fault, sizeof fault);
    if (rc < 0 && rc != -ENOENT) {
        snprintf(aside, sizeof aside, "%s.damaged", l->path);
        rename(l->path, aside);
        host_log(
            HOST_ERR,
            "event=leases_damaged file=\"%s\" reason=\"%s\" effect=\"no peer is kept the address that it "
            "had\" kept_as=\"%s\"",
            l->path, fault, aside);
    }
    leases_restore(book, &r, now);
    rc = ctl_lease_file_write(l->path, r.list, r.count);
    l->file_lines = l->leases = r.count;
    if (leases_is_passing(rc)) {
        l->error = -rc;
        rc = 0;
    } else if (rc < 0)
        snprintf(why, why_size,
                 "control.state: %.200s cannot be written (%s); make the folder, or take the key out",
                 l->path, strerror(-rc));
    else if ((l->fd = open(l->path, O_WRONLY | O_APPEND | O_CLOEXEC)) >= 0)
        l->good = lseek(l->fd, 0, SEEK_END);
    if (rc == 0)
        host_log(HOST_NOTICE, "event=leases_read file=\"%s\" leases=%zu", l->path, r.count);
    free(r.list);
    return rc == 0;
}

static int leases_begin(struct ctl_leases *l)
{
    sigset_t all, old;
    l->waiting.text = malloc(BUFFER_BYTES);
    l->taken.text = malloc(BUFFER_BYTES);
    if (!l->waiting.text || !l->taken.text)
        return ENOMEM;
    sigfillset(&all); /* those are the control loop's alone; SIGSYS is the filter's word to this thread */
    sigdelset(&all, SIGSYS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    const int rc = pthread_create(&l->thread, NULL, leases_main, l);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc == 0)
        pthread_setname_np(l->thread, "culvert-leases");
    return rc;
}

struct ctl_leases *ctl_leases_open(const char *folder, struct pool_book *book, base_time now, char *why,
                                   size_t why_size)
{
    struct ctl_leases *l = calloc(1, sizeof *l);
    if (!l) {
        snprintf(why, why_size, "no memory for leases");
        return NULL;
    }
    l->fd = -1;
    l->good = -1;
    l->book = book;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, NULL);
    snprintf(l->path, sizeof l->path, "%s/leases", folder);
    if (!leases_load(l, book, now, why, why_size)) {
        leases_free(l);
        return NULL;
    }
    const int rc = leases_begin(l);
    if (rc != 0) {
        snprintf(why, why_size, "the thread that writes leases does not start: %s", strerror(rc));
        leases_free(l);
        return NULL;
    }
    pool_book_keep_changes(book);
    return l;
}

/* Moves changes into the buffer, with the lock held; as many as there is room for, up to a number. */
static void leases_take(struct ctl_leases *l, base_time now, size_t most)
{
    const int64_t wall = (int64_t)time(NULL);
    struct pool_record r;
    while (most-- > 0 && BUFFER_BYTES - l->waiting.len >= POOL_TEXT_MAX && pool_book_change(l->book, &r)) {
        const int64_t ago = (int64_t)(base_time_since(now, r.since) / BASE_NS_PER_S);
        l->waiting.len += pool_text_write(&r, wall - ago, l->waiting.text + l->waiting.len);
        l->waiting.count++;
    }
    if (l->waiting.len)
        pthread_cond_signal(&l->wake);
}

void ctl_leases_turn(struct ctl_leases *l, base_time now)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    leases_take(l, now, TURN_MAX);
    const int error = l->is_told ? 0 : l->error;
    l->is_told = l->is_told || error;
    pthread_mutex_unlock(&l->lock);
    if (error)
        host_log(
            HOST_ERR,
            "event=leases_not_written file=\"%s\" error=\"%s\" effect=\"after a restart peers may get other "
            "addresses\"",
            l->path, strerror(error));
}

void ctl_leases_close(struct ctl_leases *l, base_time now)
{
    bool is_over = false;
    if (!l)
        return;
    while (!is_over) { /* the thread makes room meanwhile, whatever the disk says */
        pthread_mutex_lock(&l->lock);
        leases_take(l, now, SIZE_MAX);
        is_over = BUFFER_BYTES - l->waiting.len >= POOL_TEXT_MAX;
        l->stops = is_over;
        pthread_cond_signal(&l->wake);
        pthread_mutex_unlock(&l->lock);
    }
    pthread_join(l->thread, NULL);
    leases_free(l);
}
