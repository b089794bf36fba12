/* SPDX-License-Identifier: BSD-3-Clause */
/* Which addresses are ours, and which hosts our ports reach directly: by the ports' parameters alone. */
#include "dp_own.h"

#include "dp_bytes.h"

void dp_own4_add(struct dp *dp, const struct base_addr *addr)
{
    uint32_t be = dp_load32(addr->bytes);
    uint32_t h = (be * 0x9e3779b1u) >> 26;
    if (addr->family != BASE_AF_IP4)
        return;
    while (dp->own4[h] && dp->own4[h] != be)
        h = (h + 1) & (DP_OWN_SLOTS - 1);
    dp->own4[h] = be;
    if (!dp->own4_one) {
        dp->own4_one = be;
        dp->own4_alike = UINT32_MAX;
    }
    dp->own4_alike &= ~(be ^ dp->own4_one);
}

bool dp_own_has(const struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    const struct dp_port_params *p = &dp->ports[port].params;
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
    for (uint16_t port = 0; port < dp->params.n_ports; port++)
        for (size_t i = 0; i < dp->ports[port].params.n_addrs; i++)
            if (is_edge(&dp->ports[port].params.addrs[i], addr_be))
                return true;
    return false;
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

bool dp_is_inside_link(const struct dp *dp, uint16_t port, const uint8_t *addr, bool is6)
{
    struct base_addr a = base_addr_from_bytes(is6 ? BASE_AF_IP6 : BASE_AF_IP4, addr);
    return port < dp->params.n_ports && dp->ports[port].params.role != DP_ROLE_OUTSIDE &&
           dp_is_onlink(dp, port, &a);
}

const struct base_addr *dp_own_towards(const struct dp *dp, uint16_t port, const struct base_addr *host)
{
    const struct dp_port_params *p = &dp->ports[port].params;
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
