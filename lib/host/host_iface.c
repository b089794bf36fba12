/* SPDX-License-Identifier: BSD-3-Clause */
/* One question to the routing socket for the link, one list each of addresses and routes, the rest from
 * ethtool. */
#include "host_iface.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host_addrs.h"
#include "host_link.h"
#include "host_routes.h"

static void iface_read(const struct nlmsghdr *link, struct host_iface *out)
{
    const struct ifinfomsg *i = mnl_nlmsg_get_payload(link);
    const struct nlattr *mac = host_link_attr(link, IFLA_ADDRESS, sizeof out->mac);
    const struct nlattr *carrier = host_link_attr(link, IFLA_CARRIER, 1);
    const unsigned master = host_netlink_u32(host_link_attr(link, IFLA_MASTER, 4), 0);
    out->index = (unsigned)i->ifi_index;
    out->is_ethernet = i->ifi_type == ARPHRD_ETHER && mac;
    out->is_up = i->ifi_flags & IFF_UP;
    out->has_carrier = carrier ? mnl_attr_get_u8(carrier) : i->ifi_flags & IFF_RUNNING;
    out->mtu = host_netlink_u32(host_link_attr(link, IFLA_MTU, 4), 0);
    out->mtu_min = host_netlink_u32(host_link_attr(link, IFLA_MIN_MTU, 4), 0);
    out->mtu_max = host_netlink_u32(host_link_attr(link, IFLA_MAX_MTU, 4), 0);
    out->xdp_prog = host_xdp_prog(link);
    host_link_text(out->name, sizeof out->name, host_link_attr(link, IFLA_IFNAME, 1));
    host_link_text(out->kind, sizeof out->kind,
                   host_netlink_inner(host_link_attr(link, IFLA_LINKINFO, 0), IFLA_INFO_KIND, 1));
    if (out->is_ethernet)
        memcpy(out->mac, mnl_attr_get_payload(mac), sizeof out->mac);
    if (master && !if_indextoname(master, out->master))
        snprintf(out->master, sizeof out->master, "#%u", master);
}

static int iface_addrs(int fd, struct host_iface *out)
{
    struct host_netlink_list all;
    const int rc = host_addrs_list(fd, out->index, &all);
    out->n_addrs = all.n;
    for (size_t i = 0; i < all.n && i < HOST_IFACE_ADDRS_MAX; i++)
        host_addrs_prefix(all.msgs[i], &out->addrs[i]);
    host_netlink_free(&all);
    return rc;
}

static int iface_routes(int fd, struct host_iface *out)
{
    struct host_netlink_list all;
    const int rc = host_routes_list(fd, out->index, &all);
    for (size_t i = 0; i < all.n; i++) {
        out->n_routes += !host_routes_is_local(all.msgs[i]);
        out->has_default |= host_routes_is_default(all.msgs[i]);
    }
    host_netlink_free(&all);
    return rc;
}

static int iface_look(int fd, const char *name, struct host_iface *out)
{
    struct host_netlink_list link;
    int rc = host_link_get(fd, name, 0, &link);
    if (rc == 0)
        iface_read(link.msgs[0], out);
    host_netlink_free(&link);
    if (rc == 0)
        rc = iface_addrs(fd, out);
    if (rc == 0)
        rc = iface_routes(fd, out);
    if (rc < 0)
        return rc;
    host_link_uppers(fd, out->index, out->uppers, sizeof out->uppers);
    host_ethtool_driver(out->name, &out->driver); /* not every driver answers; then it stays empty */
    host_ethtool_channels(out->name, &out->channels);
    out->xdp_can = host_xdp_can(out->index, out->driver.name);
    return 0;
}

int host_iface_look(const char *name, struct host_iface *out, char *why, size_t size)
{
    char names[HOST_WHY_MAX - 128];
    const int fd = host_netlink_open(NETLINK_ROUTE);
    *out = (struct host_iface){0};
    if (fd < 0) {
        snprintf(why, size, "%s cannot be looked up: no routing socket: %s", name, strerror(-fd));
        return fd;
    }
    const int rc = iface_look(fd, name, out);
    if (rc == -ENODEV) {
        host_link_names(fd, names, sizeof names);
        snprintf(why, size, "%.64s: there is no interface of this name in this network namespace%s", name,
                 names);
    } else if (rc < 0) {
        snprintf(why, size, "%s cannot be looked up: the kernel says: %s", name, strerror(-rc));
    }
    close(fd);
    return rc;
}

int host_iface_check(const struct host_iface *iface, char *why, size_t size)
{
    if (*iface->master) {
        snprintf(why, size,
                 "%s is a part of %s, which hears all that arrives on it: take it out (ip link set %s "
                 "nomaster), or "
                 "write \"device\": \"%s\"",
                 iface->name, iface->master, iface->name, iface->master);
        return -EBUSY;
    }
    if (!iface->is_ethernet) {
        snprintf(why, size,
                 "%s has no Ethernet frames (it is %s%s): name an interface that has a MAC address",
                 iface->name, *iface->kind ? "of the kind " : "a loopback or a tunnel", iface->kind);
        return -EINVAL;
    }
    return 0;
}
