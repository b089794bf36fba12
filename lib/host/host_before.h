/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * All that a take changes of an interface, as it was before, and the way back there. Plain facts: what they
 * mean is the kernel's. Thread: control.
 */
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include "host_netlink.h"
#include "host_offload.h"
#include "host_tell.h"

struct host_before {
    unsigned index;
    char name[IFNAMSIZ];
    unsigned flags; /* IFF_UP, IFF_PROMISC, IFF_ALLMULTI */
    uint32_t mtu;
    uint32_t xdp_prog; /* 0: none */
    int gen_mode;      /* IN6_ADDR_GEN_MODE_…, or HOST_LINK_NO_IP6 */
    int ip6_off;       /* disable_ipv6, or HOST_LINK_NO_IP6 */
    int accept_dad;    /* that of IPv6, which is off while addresses come back; -1: it cannot be read */
    bool has_qdisc;    /* that of host_guard_tc() */
    uint64_t when_s;   /* CLOCK_BOOTTIME */
    struct {
        bool is_known, is_wanted; /* not known: the kernel has none, or none that can be changed */
    } offloads[HOST_OFFLOADS];
    struct host_netlink_list addrs, routes;
};

/* Reads it all; host_before_free(). 0, or -errno as the kernel says. Borrows a route socket. */
int host_before_look(int fd, unsigned index, struct host_before *out);

/*
 * Makes the interface as it was, whatever it is now; it is found by its index, so under another name, too.
 * What cannot be restored is told in a sentence each. 0; -ENODEV: it is gone; -EPERM: no CAP_NET_ADMIN,
 * nothing is done.
 */
int host_before_restore(int fd, const struct host_before *before, const struct host_tell *tell);

void host_before_free(struct host_before *before);
