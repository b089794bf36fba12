/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A TUN interface through which the host's own programs use a port's addresses: made, set up, taken away.
 * Thread: control.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"

/* What an interface is to be; borrowed by each call. */
struct host_tun {
    const char *port; /* whose addresses they are, for sentences: "ports.PORT.host" */
    const char *name; /* of the interface, at most 15 bytes */
    uint16_t mtu;
    uint32_t table; /* routing table for what is sent from its addresses, and the priority of these rules */
    size_t n_addrs;
    const struct base_prefix *addrs;
    uint8_t
        gateway_family; /* enum base_family: it gets a default route of this family; none: no such route */
};

/*
 * Makes the interface and sets it up. A descriptor that reads and writes one IP packet at a time and does not
 * block; the interface goes when it is closed. -1: a sentence is in why, and nothing is left.
 */
int host_tun_open(const struct host_tun *tun, char *why, size_t why_size);

/*
 * The interface has the addresses of `tun` from now on; of `former`, which it had by the last call or from
 * the start, those that are no more among them go, if nobody has taken them away already. Others that it has
 * stay. 0, or -errno of what the kernel refuses.
 */
int host_tun_readdress(const struct host_tun *tun, size_t n_former, const struct base_prefix *former);

/* Takes the interface away, and the rules that point to it. */
void host_tun_close(const struct host_tun *tun, int fd);

/*
 * Gives the interface one address more, or takes it away: one that a peer gave, which no interface of this
 * machine may have yet (-EADDRINUSE). 0 or -errno.
 */
int host_tun_addr_add(const char *name, const struct base_addr *addr);
int host_tun_addr_remove(const char *name, const struct base_addr *addr);

/*
 * What goes to `to` leaves by the interface, from that address, unless an existing route leads elsewhere:
 * that one keeps its place. 0 or -errno.
 */
int host_tun_route_add(const char *name, const struct base_addr *from, const struct base_prefix *to);
int host_tun_route_remove(const char *name, const struct base_prefix *to);
