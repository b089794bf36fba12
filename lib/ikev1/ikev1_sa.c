/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ISAKMP SAs in their tables. One that ends leaves them at once and is freed by the end of the settle step,
 * so no handler holds a stale pointer.
 */
#include "ikev1_sa.h"

#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "base_secret.h"
#include "ike_env.h"
#include "ike_run.h"
#include "ike_share.h"
#include "ikev1_tables.h"
#include "ikev1_tally.h"

static uint64_t sa_place_key(const struct ike *ike, const struct base_endpoint *e)
{
    uint8_t key[18];
    memcpy(key, e->addr.bytes, 16);
    memcpy(key + 16, &e->port, 2);
    return ike_hash(ike, key, sizeof key);
}

static uint64_t sa_first_key(const struct ike *ike, uint64_t spi_i, const struct base_endpoint *e)
{
    return sa_place_key(ike, e) ^ ike_hash(ike, &spi_i, sizeof spi_i);
}

static uint64_t sa_prefix_key(const struct ike *ike, const struct base_addr *addr)
{
    const struct base_addr prefix = ike_share_prefix(addr);
    return ike_hash(ike, prefix.bytes, sizeof prefix.bytes);
}

static uint64_t sa_run_key(const struct ike *ike, const struct ike_run *run)
{
    const uintptr_t p = (uintptr_t)run;
    return ike_hash(ike, &p, sizeof p);
}

static void sa_tell_known(struct ike *ike, const struct ikev1_sa *sa, bool is_known)
{
    if (ike->env.spi_known && ikev1_sa_cookie(sa))
        ike->env.spi_known(ike->env.ctx, ikev1_sa_cookie(sa), is_known);
}

static struct ikev1_sa *sa_with_cookie(const struct ike *ike, uint64_t cookie)
{
    const uint64_t key = ike_hash(ike, &cookie, sizeof cookie);
    for (const struct ike_node *n = NULL; (n = ike_table_next(&ike->v1->by_spi, key, n)) != NULL;)
        if (ikev1_sa_cookie(n->owner) == cookie)
            return n->owner;
    return NULL;
}

uint64_t ikev1_sa_new_cookie(struct ike *ike)
{
    uint64_t cookie;
    do
        ike->env.rng(ike->env.ctx, IKE_RNG_SPI, &cookie, sizeof cookie);
    while (cookie == 0 || sa_with_cookie(ike, cookie));
    return cookie;
}

struct ikev1_sa *ikev1_sa_by_cookies(const struct ike *ike, uint64_t spi_i, uint64_t spi_r)
{
    struct ikev1_sa *sa = spi_r ? sa_with_cookie(ike, spi_r) : NULL;
    if (sa && !sa->is_initiator && sa->spi_i == spi_i)
        return sa;
    sa = sa_with_cookie(ike, spi_i);
    return sa && sa->is_initiator && (sa->spi_r == spi_r || !sa->spi_r) ? sa : NULL;
}

struct ikev1_sa *ikev1_sa_by_first(const struct ike *ike, uint64_t spi_i, const struct base_endpoint *from)
{
    const uint64_t key = sa_first_key(ike, spi_i, from);
    for (const struct ike_node *n = NULL; (n = ike_table_next(&ike->v1->by_first, key, n)) != NULL;) {
        struct ikev1_sa *sa = n->owner;
        if (sa->spi_i == spi_i && base_endpoint_equal(&sa->path.remote, from))
            return sa;
    }
    return NULL;
}

struct ikev1_sa *ikev1_sa_by_id(const struct ike *ike, uint64_t id)
{
    const uint64_t key = ike_hash(ike, &id, sizeof id);
    for (const struct ike_node *n = NULL; (n = ike_table_next(&ike->v1->by_id, key, n)) != NULL;)
        if (((const struct ikev1_sa *)n->owner)->id == id)
            return n->owner;
    return NULL;
}

struct ikev1_sa *ikev1_sa_heir(const struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_sa *to;
    while (sa->replaced_by && (to = ikev1_sa_by_id(ike, sa->replaced_by)) != NULL &&
           to->state == IKEV1_ST_UP && to->conn == sa->conn)
        sa = to;
    return sa;
}

struct ikev1_sa *ikev1_sa_of_run(const struct ike *ike, const struct ike_run *run,
                                 const struct ikev1_sa *after)
{
    const struct ike_run *at = after ? after->run : run;
    const struct ike_node *n = after ? &after->by_run : NULL;
    while (at && (n = ike_table_next(&ike->v1->by_run, sa_run_key(ike, at), n)) != NULL)
        if (((const struct ikev1_sa *)n->owner)->run == at)
            return n->owner;
    return at && at == run ? ikev1_sa_of_run(ike, ike_run_former(ike, run), NULL) : NULL;
}

struct ikev1_sa *ikev1_sa_at(const struct ike *ike, const struct base_endpoint *remote)
{
    const uint64_t key = sa_place_key(ike, remote);
    for (const struct ike_node *n = NULL; (n = ike_table_next(&ike->v1->by_peer, key, n)) != NULL;) {
        struct ikev1_sa *sa = n->owner;
        if (sa->state == IKEV1_ST_UP && !sa->replaced_by && base_endpoint_equal(&sa->path.remote, remote))
            return sa;
    }
    return NULL;
}

uint32_t ikev1_sa_half_open_of(const struct ike *ike, const struct base_endpoint *from)
{
    uint32_t n = 0;
    const uint64_t key = sa_place_key(ike, from);
    for (const struct ike_node *o = NULL; (o = ike_table_next(&ike->v1->by_place, key, o)) != NULL;)
        n++;
    return n;
}

uint32_t ikev1_sa_half_open_around(const struct ike *ike, const struct base_addr *addr)
{
    uint32_t n = 0;
    const uint64_t key = sa_prefix_key(ike, addr);
    for (const struct ike_node *o = NULL; (o = ike_table_next(&ike->v1->by_prefix, key, o)) != NULL;)
        n++;
    return n;
}

void ikev1_sa_touch(struct ike *ike, struct ikev1_sa *sa)
{
    if (sa->is_touched)
        return;
    sa->is_touched = true;
    sa->touch_next = NULL;
    if (ike->v1->touched_last)
        ike->v1->touched_last->touch_next = sa;
    else
        ike->v1->touched = sa;
    ike->v1->touched_last = sa;
}

struct ikev1_sa *ikev1_sa_new(struct ike *ike, const struct ike_path *path, bool is_initiator)
{
    if (ike_reserve_timer(ike) < 0)
        return NULL;
    struct ikev1_sa *sa = base_secret_new(sizeof *sa);
    struct ikev1_hs *hs = sa ? base_secret_new(sizeof *hs) : NULL;
    if (!hs) {
        base_secret_free(sa);
        return NULL;
    }
    sa->hs = hs;
    sa->id = ++ike->next_id;
    sa->is_initiator = is_initiator;
    sa->path = *path;
    sa->timer.owner = IKE_TIMER_SA_V1;
    sa->phase1.at = BASE_TIME_NEVER;
    sa->life.give_up_at = sa->life.rekey_at = sa->life.dies_at = BASE_TIME_NEVER;
    sa->life.childless_at = sa->life.heard_at = sa->life.replaced_at = BASE_TIME_NEVER;
    sa->life.created_at = sa->life.last_in = sa->life.last_out = ike->now;
    sa->prev = ike->v1->last;
    if (ike->v1->last)
        ike->v1->last->next = sa;
    else
        ike->v1->first = sa;
    ike->v1->last = sa;
    ike_table_add(&ike->v1->by_id, &sa->by_id, ike_hash(ike, &sa->id, sizeof sa->id), sa);
    ike->stats.ike_sas++;
    ikev1_sa_touch(ike, sa);
    return sa;
}

/* ---- half open ---- */

static void half_open_enter(struct ike *ike, struct ikev1_sa *sa)
{
    sa->is_half_open = true;
    sa->half_prev = ike->v1->half_last;
    sa->half_next = NULL;
    if (ike->v1->half_last)
        ike->v1->half_last->half_next = sa;
    else
        ike->v1->half_first = sa;
    ike->v1->half_last = sa;
    ike->v1->n_half_open++;
    ike->stats.half_open++;
    ike_table_add(&ike->v1->by_first, &sa->by_first, sa_first_key(ike, sa->spi_i, &sa->path.remote), sa);
    ike_table_add(&ike->v1->by_place, &sa->by_place, sa_place_key(ike, &sa->path.remote), sa);
    ike_table_add(&ike->v1->by_prefix, &sa->by_prefix, sa_prefix_key(ike, &sa->path.remote.addr), sa);
}

static void half_open_leave(struct ike *ike, struct ikev1_sa *sa)
{
    if (!sa->is_half_open)
        return;
    sa->is_half_open = false;
    if (sa->half_prev)
        sa->half_prev->half_next = sa->half_next;
    else
        ike->v1->half_first = sa->half_next;
    if (sa->half_next)
        sa->half_next->half_prev = sa->half_prev;
    else
        ike->v1->half_last = sa->half_prev;
    ike->v1->n_half_open--;
    ike->stats.half_open--;
    ike_table_remove(&ike->v1->by_first, &sa->by_first);
    ike_table_remove(&ike->v1->by_place, &sa->by_place);
    ike_table_remove(&ike->v1->by_prefix, &sa->by_prefix);
}

/* ---- life ---- */

void ikev1_sa_link(struct ike *ike, struct ikev1_sa *sa)
{
    const uint64_t cookie = ikev1_sa_cookie(sa);
    ike_table_add(&ike->v1->by_spi, &sa->by_spi, ike_hash(ike, &cookie, sizeof cookie), sa);
    if (sa->is_initiator)
        sa_tell_known(ike, sa, true);
    else
        half_open_enter(ike, sa);
}

void ikev1_sa_leave_run(struct ike *ike, struct ikev1_sa *sa)
{
    ikev1_tally_leave(sa);
    ike_table_remove(&ike->v1->by_run, &sa->by_run);
    sa->run = NULL;
}

bool ikev1_sa_set_conn(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn)
{
    const struct ike_conf *old = sa->conf;
    uint8_t *wishes = calloc(conn->n_children + 1, 1);
    if (!wishes)
        return false;
    ikev1_sa_leave_run(ike, sa);
    free(sa->wishes);
    sa->wishes = wishes;
    sa->conn = conn;
    sa->conf = ike_conf_get(conn->conf);
    ike_conf_put(old);
    sa->run = ike_run_of(ike, conn);
    if (sa->run)
        ike_table_add(&ike->v1->by_run, &sa->by_run, sa_run_key(ike, sa->run), sa);
    return true;
}

/* Where it is found by what its peer sends. */
static void sa_peer_enter(struct ike *ike, struct ikev1_sa *sa)
{
    if (sa->state == IKEV1_ST_LOGIN || sa->state == IKEV1_ST_UP)
        ike_table_add(&ike->v1->by_peer, &sa->by_peer, sa_place_key(ike, &sa->path.remote), sa);
}

void ikev1_sa_set_path(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path)
{
    const bool is_half_open = sa->is_half_open;
    half_open_leave(ike, sa);
    sa->path = *path;
    if (is_half_open)
        half_open_enter(ike, sa);
    sa_peer_enter(ike, sa);
}

void ikev1_sa_set_state(struct ike *ike, struct ikev1_sa *sa, enum ikev1_state state)
{
    sa->state = state;
    ikev1_sa_touch(ike, sa);
    sa_peer_enter(ike, sa);
    if (state < IKEV1_ST_UP)
        return;
    half_open_leave(ike, sa);
    if (state == IKEV1_ST_UP)
        sa_tell_known(ike, sa, true);
}

void ikev1_sa_kill(struct ike *ike, struct ikev1_sa *sa)
{
    if (sa->state == IKEV1_ST_DEAD)
        return;
    sa->died_in = sa->state;
    ikev1_sa_set_state(ike, sa, IKEV1_ST_DEAD);
    ike_timer_clear(&ike->timers, &sa->timer);
    sa_tell_known(ike, sa, false);
    ike_table_remove(&ike->v1->by_spi, &sa->by_spi);
    ike_table_remove(&ike->v1->by_id, &sa->by_id);
    ike_table_remove(&ike->v1->by_peer, &sa->by_peer);
    if (sa->prev)
        sa->prev->next = sa->next;
    else
        ike->v1->first = sa->next;
    if (ike->v1->leaving == sa)
        ike->v1->leaving = sa->next;
    if (sa->next)
        sa->next->prev = sa->prev;
    else
        ike->v1->last = sa->prev;
    sa->prev = sa->next = NULL;
    ike->stats.ike_sas--;
    sa->dead_next = ike->v1->dead;
    ike->v1->dead = sa;
}

void ikev1_sa_wish(struct ikev1_sa *sa, size_t child, bool is_now)
{
    sa->wishes[child] |= IKEV1_WISH | (is_now ? IKEV1_WISH_NOW : 0);
}

void ikev1_hs_free(struct ike *ike, struct ikev1_hs *hs)
{
    if (!hs)
        return;
    if (hs->job)
        ike_wait_disown(ike, hs->job);
    ike->env.crypto->dh_free(hs->dh);
    ike_blob_free(&hs->sa_i);
    ike_blob_free(&hs->id_i);
    ike_blob_free(&hs->id_r);
    ike_blob_free(&hs->kept);
    ike_blob_free(&hs->proof);
    ike_conf_put(hs->conf);
    base_secret_free(hs);
}

struct explain_about ikev1_sa_about(const struct ikev1_sa *sa)
{
    return (struct explain_about){.ike_id = sa->id,
                                  .path = &sa->path,
                                  .remote_id = &sa->remote_id,
                                  .conn = sa->conn,
                                  .is_authentic = sa->state >= IKEV1_ST_LOGIN};
}
