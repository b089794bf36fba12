/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE SAs as objects: birth, tables, states, death. An SA that ends during a dispatch is taken out of all
 * tables at once; what its end means for others, and its memory, is the business of the settle step, so no
 * handler holds a stale pointer.
 */
#include "ike_sa.h"

#include <errno.h>
#include <stdlib.h>

/* A 64-bit mix with a secret seed: peers choose SPIs, but not where they collide. */
uint64_t ike_sa_hash(const struct ike *ike, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t h = ike->hash_seed;
    for (size_t i = 0; i < len; i++) {
        h ^= p[i];
        h *= 0x9e3779b97f4a7c15ull;
        h ^= h >> 29;
    }
    return h ^ (h >> 32);
}

static size_t slot_of_u64(const struct ike *ike, uint64_t key)
{
    return ike_sa_hash(ike, &key, sizeof key) & (ike->n_slots - 1);
}

static size_t slot_of_endpoint(const struct ike *ike, const struct base_endpoint *e)
{
    uint8_t key[18];
    memcpy(key, e->addr.bytes, 16);
    memcpy(key + 16, &e->port, 2);
    return ike_sa_hash(ike, key, sizeof key) & (ike->n_slots - 1);
}

static uint64_t own_spi(const struct ike_sa *sa)
{
    return sa->is_initiator ? sa->spi_i : sa->spi_r;
}

int ike_blob_set(struct ike_blob *b, struct base_span bytes)
{
    uint8_t *p = malloc(bytes.len ? bytes.len : 1);
    if (!p)
        return -ENOMEM;
    if (bytes.len)
        memcpy(p, bytes.ptr, bytes.len);
    ike_blob_free(b);
    *b = (struct ike_blob){p, bytes.len};
    return 0;
}

void ike_blob_free(struct ike_blob *b)
{
    free(b->ptr);
    *b = (struct ike_blob){NULL, 0};
}

struct ike_sa *ike_sa_by_spi(struct ike *ike, uint64_t spi)
{
    struct ike_sa *sa = ike->by_spi[slot_of_u64(ike, spi)];
    while (sa && own_spi(sa) != spi)
        sa = sa->link.spi_next;
    return sa;
}

struct ike_sa *ike_sa_by_id(const struct ike *ike, uint64_t id)
{
    struct ike_sa *sa = ike->by_id[slot_of_u64(ike, id)];
    while (sa && sa->id != id)
        sa = sa->link.id_next;
    return sa;
}

struct ike_sa *ike_sa_by_init(struct ike *ike, uint64_t spi_i, const struct base_endpoint *remote)
{
    struct ike_sa *sa = ike->by_init[slot_of_endpoint(ike, remote)];
    while (sa && !(sa->spi_i == spi_i && base_endpoint_equal(&sa->path.remote, remote)))
        sa = sa->link.init_next;
    return sa;
}

uint32_t ike_sa_half_open_of(const struct ike *ike, const struct base_endpoint *remote)
{
    uint32_t n = 0;
    for (struct ike_sa *sa = ike->by_init[slot_of_endpoint(ike, remote)]; sa; sa = sa->link.init_next)
        n += base_endpoint_equal(&sa->path.remote, remote);
    return n;
}

uint64_t ike_sa_new_spi(struct ike *ike)
{
    uint64_t spi;
    do
        ike->env.rng(ike->env.ctx, IKE_RNG_SPI, &spi, sizeof spi);
    while (spi == 0 || ike_sa_by_spi(ike, spi));
    return spi;
}

void ike_sa_touch(struct ike *ike, struct ike_sa *sa)
{
    if (sa->link.is_touched)
        return;
    sa->link.is_touched = true;
    sa->link.touch_next = NULL;
    if (ike->touched_last)
        ike->touched_last->link.touch_next = sa;
    else
        ike->touched = sa;
    ike->touched_last = sa;
}

struct ike_sa *ike_sa_new(struct ike *ike, const struct ike_path *path, bool is_initiator)
{
    if (ike_timer_reserve(&ike->timers, ike->stats.ike_sas + 1 + ike->conf->n_conns) < 0)
        return NULL;
    struct ike_sa *sa = calloc(1, sizeof *sa);
    if (!sa)
        return NULL;
    sa->id = ++ike->next_id;
    sa->is_initiator = is_initiator;
    sa->path = *path;
    sa->timer.owner = IKE_TIMER_SA;
    sa->life.give_up_at = sa->life.rekey_at = sa->life.dies_at = BASE_TIME_NEVER;
    sa->life.created_at = sa->life.last_in = sa->life.last_out = ike->now;
    sa->link.prev = ike->last;
    if (ike->last)
        ike->last->link.next = sa;
    else
        ike->first = sa;
    ike->last = sa;
    struct ike_sa **id_slot = &ike->by_id[slot_of_u64(ike, sa->id)];
    sa->link.id_next = *id_slot;
    *id_slot = sa;
    ike->stats.ike_sas++;
    ike_sa_touch(ike, sa);
    return sa;
}

void ike_sa_link(struct ike *ike, struct ike_sa *sa)
{
    struct ike_sa **slot = &ike->by_spi[slot_of_u64(ike, own_spi(sa))];
    sa->link.spi_next = *slot;
    *slot = sa;
}

void ike_sa_init_link(struct ike *ike, struct ike_sa *sa)
{
    struct ike_sa **slot = &ike->by_init[slot_of_endpoint(ike, &sa->path.remote)];
    sa->link.init_next = *slot;
    *slot = sa;
    ike->stats.half_open++;
}

void ike_sa_init_unlink(struct ike *ike, struct ike_sa *sa)
{
    struct ike_sa **p = &ike->by_init[slot_of_endpoint(ike, &sa->path.remote)];
    while (*p && *p != sa)
        p = &(*p)->link.init_next;
    if (!*p)
        return;
    *p = sa->link.init_next;
    sa->link.init_next = NULL;
    ike->stats.half_open--;
}

static void sa_unlink_all(struct ike *ike, struct ike_sa *sa)
{
    struct ike_sa **p = &ike->by_spi[slot_of_u64(ike, own_spi(sa))];
    while (*p && *p != sa)
        p = &(*p)->link.spi_next;
    if (*p)
        *p = sa->link.spi_next;
    p = &ike->by_id[slot_of_u64(ike, sa->id)];
    while (*p && *p != sa)
        p = &(*p)->link.id_next;
    if (*p)
        *p = sa->link.id_next;
    if (sa->link.prev)
        sa->link.prev->link.next = sa->link.next;
    else
        ike->first = sa->link.next;
    if (sa->link.next)
        sa->link.next->link.prev = sa->link.prev;
    else
        ike->last = sa->link.prev;
    sa->link.prev = sa->link.next = NULL;
    ike->stats.ike_sas--;
}

void ike_sa_leave_run(struct ike_sa *sa)
{
    if (!sa->run)
        return;
    if (sa->link.run_prev)
        sa->link.run_prev->link.run_next = sa->link.run_next;
    else
        sa->run->sas = sa->link.run_next;
    if (sa->link.run_next)
        sa->link.run_next->link.run_prev = sa->link.run_prev;
    sa->link.run_prev = sa->link.run_next = NULL;
    sa->run = NULL;
}

struct ike_run *ike_run_of(struct ike *ike, const struct ike_conn_conf *conn)
{
    return conn->conf == ike->conf ? &ike->runs[conn - ike->conf->conns] : NULL;
}

void ike_sa_set_conn(struct ike *ike, struct ike_sa *sa, const struct ike_conn_conf *conn)
{
    const struct ike_conf *old = sa->conf;
    ike_sa_leave_run(sa);
    sa->conn = conn;
    sa->conf = conn ? ike_conf_get(conn->conf) : NULL;
    ike_conf_put(old);
    sa->run = conn ? ike_run_of(ike, conn) : NULL;
    if (!sa->run)
        return;
    sa->link.run_next = sa->run->sas;
    if (sa->link.run_next)
        sa->link.run_next->link.run_prev = sa;
    sa->run->sas = sa;
}

static bool is_half_open(enum ike_state s)
{
    return s == IKE_ST_R_DH || s == IKE_ST_R_INIT;
}

void ike_sa_set_state(struct ike *ike, struct ike_sa *sa, enum ike_state state)
{
    const enum ike_state before = sa->state;
    sa->state = state;
    ike_sa_touch(ike, sa);
    if (is_half_open(before) && !is_half_open(state))
        ike_sa_init_unlink(ike, sa);
}

void ike_init_free(struct ike_sa *sa)
{
    if (!sa->init)
        return;
    ike_blob_free(&sa->init->msg_i);
    ike_blob_free(&sa->init->msg_r);
    free(sa->init);
    sa->init = NULL;
}

void ike_sa_kill(struct ike *ike, struct ike_sa *sa)
{
    if (sa->state == IKE_ST_DEAD)
        return;
    sa->died_in = sa->state;
    ike_sa_set_state(ike, sa, IKE_ST_DEAD);
    ike_timer_clear(&ike->timers, &sa->timer);
    sa_unlink_all(ike, sa);
    sa->link.spi_next = ike->dead;
    ike->dead = sa;
}
