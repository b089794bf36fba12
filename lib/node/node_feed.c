/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets between the host's interfaces and the workers. The interfaces themselves are made and set up by the
 * room host; who may send what is judged by the workers.
 */
#include "node_feed.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "host_log.h"
#include "host_tun.h"
#include "node_int.h"
#include "node_view.h"

#define TABLE_FIRST   4500 /* routing table of port 0, and the priority of its rules */
#define IN_PER_TURN   256
#define OUT_PER_READY 64

_Static_assert(RTE_PKTMBUF_HEADROOM >= DP_HOST_HEADROOM, "buffers begin with room for outer headers");

static struct host_tun feed_tun(const struct node *node, size_t index)
{
    const struct node_port_params *port = &node->params.ports[index];
    return (struct host_tun){
        .port = port->name,
        .name = port->host,
        .mtu = node->ports[index].mtu,
        .table = TABLE_FIRST + (uint32_t)index,
        .n_addrs = port->n_addrs,
        .addrs = port->addrs,
        .gateway_family = port->gateway_family,
    };
}

static int feed_start_one(struct node *node, size_t index, char *why, size_t why_size)
{
    const struct host_tun tun = feed_tun(node, index);
    struct node_feed *feed = &node->feeds[index];
    struct epoll_event ev = {.events = EPOLLIN};
    feed->fd = host_tun_open(&tun, why, why_size);
    if (feed->fd < 0)
        return -1;
    feed->is_open = true;
    feed->ifindex = if_nametoindex(tun.name);
    ev.data.fd = feed->fd;
    if (epoll_ctl(node->epoll_fd, EPOLL_CTL_ADD, feed->fd, &ev) < 0) {
        snprintf(why, why_size, "ports.%s.host: interface %s cannot be watched: %s", tun.port, tun.name,
                 strerror(errno));
        return -1;
    }
    host_log(HOST_NOTICE,
             "event=host_up port=%s interface=%s mtu=%u not_carried=\"multicast and broadcast, so no DHCP, "
             "OSPF or "
             "VRRP through it\"",
             tun.port, tun.name, tun.mtu);
    return 0;
}

int node_feed_start(struct node *node, char *why, size_t why_size)
{
    int rc = 0;
    for (size_t i = 0; i < node->n_ports && rc == 0; i++)
        if (node->params.ports[i].host[0])
            rc = feed_start_one(node, i, why, why_size);
    return rc;
}

void node_feed_readdress(struct node *node, size_t index, const struct node_addrs *former)
{
    const struct host_tun tun = feed_tun(node, index);
    const int rc = node->feeds[index].is_open ? host_tun_readdress(&tun, former->n, former->list) : 0;
    if (rc < 0)
        host_log(
            HOST_WARN,
            "event=host_readdress_failed port=%s interface=%s error=\"%s\" effect=\"this machine's programs "
            "do not have all addresses of the port\"",
            tun.port, tun.name, strerror(-rc));
}

unsigned node_feed_ifindex(const struct node *node, size_t index)
{
    return node->feeds[index].is_open ? node->feeds[index].ifindex : 0;
}

static void feed_close(struct node *node, size_t index)
{
    const struct host_tun tun = feed_tun(node, index);
    host_tun_close(&tun, node->feeds[index].fd); /* which takes it out of the epoll set */
    node->feeds[index].is_open = false;
}

void node_feed_stop(struct node *node)
{
    for (size_t i = 0; i < node->n_ports; i++)
        if (node->feeds[i].is_open)
            feed_close(node, i);
}

/* Somebody deleted the interface: its descriptor would wake the loop for ever. */
static void feed_give_up(struct node *node, size_t index, int err)
{
    host_log(HOST_ERR,
             "event=host_lost port=%s interface=%s error=\"%s\" effect=\"the host does not use this port's "
             "addresses any more\" fix=\"restart the daemon\"",
             node->params.ports[index].name, node->params.ports[index].host, strerror(err));
    feed_close(node, index);
}

/* One packet from the host. False: there is none, errno tells why. */
static bool feed_out_one(struct node *node, struct node_feed *feed)
{
    uint8_t spare[1];
    struct rte_mbuf *m = rte_pktmbuf_alloc(node->pool);
    /* Without a buffer it is read all the same, and lost: a queue that stays would wake the loop for ever. */
    const ssize_t n = m ? read(feed->fd, rte_pktmbuf_mtod(m, void *), rte_pktmbuf_tailroom(m))
                        : read(feed->fd, spare, sizeof spare);
    if (n <= 0 || !m) {
        const int err = n < 0 ? errno : EAGAIN;
        rte_pktmbuf_free(m);
        feed->count.out_lost += n > 0;
        errno = err;
        return n > 0;
    }
    m->data_len = (uint16_t)n;
    m->pkt_len = (uint32_t)n;
    if (dp_host_send(node->dp, m)) {
        feed->count.out_pkts++;
        feed->count.out_bytes += (uint64_t)n;
    } else {
        feed->count.out_lost++;
    }
    return true;
}

bool node_feed_ready(struct node *node, int fd)
{
    for (size_t i = 0; i < node->n_ports; i++) {
        if (!node->feeds[i].is_open || node->feeds[i].fd != fd)
            continue;
        int n = 0;
        while (n < OUT_PER_READY && feed_out_one(node, &node->feeds[i]))
            n++;
        if (n < OUT_PER_READY && errno != EAGAIN && errno != EINTR)
            feed_give_up(node, i, errno);
        return true;
    }
    return false;
}

static void feed_in_one(struct node *node, uint16_t port, const struct rte_mbuf *m)
{
    struct node_feed *feed = &node->feeds[port];
    if (feed->is_open && write(feed->fd, rte_pktmbuf_mtod(m, const void *), m->data_len) == m->data_len) {
        feed->count.in_pkts++;
        feed->count.in_bytes += m->data_len;
    } else {
        feed->count.in_lost++;
    }
}

bool node_feed_turn(struct node *node)
{
    struct rte_mbuf *m;
    uint16_t port;
    int n = 0;
    while (n < IN_PER_TURN && (m = dp_host_pop(node->dp, &port))) {
        feed_in_one(node, port, m);
        rte_pktmbuf_free(m);
        n++;
    }
    return n > 0;
}

void node_feed_error(struct node *node, struct dp_punt *punt)
{
    if (dp_host_wants(node->dp, punt))
        feed_in_one(node, punt->port, punt->mbuf);
}
