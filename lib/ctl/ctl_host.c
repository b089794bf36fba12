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
#include "ctl_host.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "ctl.h"
#include "host_log.h"
#include "host_rtnl.h"

#define TABLE_FIRST   4500 /* routing table of port 0, and the priority of its rules */
#define METRIC        4000
#define IN_PER_TURN   256
#define OUT_PER_READY 64

_Static_assert(RTE_PKTMBUF_HEADROOM >= DP_HOST_HEADROOM, "buffers begin with room for outer headers");
_Static_assert(CONF_IFNAME_MAX == IFNAMSIZ, "a checked name fits");

static int tun_open(const struct conf_port *port, char *why, size_t why_size)
{
    struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI | (short)IFF_TUN_EXCL};
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        snprintf(
            why, why_size,
            "ports.%s.host: /dev/net/tun: %s; load the kernel's module (`modprobe tun`) and see that the "
            "daemon may use it, or take the key out",
            port->name, strerror(errno));
        return -1;
    }
    memcpy(ifr.ifr_name, port->host, sizeof ifr.ifr_name);
    if (ioctl(fd, TUNSETIFF, &ifr) == 0)
        return fd;
    const int err = errno;
    snprintf(why, why_size, "ports.%s.host: interface %s cannot be made: %s; %s", port->name, port->host,
             strerror(err),
             err == EPERM ? "the daemon needs CAP_NET_ADMIN"
                          : "if there is one of that name already (`ip link`), write another");
    close(fd);
    return -1;
}

static bool has_family(const struct conf_port *port, uint8_t family)
{
    for (size_t i = 0; i < port->n_addresses; i++)
        if (port->addresses[i].addr.family == family)
            return true;
    return false;
}

/* All of one family. -errno of the first that the kernel refuses. */
static int family_set(int rtnl, const struct conf_port *port, unsigned ifindex, uint32_t table,
                      uint8_t family)
{
    int rc = 0;
    for (size_t i = 0; i < port->n_addresses && rc == 0; i++) {
        const struct base_prefix *a = &port->addresses[i];
        if (a->addr.family != family)
            continue;
        rc = host_rtnl_addr_add(rtnl, ifindex, a);
        if (rc == 0)
            rc = host_rtnl_rule_add(rtnl, &a->addr, table, table);
        if (rc == -EEXIST) /* a rule that a killed predecessor left */
            rc = 0;
    }
    if (rc == 0)
        rc = host_rtnl_default_add(rtnl, ifindex, family, table, METRIC);
    if (rc == 0 && port->gateway.family == family) {
        rc = host_rtnl_default_add(rtnl, ifindex, family, RT_TABLE_MAIN, METRIC);
        rc = rc == -EEXIST ? 0 : rc; /* another port's */
    }
    return rc;
}

static int interface_set(int rtnl, const struct conf_port *port, uint16_t mtu, uint32_t table)
{
    const unsigned ifindex = if_nametoindex(port->host);
    host_rtnl_no_link_local(rtnl, ifindex); /* what it would send is dropped anyway */
    int rc = host_rtnl_link_up(rtnl, ifindex, mtu);
    if (rc == 0 && has_family(port, BASE_AF_IP4))
        rc = family_set(rtnl, port, ifindex, table, BASE_AF_IP4);
    if (rc < 0 || !has_family(port, BASE_AF_IP6))
        return rc;
    const int rc6 = family_set(rtnl, port, ifindex, table, BASE_AF_IP6);
    if (rc6 < 0)
        host_log(HOST_WARN,
                 "event=host_without_ip6 port=%s interface=%s error=\"%s\" fix=\"is IPv6 off on this host?\"",
                 port->name, port->host, strerror(-rc6));
    return 0;
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
static void warn_of_others(const struct conf_port *port)
{
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return;
    for (const struct ifaddrs *i = list; i; i = i->ifa_next)
        for (size_t a = 0; i->ifa_addr && a < port->n_addresses; a++)
            if (is_same_addr(i->ifa_addr, &port->addresses[a].addr))
                host_log(HOST_WARN,
                         "event=address_twice port=%s interface=%s effect=\"the kernel answers beside the "
                         "gateway\" fix=\"ip address flush dev %s; ip link set %s arp off\"",
                         port->name, i->ifa_name, i->ifa_name, i->ifa_name);
    freeifaddrs(list);
}

static int start_one(struct ctl *ctl, int rtnl, size_t index, char *why, size_t why_size)
{
    const struct conf_port *port = &ctl->in_force.ports[index];
    struct ctl_host *host = &ctl->hosts[index];
    struct epoll_event ev = {.events = EPOLLIN};
    warn_of_others(port);
    host->fd = tun_open(port, why, why_size);
    if (host->fd < 0)
        return -1;
    host->is_open = true;
    ev.data.fd = host->fd;
    int rc = interface_set(rtnl, port, ctl->ports[index].mtu, TABLE_FIRST + (uint32_t)index);
    if (rc == 0 && epoll_ctl(ctl->epoll_fd, EPOLL_CTL_ADD, host->fd, &ev) < 0)
        rc = -errno;
    if (rc < 0) {
        snprintf(why, why_size, "ports.%s.host: interface %s cannot be set up: %s", port->name, port->host,
                 strerror(-rc));
        return -1;
    }
    host_log(HOST_NOTICE, "event=host_up port=%s interface=%s mtu=%u", port->name, port->host,
             ctl->ports[index].mtu);
    return 0;
}

int ctl_host_start(struct ctl *ctl, char *why, size_t why_size)
{
    int rc = 0, rtnl = -1;
    for (size_t i = 0; i < ctl->n_ports && rc == 0; i++) {
        if (!ctl->in_force.ports[i].host[0])
            continue;
        if (rtnl < 0)
            rtnl = host_rtnl_open();
        if (rtnl < 0) {
            snprintf(why, why_size, "ports.%s.host: no routing socket: %s", ctl->in_force.ports[i].name,
                     strerror(-rtnl));
            return -1;
        }
        rc = start_one(ctl, rtnl, i, why, why_size);
    }
    if (rtnl >= 0)
        close(rtnl);
    return rc;
}

static void rules_remove(const struct conf_port *port, uint32_t table)
{
    const int rtnl = host_rtnl_open();
    if (rtnl < 0)
        return;
    for (size_t i = 0; i < port->n_addresses; i++)
        host_rtnl_rule_remove(rtnl, &port->addresses[i].addr, table, table);
    close(rtnl);
}

void ctl_host_stop(struct ctl *ctl)
{
    for (size_t i = 0; i < ctl->n_ports; i++) {
        struct ctl_host *host = &ctl->hosts[i];
        if (!host->is_open)
            continue;
        rules_remove(&ctl->in_force.ports[i], TABLE_FIRST + (uint32_t)i);
        close(host->fd);
        host->is_open = false;
    }
}

/* Somebody deleted the interface: its descriptor would wake the loop for ever. */
static void give_up(struct ctl *ctl, size_t index, int err)
{
    struct ctl_host *host = &ctl->hosts[index];
    host_log(HOST_ERR,
             "event=host_lost port=%s interface=%s error=\"%s\" effect=\"the host does not use this port's "
             "addresses any more\" fix=\"restart the daemon\"",
             ctl->in_force.ports[index].name, ctl->in_force.ports[index].host, strerror(err));
    rules_remove(&ctl->in_force.ports[index], TABLE_FIRST + (uint32_t)index);
    close(host->fd); /* which takes it out of the epoll set */
    host->is_open = false;
}

/* One packet from the host. False: there is none, errno tells why. */
static bool out_one(struct ctl *ctl, struct ctl_host *host)
{
    uint8_t spare[1];
    struct rte_mbuf *m = rte_pktmbuf_alloc(ctl->pool);
    /* Without a buffer it is read all the same, and lost: a queue that stays would wake the loop for ever. */
    const ssize_t n = m ? read(host->fd, rte_pktmbuf_mtod(m, void *), rte_pktmbuf_tailroom(m))
                        : read(host->fd, spare, sizeof spare);
    if (n <= 0 || !m) {
        const int err = n < 0 ? errno : EAGAIN;
        rte_pktmbuf_free(m);
        host->out_lost += n > 0;
        errno = err;
        return n > 0;
    }
    m->data_len = (uint16_t)n;
    m->pkt_len = (uint32_t)n;
    if (dp_host_send(ctl->dp, m)) {
        host->out_pkts++;
        host->out_bytes += (uint64_t)n;
    } else {
        host->out_lost++;
    }
    return true;
}

bool ctl_host_ready(struct ctl *ctl, int fd)
{
    for (size_t i = 0; i < ctl->n_ports; i++) {
        if (!ctl->hosts[i].is_open || ctl->hosts[i].fd != fd)
            continue;
        int n = 0;
        while (n < OUT_PER_READY && out_one(ctl, &ctl->hosts[i]))
            n++;
        if (n < OUT_PER_READY && errno != EAGAIN && errno != EINTR)
            give_up(ctl, i, errno);
        return true;
    }
    return false;
}

static void in_one(struct ctl *ctl, uint16_t port, const struct rte_mbuf *m)
{
    struct ctl_host *host = &ctl->hosts[port];
    if (host->is_open && write(host->fd, rte_pktmbuf_mtod(m, const void *), m->data_len) == m->data_len) {
        host->in_pkts++;
        host->in_bytes += m->data_len;
    } else {
        host->in_lost++;
    }
}

bool ctl_host_feed(struct ctl *ctl)
{
    struct rte_mbuf *m;
    uint16_t port;
    int n = 0;
    while (n < IN_PER_TURN && (m = dp_host_pop(ctl->dp, &port))) {
        in_one(ctl, port, m);
        rte_pktmbuf_free(m);
        n++;
    }
    return n > 0;
}

void ctl_host_error(struct ctl *ctl, struct dp_punt *punt)
{
    if (dp_host_wants(ctl->dp, punt))
        in_one(ctl, punt->port, punt->mbuf);
}
