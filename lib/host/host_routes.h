/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The routes of one interface as the kernel told them, message by message, so that all that they have comes
 * back: table, metric, protocol, scope, source, gateways, weights, preference, encapsulation. Functions: 0 or
 * -errno. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include "host_netlink.h"

#define HOST_ROUTES_TEXT 128

/* Routes of both families and all tables that leave through the interface, also with only one of several
 * legs. */
int host_routes_list(int fd, unsigned ifindex, struct host_netlink_list *out);

/* Whether it is one that the kernel makes of an address (table "local"). */
bool host_routes_is_local(const struct nlmsghdr *msg);

/* Whether all that no other route of its table leads elsewhere goes by it. */
bool host_routes_is_default(const struct nlmsghdr *msg);

/* "10.0.0.0/8 via 10.1.0.1 table 220". Returns out. */
const char *host_routes_text(const struct nlmsghdr *msg, char out[HOST_ROUTES_TEXT]);

/*
 * Takes all of them away; a route with legs through other interfaces keeps those. *left is how many it cannot
 * change: routes over a group of nexthop objects that others share.
 */
int host_routes_remove(int fd, unsigned ifindex, size_t *left);

/* Puts a route back that was told `age_s` seconds ago. It is there already: 0. -ETIME: its lifetime ended. */
int host_routes_add(int fd, const struct nlmsghdr *msg, unsigned ifindex, uint32_t age_s);
