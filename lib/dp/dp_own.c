/* SPDX-License-Identifier: BSD-3-Clause */
/* Which addresses are ours, and which hosts our ports reach directly. */
#include "dp_own.h"

#include <errno.h>
#include <stdlib.h>
#include "dp_bytes.h"

static void hash4_add(struct dp_own *own, const struct base_addr *addr)
{
    const uint32_t be = dp_load32(addr->bytes);
    uint32_t h = (be * 0x9e3779b1u) >> 26;
    while (own->hash4[h] && own->hash4[h] != be)
        h = (h + 1) & (DP_OWN_SLOTS - 1);
    own->hash4[h] = be;
    if (!own->one4) {
        own->one4 = be;
        own->alike4 = UINT32_MAX;
    }
    own->alike4 &= ~(be ^ own->one4);
}

/* False: more than fit. */
static bool hash4_fill(struct dp_own *own)
{
    size_t n = 0;
    for (size_t port = 0; port < DP_PORTS_MAX; port++) {
        for (size_t i = 0; i < own->ports[port].n_addrs; i++) {
            if (own->ports[port].addrs[i].addr.family != BASE_AF_IP4)
                continue;
            if (++n > DP_OWN4_MAX)
                return false;
            hash4_add(own, &own->ports[port].addrs[i].addr);
        }
    }
    return true;
}

struct dp_own *dp_own_with(const struct dp_own *of, uint16_t port, size_t count,
                           const struct base_prefix *addrs)
{
    struct dp_own *own = calloc(1, sizeof *own);
    if (!own)
        return NULL;
    if (of)
        memcpy(own->ports, of->ports, sizeof own->ports);
    own->ports[port].n_addrs = count;
    for (size_t i = 0; i < count; i++)
        own->ports[port].addrs[i] = addrs[i];
    if (hash4_fill(own))
        return own;
    free(own);
    return NULL;
}

static void own_retired(void *own, uint64_t arg)
{
    (void)arg;
    free(own);
}

int dp_addrs_set(struct dp *dp, uint16_t port, size_t count, const struct base_prefix *addrs)
{
    if (port >= dp->params.n_ports || count > DP_PORT_ADDRS_MAX)
        return -EINVAL;
    struct dp_own *fresh = dp_own_with(dp_own_now(dp), port, count, addrs);
    if (!fresh)
        return -ENOSPC;
    struct dp_own *old = atomic_exchange_explicit(&dp->own, fresh, memory_order_acq_rel);
    sad_reclaim_defer(dp->reclaim, own_retired, old, 0);
    return 0;
}

bool dp_own_has(const struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    const struct dp_own_port *p = &dp_own_now(dp)->ports[port];
    for (size_t i = 0; i < p->n_addrs; i++)
        if (base_addr_equal(&p->addrs[i].addr, addr))
            return true;
    return false;
}

bool dp_addr_is_own(const struct dp *dp, const struct base_addr *addr)
{
    for (uint16_t port = 0; port < dp->params.n_ports; port++)
        if (dp_own_has(dp, port, addr))
            return true;
    return false;
}

/* Prefixes of 31 and 32 bits have no broadcast address (RFC 3021 2.1). */
static bool is_edge(const struct base_prefix *p, uint32_t addr_be)
{
    struct base_addr lo, hi;
    if (p->addr.family != BASE_AF_IP4 || p->len > 30)
        return false;
    base_prefix_range(p, &lo, &hi);
    return dp_load32(lo.bytes) == addr_be || dp_load32(hi.bytes) == addr_be;
}

bool dp_own_is_broadcast(const struct dp *dp, uint32_t addr_be)
{
    const struct dp_own *own = dp_own_now(dp);
    for (uint16_t port = 0; port < dp->params.n_ports; port++)
        for (size_t i = 0; i < own->ports[port].n_addrs; i++)
            if (is_edge(&own->ports[port].addrs[i], addr_be))
                return true;
    return false;
}

/* An address of a port's own prefix is reached directly: it gets a host route. */
bool dp_is_onlink(const struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    const struct dp_own_port *p = &dp_own_now(dp)->ports[port];
    for (size_t i = 0; i < p->n_addrs; i++)
        if (base_prefix_contains(&p->addrs[i], addr))
            return true;
    return false;
}

bool dp_is_inside_link(const struct dp *dp, uint16_t port, const uint8_t *addr, bool is6)
{
    struct base_addr a = base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, addr);
    return port < dp->params.n_ports && dp->ports[port].params.role != DP_ROLE_OUTSIDE &&
           dp_is_onlink(dp, port, &a);
}

const struct base_addr *dp_own_towards(const struct dp *dp, uint16_t port, const struct base_addr *host)
{
    const struct dp_own_port *p = &dp_own_now(dp)->ports[port];
    const struct base_prefix *best = NULL, *any = NULL;
    for (size_t i = 0; i < p->n_addrs; i++) {
        const struct base_prefix *mine = &p->addrs[i];
        if (mine->addr.family != host->family)
            continue;
        any = any ? any : mine;
        if (base_prefix_contains(mine, host) && (!best || mine->len > best->len))
            best = mine;
    }
    best = best ? best : any;
    return best ? &best->addr : NULL;
}
