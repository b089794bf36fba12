/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Two engines on a table, with a switchable NAT and a recorder between them; for unit tests of exchanges.
 * The clock moves only when a test says so. Test double cryptography, so runs are fast and repeatable.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "base_secret.h"
#include "ike.h"
#include "ike_pair_conf.h"
#include "null_crypt.h"
#include "seed_rng.h"

#define PAIR_AUDITS   600
#define PAIR_CHILDREN 200
#define PAIR_QUEUE    256
#define PAIR_STREAMS  32

struct pair_child {
    struct ike_install i;
    bool is_removed, is_active;
    struct ike_path path;
    enum esp_way way;
    uint16_t mtu; /* of SA_MTU, or as it was installed */
};

struct pair;

struct pair_host {
    struct pair *pair;
    struct ike *ike;
    struct ike_conf *conf;
    struct seed_rng rng;
    struct base_addr addr;
    uint16_t port_mtu; /* 0: unknown, and nothing is probed */
    uint32_t next_spi;
    int spis_out; /* reserved and neither freed nor installed */
    size_t n_children;
    struct pair_child children[PAIR_CHILDREN];
    size_t n_audits;
    struct ike_audit audits[PAIR_AUDITS];
    unsigned sends, keepalives;
    bool hold_jobs;
    size_t n_jobs;
    struct ike_job *jobs[16];
    uint32_t conns_opened, conn_closed; /* how many, the last one */
};

struct pair_packet {
    int to; /* 0: a, 1: b */
    struct ike_path path;
    size_t len;
    uint8_t bytes[WIRE_IKE_MSG_MAX];
};

/* Without the room behind its bytes, which tests that pass thousands would spend their time on. */
static inline void pair_packet_copy(struct pair_packet *to, const struct pair_packet *from)
{
    memcpy(to, from, offsetof(struct pair_packet, bytes) + from->len);
}

/* A connection of TCP that a opened. */
struct pair_stream {
    struct ike_path path[2]; /* as a and b know it */
    int holds[2];
    bool is_gone;
};

struct pair {
    const struct crypt_ike_ops *ops; /* the test double, unless a test says otherwise */
    struct pair_host h[2];
    base_time now;
    bool drop[2];   /* packets from a, from b are lost */
    size_t carries; /* bytes of an IP packet that the path carries; 0: any */
    bool hold;      /* packets stay in the queue */
    bool has_nat;   /* a is behind a NAT */
    struct base_addr nat_addr;
    uint16_t nat_shift; /* added to a's ports outside */
    bool has_dnat;      /* b is behind a 1:1 NAT */
    struct base_addr public_addr;
    bool has_tcp;  /* connections of TCP can be opened, */
    int tcp_error; /* unless this says why not */
    bool drop_udp; /* nothing else passes */
    unsigned udp;  /* messages that did not go by one, whether they passed or not */
    size_t n_streams;
    struct pair_stream streams[PAIR_STREAMS];
    struct base_addr dead_addr; /* what goes there, and what comes from there, is lost */
    size_t head, tail;
    struct pair_packet *queue;
    struct pair_packet last; /* last one delivered */
};

static inline void pair_rng(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len)
{
    (void)purpose;
    seed_rng_fill(&((struct pair_host *)ctx)->rng, buf, len);
}

static inline int pair_spi_alloc(void *ctx, uint32_t *spi)
{
    struct pair_host *h = ctx;
    *spi = h->next_spi++;
    h->spis_out++;
    return 0;
}

static inline void pair_spi_free(void *ctx, uint32_t spi)
{
    (void)spi;
    ((struct pair_host *)ctx)->spis_out--;
}

static inline uint32_t pair_conn_open(void *ctx)
{
    struct pair_host *h = ctx;
    return 70 + ++h->conns_opened;
}

static inline void pair_conn_close(void *ctx, uint32_t number)
{
    ((struct pair_host *)ctx)->conn_closed = number;
}

static inline uint16_t pair_mtu_for(void *ctx, const struct base_addr *remote)
{
    (void)remote;
    return ((struct pair_host *)ctx)->port_mtu;
}

static inline int pair_local_for(void *ctx, const struct base_addr *remote, struct base_addr *local)
{
    (void)remote;
    *local = ((struct pair_host *)ctx)->addr;
    return 0;
}

/* Ours is one that is configured for the connection, or that of the host. */
static inline bool pair_is_usable(void *ctx, const struct base_addr *local, const struct base_addr *remote)
{
    const struct pair_host *h = ctx;
    const struct ike_conn_conf *c = &h->conf->conns[0];
    (void)remote;
    for (size_t i = 0; i < c->n_local_addrs; i++)
        if (base_addr_equal(&c->local_addrs[i], local))
            return true;
    return base_addr_equal(&h->addr, local);
}

/* The connection of TCP that a host knows by this path. NULL: there is none. */
static inline struct pair_stream *pair_stream_of(struct pair *p, int host, const struct ike_path *path)
{
    for (size_t i = 0; i < p->n_streams; i++)
        if (ike_path_equal(&p->streams[i].path[host], path))
            return &p->streams[i];
    return NULL;
}

static inline int pair_stream_open(void *ctx, struct ike_path *path)
{
    const struct pair_host *h = ctx;
    struct pair *p = h->pair;
    assert_ptr_equal(h, &p->h[0]);
    if (!p->has_tcp || p->tcp_error)
        return p->has_tcp ? p->tcp_error : -ENOTSUP;
    assert_true(p->n_streams < PAIR_STREAMS);
    path->local.port = (uint16_t)(40000 + p->n_streams);
    struct pair_stream *s = &p->streams[p->n_streams++];
    s->path[0] = s->path[1] = *path;
    s->path[1].local = path->remote;
    s->path[1].remote = (struct base_endpoint){p->has_nat ? p->nat_addr : path->local.addr,
                                               (uint16_t)(path->local.port + p->nat_shift)};
    return 0;
}

static inline void pair_stream_hold(void *ctx, const struct ike_path *path, bool holds)
{
    const struct pair_host *h = ctx;
    const int host = h != &h->pair->h[0];
    struct pair_stream *s = pair_stream_of(h->pair, host, path);
    assert_non_null(s);
    s->holds[host] += holds ? 1 : -1;
    assert_true(s->holds[host] >= 0);
}

/* Megabytes of which little is used: fresh pages are zeros, those of a heap would be written first. */
static inline void *pair_pages(size_t size)
{
    void *pages =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    return pages;
}

static inline struct pair *pair_new(void)
{
    struct pair *p = pair_pages(sizeof *p);
    p->ops = &null_ike_ops;
    p->queue = pair_pages(PAIR_QUEUE * sizeof *p->queue);
    p->now.ns = 1000 * BASE_NS_PER_S;
    p->h[0].pair = p->h[1].pair = p;
    p->h[0].addr = pair_addr("192.0.2.1");
    p->h[1].addr = pair_addr("198.51.100.1");
    p->nat_addr = pair_addr("203.0.113.7");
    p->public_addr = pair_addr("203.0.113.99");
    p->h[0].conf = pair_conf("b", "@a", "@b", "secret", "10.1.0.0/16", "10.2.0.0/16");
    p->h[1].conf = pair_conf("a", "@b", "@a", "secret", "10.2.0.0/16", "10.1.0.0/16");
    p->h[0].conf->conns[0].remote_addr = p->h[1].addr;
    p->h[1].conf->conns[0].remote_addr = p->h[0].addr;
    return p;
}

static inline void pair_boot(struct pair *p, int i)
{
    struct pair_host *h = &p->h[i];
    const struct ike_env env = {.ctx = h,
                                .rng = pair_rng,
                                .crypto = p->ops,
                                .spi_alloc = pair_spi_alloc,
                                .spi_free = pair_spi_free,
                                .local_for = pair_local_for,
                                .conn_open = pair_conn_open,
                                .conn_close = pair_conn_close,
                                .mtu_for = pair_mtu_for,
                                .is_usable = pair_is_usable,
                                .stream_open = pair_stream_open,
                                .stream_hold = pair_stream_hold};
    h->ike = ike_new(&env, h->conf, p->now);
    assert_non_null(h->ike);
}

static inline void pair_start(struct pair *p)
{
    null_crypt_seed(1);
    for (int i = 0; i < 2; i++) {
        struct pair_host *h = &p->h[i];
        h->rng = seed_rng(100 + (uint64_t)i);
        h->next_spi = 0x1000u * (unsigned)(i + 1);
        ike_conf_seal(h->conf);
        pair_boot(p, i);
    }
}

/* A host dies without a word, and comes back knowing nothing. */
static inline void pair_crash(struct pair *p, int i)
{
    struct pair_host *h = &p->h[i];
    ike_free(h->ike);
    for (size_t j = 0; j < h->n_children; j++)
        h->children[j].is_removed = true;
    pair_boot(p, i);
}

static inline struct pair_child *pair_find(struct pair_host *h, uint32_t spi_in)
{
    for (size_t i = 0; i < h->n_children; i++)
        if (h->children[i].i.pair.spi_in == spi_in)
            return &h->children[i];
    fail_msg("no child %x", spi_in);
    return NULL;
}

static inline void pair_queue(struct pair *p, int to, const struct ike_path *path, struct base_span bytes)
{
    assert_true(p->tail < PAIR_QUEUE);
    struct pair_packet *k = &p->queue[p->tail++];
    k->to = to;
    k->path = *path;
    k->len = bytes.len;
    memcpy(k->bytes, bytes.ptr, bytes.len);
}

static inline void pair_route(struct pair *p, int from, const struct ike_path *path, struct base_span bytes)
{
    if (path->tcp) {
        const struct pair_stream *s = pair_stream_of(p, from, path);
        p->h[from].sends++;
        assert_non_null(s);
        if (!s->is_gone && !p->drop[from])
            pair_queue(p, !from, &s->path[!from], bytes);
        return;
    }
    struct ike_path q = {.local = path->remote, .remote = path->local, .natt = path->remote.port == 4500};
    p->h[from].sends++;
    p->udp++;
    if (base_addr_equal(&path->remote.addr, &p->dead_addr) ||
        base_addr_equal(&path->local.addr, &p->dead_addr))
        return;
    if (p->drop_udp || p->drop[from] || (p->carries && bytes.len + ike_path_header_bytes(path) > p->carries))
        return;
    if (from == 0 && p->has_nat) {
        q.remote.addr = p->nat_addr;
        q.remote.port = (uint16_t)(q.remote.port + p->nat_shift);
    }
    if (from == 1 && p->has_nat) {
        if (!base_addr_equal(&path->remote.addr, &p->nat_addr))
            return;
        q.local.addr = p->h[0].addr;
        q.local.port = (uint16_t)(q.local.port - p->nat_shift);
        q.natt = q.local.port == 4500;
        if (!q.natt && q.local.port != 500)
            return; /* that mapping is gone */
    }
    if (p->has_dnat && from == 0)
        q.local.addr = p->h[1].addr;
    if (p->has_dnat && from == 1)
        q.remote.addr = p->public_addr;
    pair_queue(p, !from, &q, bytes);
}

/* Runs a job and gives it back. */
static inline void pair_job(struct pair *p, int i, struct ike_job *job)
{
    ike_job_run(p->ops, job);
    const struct ike_event ev = {.type = IKE_EV_JOB_DONE, .job = job};
    ike_on_event(p->h[i].ike, p->now, &ev);
}

static inline void pair_act(struct pair *p, int i, struct ike_action *a)
{
    struct pair_host *h = &p->h[i];
    switch (a->type) {
    case IKE_ACT_SEND:
        pair_route(p, i, &a->path, a->bytes);
        break;
    case IKE_ACT_KEEPALIVE:
        h->keepalives++;
        break;
    case IKE_ACT_SA_INSTALL:
        assert_true(h->n_children < PAIR_CHILDREN);
        h->children[h->n_children++] = (struct pair_child){.i = a->install,
                                                           .is_active = a->install.pair.active,
                                                           .path = a->path,
                                                           .way = a->install.pair.way,
                                                           .mtu = a->install.pair.outer_mtu};
        h->spis_out--;
        break;
    case IKE_ACT_SA_ACTIVATE:
        pair_find(h, a->spi_in)->is_active = true;
        break;
    case IKE_ACT_SA_DEACTIVATE:
        pair_find(h, a->spi_in)->is_active = false;
        break;
    case IKE_ACT_SA_REPATH:
        pair_find(h, a->spi_in)->path = a->path;
        pair_find(h, a->spi_in)->way = a->way;
        break;
    case IKE_ACT_SA_MTU:
        pair_find(h, a->spi_in)->mtu = a->mtu;
        break;
    case IKE_ACT_SA_REMOVE:
        assert_false(pair_find(h, a->spi_in)->is_removed);
        pair_find(h, a->spi_in)->is_removed = true;
        break;
    case IKE_ACT_JOB:
        if (h->hold_jobs)
            h->jobs[h->n_jobs++] = a->job;
        else
            pair_job(p, i, a->job);
        break;
    case IKE_ACT_AUDIT:
        assert_true(h->n_audits < PAIR_AUDITS);
        h->audits[h->n_audits++] = a->audit;
        break;
    }
    ike_action_wipe(a);
}

static inline bool pair_drain(struct pair *p)
{
    bool any = false;
    struct ike_action *a = malloc(sizeof *a);
    for (int i = 0; i < 2; i++)
        while (ike_next_action(p->h[i].ike, a)) {
            pair_act(p, i, a);
            any = true;
        }
    free(a);
    return any;
}

/* Hands over the oldest packet that is held. */
static inline void pair_deliver_one(struct pair *p)
{
    assert_true(p->head < p->tail);
    pair_packet_copy(&p->last, &p->queue[p->head++]);
    ike_on_packet(p->h[p->last.to].ike, p->now, &p->last.path, base_span(p->last.bytes, p->last.len));
    pair_drain(p);
}

/* Until nothing is left to do at this moment. */
static inline void pair_settle(struct pair *p)
{
    pair_drain(p);
    while (!p->hold && p->head < p->tail)
        pair_deliver_one(p);
    if (p->head == p->tail)
        p->head = p->tail = 0;
}

/* Lets time pass, timers firing on the way. */
static inline void pair_run(struct pair *p, uint64_t seconds)
{
    const base_time end = base_time_add(p->now, seconds * BASE_NS_PER_S);
    pair_settle(p);
    for (;;) {
        const base_time at = base_time_min(ike_deadline(p->h[0].ike), ike_deadline(p->h[1].ike));
        if (at.ns > end.ns)
            break;
        if (at.ns > p->now.ns)
            p->now = at;
        ike_on_timer(p->h[0].ike, p->now);
        ike_on_timer(p->h[1].ike, p->now);
        pair_settle(p);
    }
    p->now = end;
}

static inline int pair_event(struct pair *p, int i, struct ike_event ev)
{
    const int rc = ike_on_event(p->h[i].ike, p->now, &ev);
    pair_settle(p);
    return rc;
}

/* A connection of TCP breaks off, and both hosts hear it. */
static inline void pair_break(struct pair *p, struct pair_stream *s)
{
    s->is_gone = true;
    for (int i = 1; i >= 0; i--)
        pair_event(p, i,
                   (struct ike_event){.type = IKE_EV_STREAM_ENDED,
                                      .path = s->path[i],
                                      .is_ours = i == 0,
                                      .error = -ECONNRESET,
                                      .why = "Connection reset by peer"});
}

static inline void pair_connect(struct pair *p)
{
    assert_int_equal(pair_event(p, 0, (struct ike_event){.type = IKE_EV_INITIATE, .name = "b"}), 0);
}

static inline size_t pair_live(const struct pair_host *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_children; i++)
        n += !h->children[i].is_removed;
    return n;
}

static inline const struct ike_audit *pair_audit(const struct pair_host *h, enum ike_audit_kind kind)
{
    for (size_t i = h->n_audits; i > 0; i--)
        if (h->audits[i - 1].kind == kind)
            return &h->audits[i - 1];
    return NULL;
}

static inline size_t pair_count(const struct pair_host *h, enum ike_audit_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_audits; i++)
        n += h->audits[i].kind == kind;
    return n;
}

/* Each side's live pairs that send are each other's counterparts, with the same keys. */
static inline void pair_check_keys(struct pair *p)
{
    for (size_t i = 0; i < p->h[0].n_children; i++) {
        const struct pair_child *c = &p->h[0].children[i];
        if (c->is_removed)
            continue;
        const struct pair_child *d = pair_find(&p->h[1], c->i.pair.spi_out);
        assert_int_equal(d->i.pair.spi_out, c->i.pair.spi_in);
        assert_memory_equal(d->i.pair.keys_out.encr, c->i.pair.keys_in.encr, CRYPT_ENCR_KEY_MAX);
        assert_memory_equal(d->i.pair.keys_in.encr, c->i.pair.keys_out.encr, CRYPT_ENCR_KEY_MAX);
    }
}

static inline struct ike_stats pair_stats(struct pair *p, int i)
{
    struct ike_stats s;
    ike_stats(p->h[i].ike, &s);
    return s;
}

/* A pair of engines with one child up. */
static inline struct pair *pair_up(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    pair_connect(p);
    assert_int_equal(pair_live(&p->h[1]), 1);
    return p;
}

/* One IKE SA and one child on both sides, with the same keys. */
static inline void pair_check_one(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pair_stats(p, i).ike_sas, 1);
        assert_int_equal(pair_stats(p, i).children, 1);
        assert_int_equal(pair_live(&p->h[i]), 1);
    }
    pair_check_keys(p);
}

static inline void pair_free(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        for (size_t j = 0; j < p->h[i].n_jobs; j++)
            pair_job(p, i, p->h[i].jobs[j]);
        ike_free(p->h[i].ike);
        assert_int_equal(p->h[i].spis_out, 0);
        ike_conf_put(p->h[i].conf);
    }
    munmap(p->queue, PAIR_QUEUE * sizeof *p->queue);
    munmap(p, sizeof *p);
}
