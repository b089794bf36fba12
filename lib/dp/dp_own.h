/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which addresses are ours, and which hosts our ports reach directly. Control replaces the whole of it
 * (dp_addrs_set()); what a worker reads of it stays until the end of its burst. Thread: any, unless said
 * otherwise.
 */
#include "dp_core.h"

#define DP_OWN_SLOTS 64                 /* hash over own IPv4 addresses */
#define DP_OWN4_MAX  (DP_OWN_SLOTS / 2) /* of all ports */

/* Addresses of a port with their on-link prefixes, host bits kept. */
struct dp_own_port {
    size_t n_addrs;
    struct base_prefix addrs[DP_PORT_ADDRS_MAX];
};

/* Never changes; it is replaced. */
struct dp_own {
    uint32_t one4, alike4;        /* one of the IPv4 addresses, and the bits that all of them have alike */
    uint32_t hash4[DP_OWN_SLOTS]; /* network order, 0: empty */
    struct dp_own_port ports[DP_PORTS_MAX];
};

/*
 * A copy (of NULL: of nothing) in which a port has these addresses and no others. Owned by the caller, who
 * frees it by free(). NULL: no memory, or more IPv4 addresses than DP_OWN4_MAX. Thread: control.
 */
struct dp_own *dp_own_with(const struct dp_own *of, uint16_t port, size_t count,
                           const struct base_prefix *addrs);

/* Those in force. */
static inline const struct dp_own *dp_own_now(const struct dp *dp)
{
    return atomic_load_explicit(&dp->own, memory_order_acquire); /* with dp_addrs_set() */
}

/* Whether an IPv4 address (network order) is a port's. Most others differ from ours in bits that ours have
 * alike. */
static inline bool dp_own4_find(const struct dp *dp, uint32_t addr_be)
{
    const struct dp_own *own = dp_own_now(dp);
    if ((addr_be ^ own->one4) & own->alike4)
        return false;
    uint32_t h = (addr_be * 0x9e3779b1u) >> 26;
    for (uint32_t i = h;; i = (i + 1) & (DP_OWN_SLOTS - 1)) {
        if (own->hash4[i] == addr_be)
            return addr_be != 0;
        if (own->hash4[i] == 0)
            return false;
    }
}

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
