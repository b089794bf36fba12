/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of streams. What comes is read into one buffer that all share, behind what a stream had left of
 * a message; so a stream keeps no more than the part of one message, and what waits to be sent.
 */
#include "host_streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_bytes.h"
#include "wire_stream.h"

#define BUCKETS        1024
#define LISTENERS_MAX  64
#define EVENTS_MAX     32
#define READ_BYTES     65536
#define READS_PER_TURN 32
#define ACCEPTS        16 /* connections that are taken at once */
#define SWEEP_NS       (100 * BASE_NS_PER_MS)
#define LISTENER       UINT32_MAX /* in place of a slot's generation */

enum stream_state { STREAM_CONNECTS, STREAM_PREFIX, STREAM_OPEN };

struct stream {
    struct stream *next; /* of its bucket */
    struct stream *dirty_next;
    struct host_ends ends;
    int fd;
    uint32_t slot, generation;
    enum stream_state state;
    bool is_ours, is_dirty, waits_to_send, was_held, is_refused;
    int error; /* with end */
    uint32_t holds, junk;
    base_time until; /* it goes then, because of */
    const char *until_why;
    const char *end; /* it has ended, why; not NULL: waits to be told */
    struct host_bytes in, out;
    size_t out_at; /* of out, sent already */
};

struct host_streams {
    struct host_streams_params params;
    struct host_streams_count count;
    int epoll_fd;
    size_t n_listeners;
    int listeners[LISTENERS_MAX];
    base_time now, sweep_at;
    struct stream **slots; /* params.max */
    uint32_t generation;
    struct stream *buckets[BUCKETS];
    struct stream *dirty;
    /* of this turn */
    struct epoll_event events[EVENTS_MAX];
    int n_events, at_event;
    uint32_t reads_left;
    bool has_polled;
    uint32_t n_ended;       /* streams that wait to be told */
    struct stream *current; /* whose bytes are in scratch */
    struct base_span left;  /* of them, not taken yet */
    uint8_t scratch[UINT16_MAX + READ_BYTES];
};

/* ---- the table ---- */

static struct stream **bucket_of(struct host_streams *s, const struct host_ends *ends)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < sizeof ends->remote.addr.bytes; i++)
        h = (h ^ ends->remote.addr.bytes[i]) * 16777619u;
    h = (h ^ ends->remote.port) * 16777619u;
    h = (h ^ ends->local.port) * 16777619u;
    return &s->buckets[(h ^ h >> 16) % BUCKETS];
}

static struct stream *stream_find(struct host_streams *s, const struct host_ends *ends)
{
    struct stream *t = *bucket_of(s, ends);
    while (t && !(base_endpoint_equal(&t->ends.remote, &ends->remote) &&
                  base_endpoint_equal(&t->ends.local, &ends->local)))
        t = t->next;
    return t && !t->end ? t : NULL;
}

/* Counts those of an address, and finds a free slot (params.max: none). */
static uint32_t slot_find(const struct host_streams *s, const struct base_addr *from, uint32_t *of_address)
{
    uint32_t slot = s->params.max;
    *of_address = 0;
    for (uint32_t i = 0; i < s->params.max; i++) {
        const struct stream *t = s->slots[i];
        if (!t)
            slot = slot < s->params.max ? slot : i;
        else if (!t->is_ours && base_addr_equal(&t->ends.remote.addr, from))
            ++*of_address;
    }
    return slot;
}

static int stream_watch(struct host_streams *s, const struct stream *t, int op)
{
    struct epoll_event ev = {
        .events = EPOLLIN | (t->state == STREAM_CONNECTS || t->waits_to_send ? (uint32_t)EPOLLOUT : 0u),
        .data.u64 = (uint64_t)t->generation << 32 | t->slot};
    return epoll_ctl(s->epoll_fd, op, t->fd, &ev) < 0 ? -errno : 0;
}

/* Takes fd. NULL: it is closed. */
static struct stream *stream_add(struct host_streams *s, int fd, const struct host_ends *ends, uint32_t slot,
                                 bool is_ours)
{
    struct stream *t = calloc(1, sizeof *t);
    if (!t) {
        close(fd);
        return NULL;
    }
    t->ends = *ends;
    t->fd = fd;
    t->slot = slot;
    t->generation = ++s->generation % LISTENER;
    t->is_ours = is_ours;
    t->state = is_ours ? STREAM_CONNECTS : STREAM_PREFIX;
    t->until =
        base_time_add(s->now, (is_ours ? HOST_STREAM_CONNECT_S : HOST_STREAM_PREFIX_S) * BASE_NS_PER_S);
    t->until_why = is_ours ? "nobody answered the call" : "no prefix came in time";
    const struct base_span prefix = base_span(WIRE_STREAM_PREFIX, WIRE_STREAM_PREFIX_BYTES);
    if ((is_ours && host_bytes_add(&t->out, prefix, HOST_STREAM_OUT_BYTES) < 0) ||
        stream_watch(s, t, EPOLL_CTL_ADD) < 0) {
        host_bytes_free(&t->out);
        close(fd);
        free(t);
        return NULL;
    }
    struct stream **bucket = bucket_of(s, ends);
    t->next = *bucket;
    *bucket = t;
    s->slots[slot] = t;
    s->count.now++;
    return t;
}

static void dirty_remove(struct host_streams *s, struct stream *t)
{
    struct stream **p = &s->dirty;
    while (*p && *p != t)
        p = &(*p)->dirty_next;
    if (*p)
        *p = t->dirty_next;
    t->is_dirty = false;
}

static void stream_free(struct host_streams *s, struct stream *t)
{
    struct stream **p = bucket_of(s, &t->ends);
    while (*p != t)
        p = &(*p)->next;
    *p = t->next;
    if (t->is_dirty)
        dirty_remove(s, t);
    s->slots[t->slot] = NULL;
    s->n_ended -= t->end != NULL;
    s->count.now--;
    host_bytes_free(&t->in);
    host_bytes_free(&t->out);
    free(t);
}

/* Its descriptor goes at once; whoever asks next is told. */
static void stream_end(struct host_streams *s, struct stream *t, const char *why)
{
    if (t->end)
        return;
    if (s->current == t)
        s->current = NULL;
    close(t->fd);
    t->fd = -1;
    t->end = why;
    s->n_ended++;
}

static void stream_fail(struct host_streams *s, struct stream *t, int error)
{
    const char *why = strerrordesc_np(error);
    t->error = -error;
    stream_end(s, t, why ? why : "an error without a name");
}

/* ---- out ---- */

static void stream_flush(struct host_streams *s, struct stream *t)
{
    if (t->end || t->state == STREAM_CONNECTS)
        return;
    while (t->out_at < t->out.len) {
        const ssize_t n =
            send(t->fd, t->out.ptr + t->out_at, t->out.len - t->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            stream_fail(s, t, errno);
            return;
        }
        if (n < 0)
            break;
        t->out_at += (size_t)n;
    }
    const bool waits = t->out_at < t->out.len;
    if (!waits) {
        host_bytes_free(&t->out);
        t->out_at = 0;
    } else if (t->out_at) { /* what is sent makes room */
        memmove(t->out.ptr, t->out.ptr + t->out_at, t->out.len - t->out_at);
        t->out.len -= t->out_at;
        t->out_at = 0;
    }
    if (waits != t->waits_to_send) {
        t->waits_to_send = waits;
        (void)stream_watch(s, t, EPOLL_CTL_MOD);
    }
}

int host_streams_send(struct host_streams *s, const struct host_ends *ends, bool is_ike,
                      struct base_span bytes)
{
    struct stream *t = stream_find(s, ends);
    uint8_t head[WIRE_STREAM_HEAD_MAX];
    if (!t)
        return -ENOTCONN;
    if (bytes.len > WIRE_STREAM_MSG_MAX - (WIRE_STREAM_HEAD_MAX - WIRE_STREAM_LEN_BYTES))
        return -EMSGSIZE;
    const size_t most = is_ike ? HOST_STREAM_OUT_BYTES : HOST_STREAM_ESP_BYTES;
    const size_t n = wire_stream_head(head, is_ike ? WIRE_STREAM_IKE : WIRE_STREAM_ESP, bytes.len);
    if (t->out.len + n + bytes.len > most || host_bytes_add(&t->out, base_span(head, n), most) < 0) {
        s->count.unsent++;
        return -ENOBUFS;
    }
    if (host_bytes_add(&t->out, bytes, most) < 0) { /* no memory: half a message must not stay */
        t->out.len -= n;
        s->count.unsent++;
        return -ENOBUFS;
    }
    if (!t->is_dirty) {
        t->is_dirty = true;
        t->dirty_next = s->dirty;
        s->dirty = t;
    }
    return 0;
}

void host_streams_flush(struct host_streams *s)
{
    struct stream *t;
    while ((t = s->dirty) != NULL) {
        s->dirty = t->dirty_next;
        t->is_dirty = false;
        if (!t->waits_to_send)
            stream_flush(s, t);
    }
}

/* ---- who needs it ---- */

void host_streams_hold(struct host_streams *s, const struct host_ends *ends)
{
    struct stream *t = stream_find(s, ends);
    if (!t)
        return;
    t->holds++;
    t->was_held = true;
    if (t->state == STREAM_OPEN)
        t->until = BASE_TIME_NEVER;
}

void host_streams_leave(struct host_streams *s, const struct host_ends *ends)
{
    struct stream *t = stream_find(s, ends);
    if (!t || !t->holds || --t->holds)
        return;
    t->until =
        base_time_add(s->now, (t->is_ours ? HOST_STREAM_OWN_LEFT_S : HOST_STREAM_LEFT_S) * BASE_NS_PER_S);
    t->until_why = "no IKE SA goes by it any more";
}

int host_streams_open(struct host_streams *s, struct host_ends *ends)
{
    uint32_t of_address;
    const uint32_t slot = slot_find(s, &ends->remote.addr, &of_address);
    if (slot == s->params.max)
        return -EMFILE;
    const int fd = host_tcp_connect(ends);
    struct stream *t = fd < 0 ? NULL : stream_add(s, fd, ends, slot, true);
    if (!t)
        return fd < 0 ? fd : -ENOMEM;
    t->was_held = true;
    s->count.opened++;
    return 0;
}

/* ---- in ---- */

/* Of those that nobody holds the one whose time ends first makes room for a newcomer. Where it was;
 * params.max: there is none. */
static uint32_t stranger_evict(struct host_streams *s)
{
    struct stream *first = NULL;
    for (uint32_t i = 0; i < s->params.max; i++) {
        struct stream *t = s->slots[i];
        if (t && !t->end && !t->is_ours && !t->holds && (!first || t->until.ns < first->until.ns))
            first = t;
    }
    if (!first)
        return s->params.max;
    const uint32_t slot = first->slot;
    stream_end(s, first, "others came");
    stream_free(s, first);
    s->count.over_limit++;
    return slot;
}

static void listener_ready(struct host_streams *s, int listener)
{
    struct host_ends ends;
    uint32_t of_address;
    for (int i = 0; i < ACCEPTS; i++) {
        const int fd = host_tcp_accept(listener, &ends);
        if (fd == -EAGAIN)
            return;
        if (fd < 0)
            continue;
        uint32_t slot = slot_find(s, &ends.remote.addr, &of_address);
        if (slot == s->params.max && of_address < s->params.max_per_address)
            slot = stranger_evict(s);
        if (slot == s->params.max || of_address >= s->params.max_per_address) {
            s->count.over_limit++;
            close(fd);
            continue;
        }
        if (stream_add(s, fd, &ends, slot, false))
            s->count.accepted++;
    }
}

/* Reads behind what it had left; whatever it is will be taken out of scratch. */
static void stream_read(struct host_streams *s, struct stream *t)
{
    const size_t had = t->in.len;
    if (had)
        memcpy(s->scratch, t->in.ptr, had);
    const ssize_t n = recv(t->fd, s->scratch + had, READ_BYTES, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        stream_fail(s, t, errno);
        return;
    }
    if (n == 0) {
        stream_end(s, t, "the peer closed it");
        return;
    }
    s->current = t;
    s->left = base_span(s->scratch, had + (size_t)n);
}

/* Part of a message waits for the rest. */
static void stream_put_back(struct host_streams *s, struct stream *t)
{
    s->current = NULL;
    host_bytes_free(&t->in);
    if (s->left.len && host_bytes_add(&t->in, s->left, UINT16_MAX) < 0)
        stream_end(s, t, "no memory");
}

static void stream_open(struct host_streams *s, struct stream *t)
{
    t->state = STREAM_OPEN;
    t->until = t->holds ? BASE_TIME_NEVER : base_time_add(s->now, HOST_STREAM_FIRST_S * BASE_NS_PER_S);
    t->until_why = "no IKE SA came of it in time";
}

static void stream_refuse(struct host_streams *s, struct stream *t, const char *why)
{
    s->count.bad++;
    t->is_refused = true;
    stream_end(s, t, why);
}

/* One message out of scratch. False: none that is for anybody; s->current says whether more may come. */
static bool message_take(struct host_streams *s, struct stream *t, struct host_stream_item *out)
{
    struct base_span msg = BASE_SPAN_NONE;
    const enum wire_stream_kind kind =
        t->state == STREAM_PREFIX ? wire_stream_take_prefix(&s->left) : wire_stream_take(&s->left, &msg);
    switch (kind) {
    case WIRE_STREAM_PREFIX_WRONG:
        stream_refuse(s, t, "it does not begin as IKE over TCP does (RFC 9329 4)");
        return false;
    case WIRE_STREAM_BAD:
        stream_refuse(s, t, "a message whose length is 0 or 1 (RFC 9329 3.1)");
        return false;
    case WIRE_STREAM_MORE:
        if (t->state == STREAM_OPEN && !t->was_held && msg.len > HOST_STREAM_FIRST_MAX)
            stream_refuse(s, t, "a first message that is longer than any");
        else
            stream_put_back(s, t);
        return false;
    case WIRE_STREAM_SHORT:
        if (++t->junk > HOST_STREAM_JUNK_MAX)
            stream_refuse(s, t, "too many messages that are neither IKE nor ESP");
        return false;
    case WIRE_STREAM_IGNORE:
        if (t->state == STREAM_PREFIX)
            stream_open(s, t);
        return false;
    case WIRE_STREAM_IKE:
    case WIRE_STREAM_ESP:
        break;
    }
    *out = (struct host_stream_item){
        .what = kind == WIRE_STREAM_IKE ? HOST_STREAM_IKE : HOST_STREAM_ESP, .ends = t->ends, .bytes = msg};
    return true;
}

/* A connection of ours is decided. */
static bool connect_ready(struct host_streams *s, struct stream *t, struct host_stream_item *out)
{
    const int rc = host_tcp_result(t->fd);
    if (rc < 0) {
        stream_fail(s, t, -rc);
        return false;
    }
    stream_open(s, t);
    t->waits_to_send = true; /* as it is watched now */
    stream_flush(s, t);
    if (!t->end)
        (void)stream_watch(s, t, EPOLL_CTL_MOD);
    *out = (struct host_stream_item){.what = HOST_STREAM_UP, .ends = t->ends};
    return !t->end;
}

static bool event_take(struct host_streams *s, const struct epoll_event *ev, struct host_stream_item *out)
{
    const uint32_t slot = (uint32_t)ev->data.u64, generation = (uint32_t)(ev->data.u64 >> 32);
    if (generation == LISTENER) {
        listener_ready(s, (int)slot);
        return false;
    }
    struct stream *t = slot < s->params.max ? s->slots[slot] : NULL;
    if (!t || t->generation != generation || t->end)
        return false;
    if (t->state == STREAM_CONNECTS)
        return connect_ready(s, t, out);
    if (ev->events & EPOLLOUT)
        stream_flush(s, t);
    if (!t->end && ev->events & (EPOLLIN | EPOLLHUP | EPOLLERR) && s->reads_left) {
        s->reads_left--;
        stream_read(s, t);
    }
    return false;
}

/* The next of those that ended, in the order of their slots. */
static bool ended_take(struct host_streams *s, struct host_stream_item *out)
{
    for (uint32_t i = 0; s->n_ended && i < s->params.max; i++) {
        struct stream *t = s->slots[i];
        if (!t || !t->end)
            continue;
        *out = (struct host_stream_item){.what = HOST_STREAM_ENDED,
                                         .ends = t->ends,
                                         .is_ours = t->is_ours,
                                         .was_up = t->state == STREAM_OPEN,
                                         .is_held = t->holds != 0,
                                         .is_refused = t->is_refused,
                                         .error = t->error,
                                         .why = t->end};
        s->count.broken_off += t->holds != 0;
        stream_free(s, t);
        return true;
    }
    return false;
}

bool host_streams_next(struct host_streams *s, struct host_stream_item *out)
{
    for (;;) {
        if (s->n_ended && ended_take(s, out))
            return true;
        if (s->current) {
            if (message_take(s, s->current, out))
                return true;
            continue;
        }
        if (s->at_event < s->n_events) {
            if (event_take(s, &s->events[s->at_event++], out))
                return true;
            continue;
        }
        if (s->has_polled || (!s->count.now && !s->n_listeners))
            return false;
        s->n_events = epoll_wait(s->epoll_fd, s->events, EVENTS_MAX, 0);
        s->at_event = 0;
        s->has_polled = true;
    }
}

static void stream_expire(struct host_streams *s, struct stream *t)
{
    if (t->state == STREAM_CONNECTS)
        t->error = -ETIMEDOUT;
    stream_end(s, t, t->until_why);
}

/* What was opened before the first turn has its time from here on. */
static void streams_begin(struct host_streams *s, base_time now)
{
    for (uint32_t i = 0; i < s->params.max; i++)
        if (s->slots[i])
            s->slots[i]->until = base_time_add(now, s->slots[i]->until.ns);
}

void host_streams_turn(struct host_streams *s, base_time now)
{
    if (!s->now.ns)
        streams_begin(s, now);
    s->now = now;
    s->has_polled = false;
    s->reads_left = READS_PER_TURN;
    if (!base_time_reached(s->sweep_at, now))
        return;
    s->sweep_at = base_time_add(now, SWEEP_NS);
    for (uint32_t i = 0; s->count.now && i < s->params.max; i++)
        if (s->slots[i] && !s->slots[i]->end && base_time_reached(s->slots[i]->until, now))
            stream_expire(s, s->slots[i]);
}

/* ---- all of it ---- */

struct host_streams *host_streams_new(const struct host_streams_params *params)
{
    struct host_streams *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->params = *params;
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    s->slots = calloc(params->max ? params->max : 1, sizeof(struct stream *));
    if (s->epoll_fd >= 0 && s->slots)
        return s;
    host_streams_free(s);
    return NULL;
}

void host_streams_free(struct host_streams *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; s->slots && i < s->params.max; i++) {
        if (!s->slots[i])
            continue;
        if (s->slots[i]->fd >= 0)
            close(s->slots[i]->fd);
        stream_free(s, s->slots[i]);
    }
    for (size_t i = 0; i < s->n_listeners; i++)
        close(s->listeners[i]);
    if (s->epoll_fd >= 0)
        close(s->epoll_fd);
    free(s->slots);
    free(s);
}

int host_streams_fd(const struct host_streams *s)
{
    return s->epoll_fd;
}

int host_streams_listen(struct host_streams *s, const struct base_endpoint *at)
{
    if (s->n_listeners == LISTENERS_MAX)
        return -ENOSPC;
    const int fd = host_tcp_listen(at);
    if (fd < 0)
        return fd;
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = (uint64_t)LISTENER << 32 | (uint32_t)fd};
    if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0) {
        const int rc = -errno;
        close(fd);
        return rc;
    }
    s->listeners[s->n_listeners++] = fd;
    return 0;
}

struct host_streams_count host_streams_count(const struct host_streams *s)
{
    return s->count;
}
