/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routes: a trie per family from addresses to adjacencies. Own addresses, connected prefixes and static
 * routes are built in whenever the set is replaced; known neighbours are host routes in it, added and removed
 * in place. Control only, except for lookups.
 */
#include "dp_fib.h"

#include <errno.h>
#include <stdlib.h>
#include "dp_adj.h"
#include "dp_own.h"

#define NODES4 65536 /* of the tries */
#define NODES6 16384

static struct sad_trie *trie_of(struct dp_fib *fib, uint8_t family)
{
    return family == BASE_AF_IP6 ? &fib->trie6 : &fib->trie4;
}

static unsigned host_len(const struct base_addr *a)
{
    return a->family == BASE_AF_IP6 ? 128 : 32;
}

static void generation_step(struct dp_fib *fib)
{
    static uint32_t last; /* over all sets, so that no SA takes a new set's state for the old one's */
    atomic_store_explicit(&fib->generation, ++last ? last : ++last, memory_order_release);
}

static struct dp_fib_route *route_at(struct dp_fib *fib, const struct base_prefix *prefix)
{
    for (size_t i = 0; i < fib->n_routes; i++)
        if (fib->routes[i].prefix.len == prefix->len &&
            base_addr_equal(&fib->routes[i].prefix.addr, &prefix->addr))
            return &fib->routes[i];
    return NULL;
}

/* A later route for the same prefix replaces the earlier one. */
static int route_add(struct dp_fib *fib, const struct base_prefix *prefix, uint32_t adj)
{
    struct dp_fib_route *r = route_at(fib, prefix);
    bool is_new = !r;
    if (!adj)
        return -ENOSPC;
    int err = sad_trie_set(trie_of(fib, prefix->addr.family), prefix->addr.bytes, prefix->len, adj, is_new,
                           NULL, NULL);
    if (err)
        return err;
    if (is_new)
        r = &fib->routes[fib->n_routes++];
    *r = (struct dp_fib_route){*prefix, adj};
    return 0;
}

static struct base_prefix prefix_mask(const struct base_prefix *p)
{
    struct base_prefix out = *p;
    struct base_addr hi;
    base_prefix_range(p, &out.addr, &hi);
    return out;
}

static uint32_t port_adj(struct dp *dp, uint16_t port, enum dp_adj_kind kind)
{
    for (uint32_t i = 1; i < dp->n_adjs && i <= 2 * DP_PORTS_MAX; i++)
        if (dp->adjs[i].port == port && dp->adjs[i].kind == kind)
            return i;
    return 0;
}

static int port_add(struct dp *dp, struct dp_fib *fib, uint16_t port)
{
    const struct dp_own_port *p = &dp_own_now(dp)->ports[port];
    int err = 0;
    for (size_t i = 0; i < p->n_addrs && !err; i++) {
        struct base_prefix net = prefix_mask(&p->addrs[i]);
        struct base_prefix own = {p->addrs[i].addr, (uint8_t)host_len(&p->addrs[i].addr)};
        if (net.len < own.len)
            err = route_add(fib, &net, port_adj(dp, port, DP_ADJ_ONLINK));
        if (!err)
            err = route_add(fib, &own, port_adj(dp, port, DP_ADJ_LOCAL));
    }
    return err;
}

static int static_add(struct dp *dp, struct dp_fib *fib, const struct dp_route *r)
{
    if (r->port >= dp->params.n_ports)
        return -EINVAL;
    struct base_prefix prefix = prefix_mask(&r->prefix);
    uint32_t adj = port_adj(dp, r->port, DP_ADJ_ONLINK);
    if (r->next_hop.family != BASE_AF_NONE) {
        adj = dp_adj_neigh(dp, r->port, &r->next_hop);
        dp->adjs[adj].refs++;
    }
    return route_add(fib, &prefix, adj);
}

static int neighbours_add(struct dp *dp, struct dp_fib *fib)
{
    int err = 0;
    for (uint32_t i = 1; i < dp->n_adjs && !err; i++) {
        const struct dp_adj *a = &dp->adjs[i];
        if (a->kind == DP_ADJ_NEIGH && a->is_known && dp_is_onlink(dp, a->port, &a->next_hop) &&
            !dp_addr_is_own(dp, &a->next_hop)) /* which it may have become */
            err = dp_fib_host_set(dp, fib, &a->next_hop, i);
    }
    return err;
}

int dp_fib_inner_set(struct dp *dp, struct dp_fib *fib, uint16_t port, const struct base_addr *addr)
{
    return dp_fib_host_set(dp, fib, addr, port_adj(dp, port, DP_ADJ_LOCAL));
}

static int inners_add(struct dp *dp, struct dp_fib *fib)
{
    int err = 0;
    for (size_t i = 0; i < DP_INNERS_MAX && !err; i++) {
        const uint8_t family = atomic_load_explicit(&dp->inners[i].family, memory_order_relaxed);
        const struct base_addr addr = base_addr_from_bytes((enum base_family)family, dp->inners[i].bytes);
        if (family != BASE_AF_NONE && !dp_addr_is_own(dp, &addr))
            err = dp_fib_inner_set(dp, fib, dp->inners[i].port, &addr);
    }
    return err;
}

void dp_fib_free(struct dp_fib *fib)
{
    if (!fib)
        return;
    if (fib->trie4.entries)
        sad_trie_fini(&fib->trie4);
    if (fib->trie6.entries)
        sad_trie_fini(&fib->trie6);
    free(fib->routes);
    free(fib);
}

static void fib_retired(void *ctx, uint64_t arg)
{
    dp_fib_free(ctx);
}

struct dp_fib *dp_fib_make(struct dp *dp, const struct dp_route *routes, size_t count)
{
    struct dp_fib *fib = calloc(1, sizeof *fib);
    if (!fib)
        return NULL;
    int err = sad_trie_init(&fib->trie4, NODES4, dp->reclaim);
    if (!err)
        err = sad_trie_init(&fib->trie6, NODES6, dp->reclaim);
    fib->routes = calloc(count + 2 * DP_PORTS_MAX * DP_PORT_ADDRS_MAX, sizeof *fib->routes);
    if (!fib->routes)
        err = -ENOMEM;
    for (size_t i = 0; i < count && !err; i++)
        err = static_add(dp, fib, &routes[i]);
    for (uint16_t port = 0; port < dp->params.n_ports && !err; port++)
        err = port_add(dp, fib, port);
    if (!err)
        err = neighbours_add(dp, fib);
    if (!err)
        err = inners_add(dp, fib);
    if (err) {
        sad_reclaim_defer(dp->reclaim, fib_retired, fib, 0); /* nodes of it may wait already */
        return NULL;
    }
    generation_step(fib);
    return fib;
}

int dp_fib_host_set(struct dp *dp, struct dp_fib *fib, const struct base_addr *addr, uint32_t adj)
{
    struct base_prefix host = {*addr, (uint8_t)host_len(addr)};
    const struct dp_fib_route *r = route_at(fib, &host);
    if (r && dp->adjs[r->adj].kind == DP_ADJ_LOCAL)
        return -EINVAL;
    int err = sad_trie_set(trie_of(fib, addr->family), addr->bytes, host.len, adj, !r, NULL, NULL);
    generation_step(fib);
    return err;
}

static const struct dp_fib_route *parent_of(const struct dp_fib *fib, const struct base_addr *addr)
{
    const struct dp_fib_route *best = NULL;
    for (size_t i = 0; i < fib->n_routes; i++) {
        const struct dp_fib_route *r = &fib->routes[i];
        if (base_prefix_contains(&r->prefix, addr) && (!best || r->prefix.len > best->prefix.len))
            best = r;
    }
    return best;
}

void dp_fib_host_clear(struct dp_fib *fib, const struct base_addr *addr)
{
    const struct dp_fib_route *r = parent_of(fib, addr);
    struct sad_trie *t = trie_of(fib, addr->family);
    if (r && r->prefix.len == host_len(addr)) /* a static host route takes over again */
        (void)sad_trie_set(t, addr->bytes, host_len(addr), r->adj, false, NULL, NULL);
    else
        sad_trie_clear(t, addr->bytes, host_len(addr), r ? r->adj : 0, r ? r->prefix.len : 0, NULL, NULL);
    generation_step(fib);
}

static void refs_drop(struct dp *dp, const struct dp_fib *fib)
{
    for (size_t i = 0; i < fib->n_routes; i++) {
        struct dp_adj *a = &dp->adjs[fib->routes[i].adj];
        if (a->kind == DP_ADJ_NEIGH && a->refs)
            a->refs--;
    }
}

int dp_routes_set(struct dp *dp, const struct dp_route *routes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (routes[i].port >= dp->params.n_ports)
            return -EINVAL;
    struct dp_fib *fresh = dp_fib_make(dp, routes, count);
    if (!fresh)
        return -ENOMEM;
    struct dp_fib *old = atomic_exchange_explicit(&dp->fib, fresh, memory_order_acq_rel);
    refs_drop(dp, old);
    sad_reclaim_defer(dp->reclaim, fib_retired, old, 0);
    sad_reclaim_run(dp->reclaim);
    return 0;
}
