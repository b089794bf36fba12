/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE SAs as objects: birth, tables, states, death. An SA that ends during a dispatch is taken out of all
 * tables at once; what its end means for others, and its memory, is the business of the settle step, so no
 * handler holds a stale pointer.
 */
#include "ikev2_sa.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "base_secret.h"
#include "base_time.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_ids.h"
#include "ike_path.h"
#include "ike_run.h"
#include "ike_share.h"
#include "ike_stream.h"
#include "ike_timer.h"
#include "ikev2_init.h"
#include "ikev2_tables.h"
#include "ikev2_tally.h"

static size_t slot_of_u64(const struct ike *ike, uint64_t key)
{
    return ike_hash(ike, &key, sizeof key) & (ike->v2->n_slots - 1);
}

static size_t slot_of_endpoint(const struct ike *ike, const struct base_endpoint *e)
{
    uint8_t key[18];
    memcpy(key, e->addr.bytes, 16);
    memcpy(key + 16, &e->port, 2);
    return ike_hash(ike, key, sizeof key) & (ike->v2->n_slots - 1);
}

static size_t slot_of_run(const struct ike *ike, const struct ike_run *run)
{
    return slot_of_u64(ike, (uintptr_t)run);
}

static uint64_t own_spi(const struct ikev2_sa *sa)
{
    return sa->is_initiator ? sa->spi_i : sa->spi_r;
}

/* Whom we called ourselves is no stranger, and a caller is none once it is up. */
static void tell_known(struct ike *ike, const struct ikev2_sa *sa, bool is_known)
{
    if (ike->env.spi_known && own_spi(sa))
        ike->env.spi_known(ike->env.ctx, own_spi(sa), is_known);
}

struct ikev2_sa *ikev2_sa_by_spi(struct ike *ike, uint64_t spi)
{
    struct ikev2_sa *sa = ike->v2->by_spi[slot_of_u64(ike, spi)];
    while (sa && own_spi(sa) != spi)
        sa = sa->link.spi_next;
    return sa;
}

struct ikev2_sa *ikev2_sa_by_id(const struct ike *ike, uint64_t id)
{
    struct ikev2_sa *sa = ike->v2->by_id[slot_of_u64(ike, id)];
    while (sa && sa->id != id)
        sa = sa->link.id_next;
    return sa;
}

struct ikev2_sa *ikev2_sa_of_run(const struct ike *ike, const struct ike_run *run,
                                 const struct ikev2_sa *after)
{
    if (!run)
        return NULL;
    const struct ike_run *at = after ? after->run : run;
    struct ikev2_sa *sa = after ? after->link.run_next : ike->v2->by_run[slot_of_run(ike, run)];
    while (sa && sa->run != at)
        sa = sa->link.run_next;
    return sa || at != run ? sa : ikev2_sa_of_run(ike, ike_run_former(ike, run), NULL);
}

struct ikev2_sa *ikev2_sa_by_init(struct ike *ike, uint64_t spi_i, const struct base_endpoint *remote)
{
    struct ikev2_sa *sa = ike->v2->by_init[slot_of_endpoint(ike, remote)];
    while (sa && !(sa->spi_i == spi_i && base_endpoint_equal(&sa->path.remote, remote)))
        sa = sa->link.init_next;
    return sa;
}

struct ikev2_sa *ikev2_sa_at(const struct ike *ike, const struct base_endpoint *remote,
                             const struct ikev2_sa *after)
{
    struct ikev2_sa *sa = after ? after->link.place_next : ike->v2->by_place[slot_of_endpoint(ike, remote)];
    while (sa && !base_endpoint_equal(&sa->path.remote, remote))
        sa = sa->link.place_next;
    return sa;
}

uint32_t ikev2_sa_half_open_of(const struct ike *ike, const struct base_endpoint *remote)
{
    uint32_t n = 0;
    for (struct ikev2_sa *sa = ike->v2->by_init[slot_of_endpoint(ike, remote)]; sa; sa = sa->link.init_next)
        n += base_endpoint_equal(&sa->path.remote, remote);
    return n;
}

struct ikev2_sa *ikev2_sa_greediest(const struct ike *ike)
{
    struct ike_share_member *m = ike_share_greediest(ike);
    return m ? (struct ikev2_sa *)((char *)m - offsetof(struct ikev2_sa, share)) : NULL;
}

uint64_t ikev2_sa_new_spi(struct ike *ike)
{
    uint64_t spi;
    do
        ike->env.rng(ike->env.ctx, IKE_RNG_SPI, &spi, sizeof spi);
    while (spi == 0 || ikev2_sa_by_spi(ike, spi));
    return spi;
}

void ikev2_sa_touch(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->link.is_touched)
        return;
    sa->link.is_touched = true;
    sa->link.touch_next = NULL;
    if (ike->v2->touched_last)
        ike->v2->touched_last->link.touch_next = sa;
    else
        ike->v2->touched = sa;
    ike->v2->touched_last = sa;
}

struct ikev2_sa *ikev2_sa_new(struct ike *ike, const struct ike_path *path, bool is_initiator)
{
    if (ike_reserve_timer(ike) < 0)
        return NULL;
    struct ikev2_sa *sa = base_secret_new(sizeof *sa);
    if (!sa || ikev2_peer_reserve(ike) < 0) {
        base_secret_free(sa);
        return NULL;
    }
    sa->id = ++ike->next_id;
    sa->is_initiator = is_initiator;
    sa->remote_id = &ike_id_none;
    sa->path = *path;
    ike_stream_hold(ike, path);
    sa->stream.again_at = BASE_TIME_NEVER;
    if (path->tcp)
        sa->moved.asked_at = ike->now;
    sa->timer.owner = IKE_TIMER_SA;
    sa->pmtu.at = BASE_TIME_NEVER;
    sa->life.give_up_at = sa->life.rekey_at = sa->life.dies_at = sa->life.childless_at = BASE_TIME_NEVER;
    sa->life.reauth_at = sa->life.auth_ends_at = BASE_TIME_NEVER;
    sa->life.created_at = sa->life.last_in = sa->life.last_out = ike->now;
    sa->link.prev = ike->v2->last;
    if (ike->v2->last)
        ike->v2->last->link.next = sa;
    else
        ike->v2->first = sa;
    ike->v2->last = sa;
    struct ikev2_sa **id_slot = &ike->v2->by_id[slot_of_u64(ike, sa->id)];
    sa->link.id_next = *id_slot;
    *id_slot = sa;
    ike->stats.ike_sas++;
    ikev2_sa_touch(ike, sa);
    return sa;
}

void ikev2_sa_link(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa **slot = &ike->v2->by_spi[slot_of_u64(ike, own_spi(sa))];
    sa->link.spi_next = *slot;
    *slot = sa;
    if (sa->is_initiator)
        tell_known(ike, sa, true);
}

void ikev2_sa_init_link(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa **slot = &ike->v2->by_init[slot_of_endpoint(ike, &sa->path.remote)];
    sa->link.init_next = *slot;
    *slot = sa;
    ike->stats.half_open++;
    ike_share_add(ike, &sa->share, &sa->path.remote.addr);
}

void ikev2_sa_init_unlink(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa **p = &ike->v2->by_init[slot_of_endpoint(ike, &sa->path.remote)];
    while (*p && *p != sa)
        p = &(*p)->link.init_next;
    if (!*p)
        return;
    *p = sa->link.init_next;
    sa->link.init_next = NULL;
    ike->stats.half_open--;
    ike_share_remove(ike, &sa->share);
}

static void sa_unlink_all(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa **p = &ike->v2->by_spi[slot_of_u64(ike, own_spi(sa))];
    while (*p && *p != sa)
        p = &(*p)->link.spi_next;
    if (*p)
        *p = sa->link.spi_next;
    p = &ike->v2->by_id[slot_of_u64(ike, sa->id)];
    while (*p && *p != sa)
        p = &(*p)->link.id_next;
    if (*p)
        *p = sa->link.id_next;
    if (sa->link.prev)
        sa->link.prev->link.next = sa->link.next;
    else
        ike->v2->first = sa->link.next;
    if (ike->v2->leaving == sa)
        ike->v2->leaving = sa->link.next;
    if (sa->link.next)
        sa->link.next->link.prev = sa->link.prev;
    else
        ike->v2->last = sa->link.prev;
    sa->link.prev = sa->link.next = NULL;
    ike->stats.ike_sas--;
}

static void sa_run_unlink(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->run)
        return;
    ikev2_tally_leave(sa);
    if (sa->link.run_prev)
        sa->link.run_prev->link.run_next = sa->link.run_next;
    else
        ike->v2->by_run[slot_of_run(ike, sa->run)] = sa->link.run_next;
    if (sa->link.run_next)
        sa->link.run_next->link.run_prev = sa->link.run_prev;
    sa->link.run_prev = sa->link.run_next = NULL;
    sa->run = NULL;
}

void ikev2_sa_leave_run(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_peer_leave(ike, sa);
    sa_run_unlink(ike, sa);
}

bool ikev2_sa_set_remote(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *id)
{
    const struct ike_id *kept = ike_ids_get(ike, id);
    if (!kept)
        return false;
    ike_ids_put(ike, sa->remote_id);
    sa->remote_id = kept;
    return true;
}

bool ikev2_sa_set_also(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *const *ids, size_t n)
{
    if (!n)
        return true;
    struct ikev2_also *also = sa->also = malloc(sizeof *also + n * sizeof *also->at);
    if (!also)
        return false;
    for (also->n = 0; also->n < n; also->n++) {
        also->at[also->n] = ike_ids_get(ike, ids[also->n]);
        if (!also->at[also->n])
            return false;
    }
    return true;
}

const struct ike_id *ikev2_sa_proved(const struct ikev2_sa *sa, size_t n)
{
    if (n == 0)
        return sa->remote_id;
    return sa->also && n <= sa->also->n ? sa->also->at[n - 1] : NULL;
}

void ikev2_sa_set_conn(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    const struct ike_conf *old = sa->conf;
    if (!conn || !sa->conn || strcmp(conn->name, sa->conn->name) != 0)
        ikev2_peer_leave(ike, sa);
    sa_run_unlink(ike, sa);
    sa->conn = conn;
    sa->conf = conn ? ike_conf_get(conn->conf) : NULL;
    ike_conf_put(old);
    sa->run = conn ? ike_run_of(ike, conn) : NULL;
    if (!sa->run)
        return;
    struct ikev2_sa **slot = &ike->v2->by_run[slot_of_run(ike, sa->run)];
    sa->link.run_next = *slot;
    if (sa->link.run_next)
        sa->link.run_next->link.run_prev = sa;
    *slot = sa;
    ikev2_peer_enter(ike, sa);
}

static void sa_place_link(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa **slot = &ike->v2->by_place[slot_of_endpoint(ike, &sa->path.remote)];
    sa->link.place_prev = NULL;
    sa->link.place_next = *slot;
    if (*slot)
        (*slot)->link.place_prev = sa;
    *slot = sa;
}

static void sa_place_unlink(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->link.place_next)
        sa->link.place_next->link.place_prev = sa->link.place_prev;
    if (sa->link.place_prev)
        sa->link.place_prev->link.place_next = sa->link.place_next;
    else
        ike->v2->by_place[slot_of_endpoint(ike, &sa->path.remote)] = sa->link.place_next;
    sa->link.place_prev = sa->link.place_next = NULL;
}

struct ikev2_sa *ikev2_sa_of_peer(const struct ike *ike, const struct ike_run *run, const struct ike_id *peer,
                                  const struct ikev2_sa *after)
{
    if (after)
        return after->link.peer.places[IKEV2_PEER_ALL].older;
    const struct ikev2_peer *p = ikev2_peer_of(ike, run, peer);
    return p ? p->lists[IKEV2_PEER_ALL].first : NULL;
}

void ikev2_sa_set_path(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    const bool is_up = sa->state == IKEV2_ST_UP;
    if (is_up)
        sa_place_unlink(ike, sa);
    ike_stream_hold(ike, path);
    ike_stream_leave(ike, &sa->path);
    if (path->tcp && !sa->path.tcp)
        sa->moved.asked_at = ike->now;
    sa->path = *path;
    if (is_up)
        sa_place_link(ike, sa);
}

static bool is_half_open(enum ikev2_state s)
{
    return s >= IKEV2_ST_R_DH && s <= IKEV2_ST_R_ROUND;
}

void ikev2_sa_set_state(struct ike *ike, struct ikev2_sa *sa, enum ikev2_state state)
{
    const enum ikev2_state before = sa->state;
    sa->state = state;
    ikev2_sa_touch(ike, sa);
    ikev2_peer_sort(sa);
    if (is_half_open(before) && !is_half_open(state))
        ikev2_sa_init_unlink(ike, sa);
    if (before == IKEV2_ST_UP && state != IKEV2_ST_UP)
        sa_place_unlink(ike, sa);
    if (before != IKEV2_ST_UP && state == IKEV2_ST_UP) {
        sa_place_link(ike, sa);
        ikev2_peer_enter(ike, sa);
        tell_known(ike, sa, true);
    }
}

void ikev2_sa_kill(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->state == IKEV2_ST_DEAD)
        return;
    sa->died_in = sa->state;
    ikev2_sa_set_state(ike, sa, IKEV2_ST_DEAD);
    ike_timer_clear(&ike->timers, &sa->timer);
    sa_unlink_all(ike, sa);
    ikev2_peer_leave(ike, sa);
    tell_known(ike, sa, false);
    sa->link.spi_next = ike->v2->dead;
    ike->v2->dead = sa;
}

struct explain_about ikev2_sa_about(const struct ikev2_sa *sa)
{
    /* Before the first one is proved, the one that the peer says that it has. */
    const bool is_proved = sa->remote_id->type != 0;
    return (struct explain_about){.ike_id = sa->id,
                                  .path = &sa->path,
                                  .remote_id = !is_proved && sa->init ? &sa->init->auth.peer : sa->remote_id,
                                  .conn = sa->conn,
                                  .is_authentic = sa->keys.prf_len > 0};
}
