/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adjacencies: next hops and neighbours, found by (port, address). Workers reach them by index through routes
 * and read the Ethernet header only while is_resolved; control changes a header only while it is not, after a
 * grace period. Control only.
 */
#include "dp_adj.h"

#include <errno.h>
#include "dp_bytes.h"
#include "dp_core.h"

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
    a->l2_bytes = dp->ports[port].params.vlan ? WIRE_ETH_BYTES + 4 : WIRE_ETH_BYTES;
    return i;
}

void dp_adj_l2_fill(const struct dp *dp, struct dp_adj *a, const uint8_t mac[6])
{
    const struct dp_port_params *port = &dp->ports[a->port].params;
    uint16_t type = a->next_hop.family == BASE_AF_IP6 ? WIRE_ETH_IP6 : WIRE_ETH_IP4;
    a->l2_bytes = port->vlan ? WIRE_ETH_BYTES + 4 : WIRE_ETH_BYTES;
    uint8_t *p = a->l2 + DP_L2_ROOM - a->l2_bytes;
    memcpy(p, mac, 6);
    memcpy(p + 6, port->mac, 6);
    if (port->vlan) {
        dp_put16(p + 12, WIRE_ETH_VLAN);
        dp_put16(p + 14, port->vlan);
    }
    dp_put16(p + a->l2_bytes - 2, type);
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

void dp_adj_retire(struct dp *dp, uint32_t i)
{
    struct dp_adj *a = &dp->adjs[i];
    uint32_t *at = &dp->neigh_buckets[bucket_of(a->port, &a->next_hop)];
    while (*at != i)
        at = &dp->adjs[*at].hash_next;
    *at = a->hash_next;
    sad_reclaim_defer(dp->reclaim, adj_give, dp, i);
}
