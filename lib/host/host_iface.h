/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An interface of this network namespace, as the kernel knows it by its name: what it is, what it can do, and
 * what would change when Culvert takes it. Looking needs no right. Thread: control.
 */
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "host_ethtool.h"
#include "host_xdp.h"

#define HOST_IFACE_ADDRS_MAX 16
#define HOST_WHY_MAX         512 /* a sentence, with NUL */

struct host_iface {
    unsigned index;
    char name[IFNAMSIZ];
    char kind[16];                         /* "veth", "bond", "vlan"; empty: a device */
    char master[IFNAMSIZ];                 /* the bridge or bond that it is a part of; empty: none */
    struct host_ethtool_driver driver;     /* texts are empty when the driver does not tell */
    struct host_ethtool_channels channels; /* all 0 when the driver does not tell */
    uint8_t mac[6];
    bool is_ethernet; /* it has Ethernet frames (and is no loopback); else mac is zero */
    bool is_up;       /* by its administrator */
    bool has_carrier;
    uint32_t mtu;
    uint32_t mtu_min, mtu_max; /* 0: the kernel tells no limit */
    enum host_xdp_can xdp_can; /* what the driver can do */
    uint32_t xdp_prog;         /* the id of the XDP program that somebody attached already; 0: none */
    size_t n_addrs;            /* as many as it has; the first HOST_IFACE_ADDRS_MAX are in addrs */
    struct base_prefix addrs[HOST_IFACE_ADDRS_MAX]; /* host bits kept */
    size_t n_routes;  /* that leave through it, of all tables but the kernel's own "local" */
    bool has_default; /* a default route is among them */
    char uppers[64];  /* interfaces that stand on it, as "eth0.7, mac0", and hear nothing while it is taken */
};

/*
 * Facts about the interface of this name. 0; -ENODEV: there is none, and why lists those that there are;
 * other -errno: the kernel refused to tell, and why says which right or what else is missing. `why` is one
 * sentence that begins with the name.
 */
int host_iface_look(const char *name, struct host_iface *out, char *why, size_t size);

/*
 * Whether Culvert may have it: no part of a bridge or bond, no loopback, Ethernet. 0, or -EBUSY or -EINVAL
 * and why says what to write or do.
 */
int host_iface_check(const struct host_iface *iface, char *why, size_t size);
