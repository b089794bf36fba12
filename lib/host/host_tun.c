/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One TUN interface per port that has a host. IP packets cross and not frames: resolution, routes and
 * policies are the data path's, so the kernel needs no neighbours of its own and cannot send around them.
 *
 * How the host finds the interface: what it sends from one of the port's addresses looks into a table whose
 * default is the interface, so that answers leave where the question came in, whatever other interfaces
 * there are; and where the port has a gateway there is a default route of high metric for all else. An
 * existing default route keeps its place.
 */
#include "host_tun.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host_link.h"
#include "host_log.h"
#include "host_rtnl.h"

#define METRIC       4000
#define METRIC_INNER 3000 /* of routes of addresses that peers gave */

static int tun_open(const struct host_tun *tun, char *why, size_t why_size)
{
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI | (short)IFF_TUN_EXCL};
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        snprintf(
            why, why_size,
            "ports.%s.host: /dev/net/tun: %s; load the kernel's module (`modprobe tun`) and see that the "
            "daemon may use it, or take the key out",
            tun->port, strerror(errno));
        return -1;
    }
    snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", tun->name);
    if (ioctl(fd, TUNSETIFF, &ifr) == 0)
        return fd;
    const int err = errno;
    snprintf(why, why_size, "ports.%s.host: interface %s cannot be made: %s; %s", tun->port, tun->name,
             strerror(err),
             err == EPERM ? "the daemon needs CAP_NET_ADMIN"
                          : "if there is one of that name already (`ip link`), write another");
    close(fd);
    return -1;
}

static bool tun_has_family(const struct host_tun *tun, uint8_t family)
{
    for (size_t i = 0; i < tun->n_addrs; i++)
        if (tun->addrs[i].addr.family == family)
            return true;
    return false;
}

static int tun_there(int rc)
{
    return rc == -EEXIST ? 0 : rc;
}

/* All of one family, as far as they are not there: a killed predecessor leaves rules, and the kernel takes
 * the routes of a family away with its last address. -errno of the first that the kernel refuses. */
static int tun_set_family(int rtnl, const struct host_tun *tun, unsigned ifindex, uint8_t family)
{
    int rc = 0;
    for (size_t i = 0; i < tun->n_addrs && rc == 0; i++) {
        const struct base_prefix *a = &tun->addrs[i];
        if (a->addr.family != family)
            continue;
        rc = tun_there(host_rtnl_addr_add(rtnl, ifindex, a));
        if (rc == 0)
            rc = tun_there(host_rtnl_rule_add(rtnl, &a->addr, tun->table, tun->table));
    }
    if (rc == 0)
        rc = tun_there(host_rtnl_default_add(rtnl, ifindex, family, tun->table, METRIC));
    if (rc == 0 && tun->gateway_family == family) /* there: another port's */
        rc = tun_there(host_rtnl_default_add(rtnl, ifindex, family, RT_TABLE_MAIN, METRIC));
    return rc;
}

static int tun_set_addrs(int rtnl, const struct host_tun *tun, unsigned ifindex)
{
    int rc = 0;
    if (tun_has_family(tun, BASE_AF_IP4))
        rc = tun_set_family(rtnl, tun, ifindex, BASE_AF_IP4);
    if (rc < 0 || !tun_has_family(tun, BASE_AF_IP6))
        return rc;
    const int rc6 = tun_set_family(rtnl, tun, ifindex, BASE_AF_IP6);
    if (rc6 < 0)
        host_log(HOST_WARN,
                 "event=host_without_ip6 port=%s interface=%s error=\"%s\" fix=\"is IPv6 off on this host?\"",
                 tun->port, tun->name, strerror(-rc6));
    return 0;
}

static int tun_set(int rtnl, const struct host_tun *tun)
{
    const unsigned ifindex = if_nametoindex(tun->name);
    host_link_set_gen_mode(rtnl, ifindex, IN6_ADDR_GEN_MODE_NONE); /* what it would send is dropped anyway */
    int rc = host_link_set_mtu(rtnl, ifindex, tun->mtu);
    if (rc == 0)
        rc = host_link_set_flags(rtnl, ifindex, IFF_UP, IFF_UP);
    return rc == 0 ? tun_set_addrs(rtnl, tun, ifindex) : rc;
}

static bool is_same_addr(const struct sockaddr *sa, const struct base_addr *addr)
{
    if (sa->sa_family == AF_INET && addr->family == BASE_AF_IP4)
        return memcmp(&((const struct sockaddr_in *)(const void *)sa)->sin_addr, addr->bytes, 4) == 0;
    if (sa->sa_family == AF_INET6 && addr->family == BASE_AF_IP6)
        return memcmp(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, addr->bytes, 16) == 0;
    return false;
}

/*
 * The usual mistake with AF_PACKET: the NIC's own interface keeps the address, so that the kernel hears the
 * same packets there and answers IKE and ESP with "port unreachable".
 */
static void warn_of_others(const struct host_tun *tun)
{
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return;
    for (const struct ifaddrs *i = list; i; i = i->ifa_next)
        for (size_t a = 0; i->ifa_addr && a < tun->n_addrs; a++)
            if (is_same_addr(i->ifa_addr, &tun->addrs[a].addr))
                host_log(HOST_WARN,
                         "event=address_twice port=%s interface=%s effect=\"the kernel answers beside the "
                         "gateway\" fix=\"ip address flush dev %s; ip link set %s arp off\"",
                         tun->port, i->ifa_name, i->ifa_name, i->ifa_name);
    freeifaddrs(list);
}

int host_tun_open(const struct host_tun *tun, char *why, size_t why_size)
{
    const int rtnl = host_netlink_open(NETLINK_ROUTE);
    if (rtnl < 0) {
        snprintf(why, why_size, "ports.%s.host: no routing socket: %s", tun->port, strerror(-rtnl));
        return -1;
    }
    warn_of_others(tun);
    int fd = tun_open(tun, why, why_size);
    if (fd >= 0) {
        const int rc = tun_set(rtnl, tun);
        if (rc < 0) {
            snprintf(why, why_size, "ports.%s.host: interface %s cannot be set up: %s", tun->port, tun->name,
                     strerror(-rc));
            host_tun_close(tun, fd);
            fd = -1;
        }
    }
    close(rtnl);
    return fd;
}

int host_tun_readdress(const struct host_tun *tun, size_t n_former, const struct base_prefix *former)
{
    const unsigned ifindex = if_nametoindex(tun->name);
    const int rtnl = host_netlink_open(NETLINK_ROUTE);
    if (rtnl < 0)
        return rtnl;
    for (size_t i = 0; i < n_former; i++) {
        if (base_prefix_is_among(&former[i], tun->addrs, tun->n_addrs))
            continue;
        (void)host_rtnl_addr_remove(rtnl, ifindex, &former[i]);
        (void)host_rtnl_rule_remove(rtnl, &former[i].addr, tun->table, tun->table);
    }
    const int rc = tun_set_addrs(rtnl, tun, ifindex);
    close(rtnl);
    return rc;
}

void host_tun_close(const struct host_tun *tun, int fd)
{
    const int rtnl = host_netlink_open(NETLINK_ROUTE);
    for (size_t i = 0; rtnl >= 0 && i < tun->n_addrs; i++)
        host_rtnl_rule_remove(rtnl, &tun->addrs[i].addr, tun->table, tun->table);
    if (rtnl >= 0)
        close(rtnl);
    close(fd);
}

static bool host_has_addr(const struct base_addr *addr)
{
    struct ifaddrs *list = NULL;
    bool has = false;
    if (getifaddrs(&list) < 0)
        return false;
    for (const struct ifaddrs *i = list; i && !has; i = i->ifa_next)
        has = i->ifa_addr && is_same_addr(i->ifa_addr, addr);
    freeifaddrs(list);
    return has;
}

static struct base_prefix tun_host_prefix(const struct base_addr *addr)
{
    return (struct base_prefix){*addr, (uint8_t)(8 * base_addr_size(addr->family))};
}

int host_tun_addr_add(const char *name, const struct base_addr *addr)
{
    const struct base_prefix own = tun_host_prefix(addr);
    const int rtnl = host_has_addr(addr) ? -EADDRINUSE : host_netlink_open(NETLINK_ROUTE);
    if (rtnl < 0)
        return rtnl;
    const int rc = host_rtnl_addr_add(rtnl, if_nametoindex(name), &own);
    close(rtnl);
    return rc;
}

int host_tun_addr_remove(const char *name, const struct base_addr *addr)
{
    const struct base_prefix own = tun_host_prefix(addr);
    const int rtnl = host_netlink_open(NETLINK_ROUTE);
    if (rtnl < 0)
        return rtnl;
    const int rc = host_rtnl_addr_remove(rtnl, if_nametoindex(name), &own);
    close(rtnl);
    return rc;
}

int host_tun_route_add(const char *name, const struct base_addr *from, const struct base_prefix *to)
{
    const int rtnl = host_netlink_open(NETLINK_ROUTE);
    if (rtnl < 0)
        return rtnl;
    const int rc = host_rtnl_route_add(rtnl, if_nametoindex(name), to, from, METRIC_INNER);
    close(rtnl);
    return rc;
}

int host_tun_route_remove(const char *name, const struct base_prefix *to)
{
    const int rtnl = host_netlink_open(NETLINK_ROUTE);
    if (rtnl < 0)
        return rtnl;
    const int rc = host_rtnl_route_remove(rtnl, if_nametoindex(name), to, METRIC_INNER);
    close(rtnl);
    return rc;
}
