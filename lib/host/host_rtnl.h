/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Addresses, default routes and rules that a TUN interface gets, asked over a route socket of host_netlink.h.
 * All functions: 0, or -errno as the kernel says. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"

/* Gives the interface an address with its network. */
int host_rtnl_addr_add(int fd, unsigned ifindex, const struct base_prefix *addr);

/* Takes it away; it is not there: -EADDRNOTAVAIL. */
int host_rtnl_addr_remove(int fd, unsigned ifindex, const struct base_prefix *addr);

/* A route by the interface, in the main table, for what has no other source address than `from`. It goes when
 * the interface or that address goes. */
int host_rtnl_route_add(int fd, unsigned ifindex, const struct base_prefix *to, const struct base_addr *from,
                        uint32_t metric);
int host_rtnl_route_remove(int fd, unsigned ifindex, const struct base_prefix *to, uint32_t metric);

/* A default route by the interface; it goes when the interface goes. */
int host_rtnl_default_add(int fd, unsigned ifindex, uint8_t family, uint32_t table, uint32_t metric);

/* Packets from this address look into this table first. Rules stay until they are taken away. */
int host_rtnl_rule_add(int fd, const struct base_addr *from, uint32_t table, uint32_t priority);
int host_rtnl_rule_remove(int fd, const struct base_addr *from, uint32_t table, uint32_t priority);
