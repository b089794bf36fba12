/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows are found by the index of their configuration, reserved addresses in a sorted list. */
#include "ike_grant.h"

#include <stdlib.h>
#include <string.h>
#include "ike_index.h"

#define GRANTS_ROOM 16

static bool grants_grow(struct ike_conf *conf)
{
    struct ike_grants *g = conf->grants;
    if (!g)
        g = conf->grants = calloc(1, sizeof *g);
    if (!g || g->n < g->room)
        return g != NULL;
    const size_t room = g->room ? 2 * g->room : GRANTS_ROOM;
    struct ike_grant *list = reallocarray(g->list, room, sizeof *list);
    if (!list)
        return false;
    g->list = list;
    g->room = room;
    return true;
}

struct ike_grant *ike_grant_add(struct ike_conf *conf, struct ike_conn_conf *conn)
{
    if (!grants_grow(conf))
        return NULL;
    if (!conn->n_grants)
        conn->first_grant = (uint32_t)conf->grants->n;
    conn->n_grants++;
    struct ike_grant *row = &conf->grants->list[conf->grants->n++];
    *row = (struct ike_grant){.reauth_s = IKE_GRANT_UNSET};
    return row;
}

static void grant_fini(struct ike_grant *row)
{
    free(row->local_ts);
    free(row->remote_ts);
}

void ike_grant_drop(struct ike_conf *conf, struct ike_conn_conf *conn)
{
    grant_fini(&conf->grants->list[--conf->grants->n]);
    conn->n_grants--;
}

static int reserved_order(const void *a, const void *b)
{
    const struct ike_reserved *x = a, *y = b;
    const int rc = base_addr_compare(&x->addr, &y->addr);
    return rc ? rc : (x->grant > y->grant) - (x->grant < y->grant);
}

/* Rows of several connections may keep an address for one identity. */
static bool reserved_same(const struct ike_grants *g, const struct ike_reserved *x,
                          const struct ike_reserved *y)
{
    return x->grant != y->grant && base_addr_equal(&x->addr, &y->addr) &&
           ike_id_equal(&g->list[x->grant].id, &g->list[y->grant].id);
}

void ike_grants_seal(struct ike_grants *g)
{
    size_t n = 0;
    for (size_t i = 0; g && i < g->n; i++)
        n += g->list[i].n_addrs;
    struct ike_reserved *all = n ? calloc(n, sizeof *all) : NULL;
    if (!all)
        return;
    free(g->reserved);
    g->reserved = all;
    g->n_reserved = n = 0;
    for (uint32_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < g->list[i].n_addrs; k++)
            all[n++] = (struct ike_reserved){g->list[i].addrs[k], i};
    qsort(all, n, sizeof *all, reserved_order);
    for (size_t i = 0; i < n; i++)
        if (!g->n_reserved || !reserved_same(g, &all[g->n_reserved - 1], &all[i]))
            all[g->n_reserved++] = all[i];
}

void ike_grants_free(struct ike_grants *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n; i++)
        grant_fini(&g->list[i]);
    free(g->list);
    free(g->reserved);
    free(g);
}

const struct ike_grant *ike_grant_of(const struct ike_conn_conf *conn, const struct ike_id *id)
{
    uint32_t i = IKE_INDEX_NONE;
    while (conn->n_grants && (i = ike_index_grant(conn, id, i)) != IKE_INDEX_NONE)
        if (i - conn->first_grant < conn->n_grants && ike_id_equal(&conn->conf->grants->list[i].id, id))
            return &conn->conf->grants->list[i];
    return NULL;
}

/* Without memory for a sorted list. */
static const struct ike_id *grants_walk(const struct ike_grants *g, const struct base_addr *addr)
{
    for (size_t i = 0; g && i < g->n; i++)
        for (size_t k = 0; k < g->list[i].n_addrs; k++)
            if (base_addr_equal(&g->list[i].addrs[k], addr))
                return &g->list[i].id;
    return NULL;
}

/* How many of the sorted ones are below an address. */
static size_t reserved_below(const struct ike_grants *g, const struct base_addr *addr)
{
    size_t lo = 0, hi = g ? g->n_reserved : 0;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (base_addr_compare(&g->reserved[mid].addr, addr) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct ike_id *ike_grants_owner(const struct ike_grants *g, const struct base_addr *addr)
{
    if (!g || g->n_reserved == 0)
        return grants_walk(g, addr);
    const size_t at = reserved_below(g, addr);
    return at < g->n_reserved && base_addr_equal(&g->reserved[at].addr, addr)
               ? &g->list[g->reserved[at].grant].id
               : NULL;
}

size_t ike_grants_between(const struct ike_grants *g, const struct base_addr *lo, const struct base_addr *hi)
{
    const size_t from = reserved_below(g, lo);
    size_t to = reserved_below(g, hi);
    to += g && to < g->n_reserved && base_addr_equal(&g->reserved[to].addr, hi);
    return to - from;
}

/* ---- comparison ---- */

static bool grant_same_selectors(const struct base_ts_list *a, const struct base_ts_list *b)
{
    return a && b ? base_ts_equal(a, b) : a == b;
}

/* Pools are the same when they have the same names. */
static bool grant_same_pools(const struct ike_conf *x, const struct ike_grant *a, const struct ike_conf *y,
                             const struct ike_grant *b)
{
    bool same = a->n_pools == b->n_pools;
    for (size_t i = 0; same && i < a->n_pools; i++)
        same = strcmp(x->pools[a->pools[i]].name, y->pools[b->pools[i]].name) == 0;
    return same;
}

bool ike_grant_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b, const struct ike_id *id)
{
    const struct ike_grant *x = ike_grant_of(a, id), *y = ike_grant_of(b, id);
    if (!x || !y)
        return x == y;
    bool same = x->n_addrs == y->n_addrs && grant_same_pools(a->conf, x, b->conf, y);
    for (size_t i = 0; same && i < x->n_addrs; i++)
        same = base_addr_equal(&x->addrs[i], &y->addrs[i]);
    return same && grant_same_selectors(x->local_ts, y->local_ts) &&
           grant_same_selectors(x->remote_ts, y->remote_ts);
}

size_t ike_grants_differ(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_grants; i++) {
        const struct ike_grant *row = &a->conf->grants->list[a->first_grant + i], *twin;
        twin = ike_grant_of(b, &row->id);
        n += !twin || twin->reauth_s != row->reauth_s || !ike_grant_same(a, b, &row->id);
    }
    for (size_t i = 0; i < b->n_grants; i++)
        n += !ike_grant_of(a, &b->conf->grants->list[b->first_grant + i].id);
    return n;
}
