/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Which addresses are ours, and which hosts our ports reach directly. Thread: any. */
#include "dp_core.h"

/* Whether an IPv4 address (network order) is a port's. Most others differ from ours in bits that ours have
 * alike. */
static inline bool dp_own4_find(const struct dp *dp, uint32_t addr_be)
{
    if ((addr_be ^ dp->own4_one) & dp->own4_alike)
        return false;
    uint32_t h = (addr_be * 0x9e3779b1u) >> 26;
    for (uint32_t i = h;; i = (i + 1) & (DP_OWN_SLOTS - 1)) {
        if (dp->own4[i] == addr_be)
            return addr_be != 0;
        if (dp->own4[i] == 0)
            return false;
    }
}

/* Makes dp_own4_find() find it; another family's is ignored. Below DP_OWN_SLOTS / 2 of them. Thread: control,
 * before there are workers. */
void dp_own4_add(struct dp *dp, const struct base_addr *addr);

/* Whether an address lies in one of a port's own prefixes, so that it is reached directly. */
bool dp_is_onlink(const struct dp *dp, uint16_t port, const struct base_addr *addr);

/* The same of a port that is not outside, for bytes of a header. Any port number: false for none. */
bool dp_is_inside_link(const struct dp *dp, uint16_t port, const uint8_t *addr, bool is6);

/* Whether a port is where peers are, and nothing to protect. Any port number: false for none. */
static inline bool dp_is_outside(const struct dp *dp, uint16_t port)
{
    return port < DP_PORTS_MAX && dp->ports[port].params.role == DP_ROLE_OUTSIDE;
}

/* Whether an address is one of this port's, the port of an index below n_ports. */
bool dp_own_has(const struct dp *dp, uint16_t port, const struct base_addr *addr);

/* Whether an IPv4 address (network order) is the first or last of a port's prefix: no host has it. */
bool dp_own_is_broadcast(const struct dp *dp, uint32_t addr_be);

/*
 * The address of a port to speak to a host from: the one with the longest prefix that covers the host, or
 * else the first of the host's family. NULL: none.
 */
const struct base_addr *dp_own_towards(const struct dp *dp, uint16_t port, const struct base_addr *host);
