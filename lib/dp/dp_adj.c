/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adjacencies: next hops and neighbours, found by (port, address). Workers reach them by index through routes
 * and read the Ethernet header only while is_resolved; control changes a header only while it is not, after a
 * grace period. Control only.
 */
#include "dp_int.h"

#include <errno.h>
#include "dp_bytes.h"

#define BUCKETS 1024

static uint32_t bucket_of(uint16_t port, const struct base_addr *addr)
{
    uint32_t h = port * 0x85ebca6bu;
    for (size_t i = 0; i < sizeof addr->bytes; i += 4)
        h = (h ^ dp_load32(addr->bytes + i)) * 0x9e3779b1u;
    return (h ^ h >> 16) & (BUCKETS - 1);
}

uint32_t dp_adj_find(const struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    uint32_t i = dp->neigh_buckets[bucket_of(port, addr)];
    while (i && (dp->adjs[i].port != port || !base_addr_equal(&dp->adjs[i].next_hop, addr)))
        i = dp->adjs[i].hash_next;
    return i;
}

static void l2_fill(struct dp *dp, struct dp_adj *a, const uint8_t mac[6])
{
    const struct dp_port_params *port = &dp->ports[a->port].params;
    uint16_t type = a->next_hop.family == BASE_AF_IP6 ? DP_ETHER_IP6 : DP_ETHER_IP4;
    a->l2_bytes = port->vlan ? DP_L2_BYTES + 4 : DP_L2_BYTES;
    uint8_t *p = a->l2 + DP_L2_ROOM - a->l2_bytes;
    memcpy(p, mac, 6);
    memcpy(p + 6, port->mac, 6);
    if (port->vlan) {
        dp_put16(p + 12, DP_ETHER_VLAN);
        dp_put16(p + 14, port->vlan);
    }
    dp_put16(p + a->l2_bytes - 2, type);
}

uint32_t dp_adj_new(struct dp *dp, enum dp_adj_kind kind, uint16_t port)
{
    uint32_t i;
    if (dp->n_free_adjs)
        i = dp->free_adjs[--dp->n_free_adjs];
    else if (dp->n_adjs < DP_ADJS_MAX)
        i = dp->n_adjs++;
    else
        return 0;
    struct dp_adj *a = &dp->adjs[i];
    memset(a, 0, sizeof *a);
    a->kind = (uint8_t)kind;
    a->port = (uint8_t)port;
    a->mtu = dp->ports[port].params.mtu;
    a->l2_bytes = dp->ports[port].params.vlan ? DP_L2_BYTES + 4 : DP_L2_BYTES;
    return i;
}

uint32_t dp_adj_neigh(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    uint32_t i = dp_adj_find(dp, port, addr);
    if (i)
        return i;
    i = dp_adj_new(dp, DP_ADJ_NEIGH, port);
    if (!i)
        return 0;
    dp->adjs[i].next_hop = *addr;
    uint32_t *bucket = &dp->neigh_buckets[bucket_of(port, addr)];
    dp->adjs[i].hash_next = *bucket;
    *bucket = i;
    return i;
}

static void adj_give(void *ctx, uint64_t i)
{
    struct dp *dp = ctx;
    dp->free_adjs[dp->n_free_adjs++] = (uint32_t)i;
}

/* Nobody refers to it any more: no route, no known MAC address. */
static void adj_retire(struct dp *dp, uint32_t i)
{
    struct dp_adj *a = &dp->adjs[i];
    uint32_t *at = &dp->neigh_buckets[bucket_of(a->port, &a->next_hop)];
    while (*at != i)
        at = &dp->adjs[*at].hash_next;
    *at = a->hash_next;
    sad_reclaim_defer(dp->reclaim, adj_give, dp, i);
}

static struct dp_fib *fib_of(struct dp *dp)
{
    return atomic_load_explicit(&dp->fib, memory_order_relaxed);
}

/* An address of a port's own prefix is reached directly: it gets a host route. */
bool dp_is_onlink(const struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    const struct dp_port_params *p = &dp->ports[port].params;
    for (size_t i = 0; i < p->n_addrs; i++)
        if (base_prefix_contains(&p->addrs[i], addr))
            return true;
    return false;
}

int dp_neigh_set(struct dp *dp, uint16_t port, const struct base_addr *addr, const uint8_t mac[6])
{
    if (port >= dp->params.n_ports || dp_addr_is_own(dp, addr))
        return -EINVAL;
    sad_reclaim_run(dp->reclaim);
    uint32_t i = dp_adj_neigh(dp, port, addr);
    if (!i)
        return -ENOSPC;
    struct dp_adj *a = &dp->adjs[i];
    struct dp_adj fresh = *a;
    l2_fill(dp, &fresh, mac);
    if (a->is_known && memcmp(fresh.l2, a->l2, sizeof a->l2) == 0)
        return 0;
    if (a->is_known) {
        atomic_store_explicit(&a->is_resolved, false, memory_order_release);
        sad_reclaim_wait(dp->reclaim);
    }
    memcpy(a->l2, fresh.l2, sizeof a->l2);
    a->l2_bytes = fresh.l2_bytes;
    atomic_store_explicit(&a->is_resolved, true, memory_order_release);
    bool is_new = !a->is_known;
    a->is_known = true;
    if (is_new && dp_is_onlink(dp, port, addr))
        return dp_fib_host_set(dp, fib_of(dp), addr, i);
    return 0;
}

void dp_neigh_remove(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    uint32_t i = dp_adj_find(dp, port, addr);
    if (!i)
        return;
    struct dp_adj *a = &dp->adjs[i];
    atomic_store_explicit(&a->is_resolved, false, memory_order_release);
    if (a->is_known && dp_is_onlink(dp, port, addr))
        dp_fib_host_clear(fib_of(dp), addr);
    a->is_known = false;
    if (!a->refs)
        adj_retire(dp, i);
}

bool dp_neigh_next(const struct dp *dp, uint32_t *cursor, struct dp_neigh_view *out)
{
    for (uint32_t i = *cursor + 1; i < dp->n_adjs; i++) {
        const struct dp_adj *a = &dp->adjs[i];
        if (a->kind != DP_ADJ_NEIGH || dp_adj_find(dp, a->port, &a->next_hop) != i)
            continue;
        *out = (struct dp_neigh_view){.port = a->port, .addr = a->next_hop, .is_resolved = a->is_known};
        memcpy(out->mac, a->l2 + DP_L2_ROOM - a->l2_bytes, 6);
        *cursor = i;
        return true;
    }
    return false;
}
