/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The addresses of one interface as the kernel told them, message by message, so that all that they have
 * comes back: prefix, peer, broadcast, label, scope, flags, lifetimes, metric. Functions: 0 or -errno.
 * Thread: control.
 */
#include "base_addr.h"
#include "host_netlink.h"

/* All of both families in the kernel's order, but for temporary IPv6 ones, which only the kernel can make. */
int host_addrs_list(int fd, unsigned ifindex, struct host_netlink_list *out);

/* Address and prefix length of a message, host bits kept. */
void host_addrs_prefix(const struct nlmsghdr *msg, struct base_prefix *out);

/*
 * Addresses of an interface by its name, without link-local ones of IPv6 and temporary ones, in the order in
 * which they came: up to max, how many. -ENODEV: there is none of this name; or another -errno.
 */
int host_addrs_of(const char *name, struct base_prefix *out, size_t max);

/* Takes all away. */
int host_addrs_remove(int fd, unsigned ifindex);

/*
 * Puts an address back that was told `age_s` seconds ago, when the interface's name was `name`. It is there
 * already: 0. -ETIME: its lifetime ended meanwhile.
 */
int host_addrs_add(int fd, const struct nlmsghdr *msg, const char *name, uint32_t age_s);

/* The i-th of a list in the order in which host_addrs_add() makes the kernel's order come back. */
const struct nlmsghdr *host_addrs_in_order(const struct host_netlink_list *list, size_t i);
