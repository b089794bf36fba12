/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One interface over rtnetlink: its answer, its parts, what can be set. All: 0 or -errno. Thread: control. */
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "host_netlink.h"

#define HOST_LINK_NO_IP6 (-1)

/* The kernel's answer about an interface by its name, or by its index when name is NULL; host_netlink_free().
 */
int host_link_get(int fd, const char *name, unsigned index, struct host_netlink_list *out);

/* An attribute of an answer that has at least `min` bytes, or NULL. */
const struct nlattr *host_link_attr(const struct nlmsghdr *link, uint16_t type, size_t min);

/* Writes the text of an attribute, cut to size; "" when attr is NULL. */
void host_link_text(char *out, size_t size, const struct nlattr *attr);

/* How IPv6 makes link-local addresses (IN6_ADDR_GEN_MODE_…), HOST_LINK_NO_IP6 where there is no IPv6. */
int host_link_gen_mode(const struct nlmsghdr *link);

/* Whether IPv6 is off there (disable_ipv6): 0 or 1; HOST_LINK_NO_IP6. */
int host_link_ip6_off(const struct nlmsghdr *link);

/* Names of all but the loopback, as "; there are: eth0, eth1", or that there are none. */
void host_link_names(int fd, char *out, size_t size);

/*
 * Names of the interfaces that stand on this one (VLANs, macvlans) and so hear only what it hears, as
 * "eth0.7, mac0";
 * "" when none.
 */
void host_link_uppers(int fd, unsigned index, char *out, size_t size);

/* Sets the flags (IFF_…) of `mask`. */
int host_link_set_flags(int fd, unsigned index, unsigned flags, unsigned mask);

/* -EINVAL: beyond what the device can. */
int host_link_set_mtu(int fd, unsigned index, uint32_t mtu);

int host_link_set_gen_mode(int fd, unsigned index, uint8_t mode);

/*
 * Writes a number to /proc/sys/net/ipv6/conf/<name>/<key>. -EROFS or -EACCES: this process may not, as in a
 * container; the caller does without.
 */
int host_link_set_ip6(const char *name, const char *key, int value);

/* Reads one; -errno when it cannot. */
int host_link_get_ip6(const char *name, const char *key);
