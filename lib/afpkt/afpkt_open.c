/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening and closing a port, and what is asked of it as a whole. Each refusal is one sentence. */
#include "afpkt.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <rte_mbuf.h>
#include "afpkt_ring.h"

/* Any socket will do to ask about interfaces; this one needs no right. */
static int interface_ask(const char *interface, unsigned long request, struct ifreq *ifr)
{
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *ifr = (struct ifreq){0};
    snprintf(ifr->ifr_name, sizeof ifr->ifr_name, "%s", interface);
    const int rc = fd < 0 ? -1 : ioctl(fd, request, ifr);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Whether a port may be made over an interface; if so its address is in mac. */
static bool interface_is_good(const struct afpkt_params *p, uint8_t mac[6], char *why, size_t why_size)
{
    struct ifreq ifr;
    const char *name = p->interface;
    if (!if_nametoindex(name)) {
        snprintf(why, why_size,
                 "there is no interface \"%s\" here (`ip link` lists those of this network namespace)", name);
    } else if (p->mtu < AFPKT_MTU_MIN || p->mtu > AFPKT_MTU_MAX) {
        snprintf(why, why_size, "an MTU of %u is out of range %u..%u: write \"mtu\": %u", p->mtu,
                 AFPKT_MTU_MIN, AFPKT_MTU_MAX, p->mtu < AFPKT_MTU_MIN ? AFPKT_MTU_MIN : AFPKT_MTU_MAX);
    } else if (interface_ask(name, SIOCGIFHWADDR, &ifr) < 0 || ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
        snprintf(why, why_size, "interface %s is not of Ethernet", name);
    } else {
        memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
        if (interface_ask(name, SIOCGIFMTU, &ifr) < 0 || ifr.ifr_mtu < p->mtu)
            snprintf(why, why_size,
                     "interface %s carries packets of %d bytes and the port's MTU is %u: `ip link set %s mtu "
                     "%u`, or write \"mtu\": %d",
                     name, ifr.ifr_mtu, p->mtu, name, p->mtu, ifr.ifr_mtu);
        else if (interface_ask(name, SIOCGIFFLAGS, &ifr) < 0 || !(ifr.ifr_flags & IFF_UP))
            snprintf(why, why_size, "interface %s is down: `ip link set %s up`", name, name);
        else
            return true;
    }
    return false;
}

static void refusal_tell(const struct afpkt *port, const char *step, int error, char *why, size_t why_size)
{
    if (error == EPERM || error == EACCES)
        snprintf(why, why_size,
                 "frames of interface %s may only be read and sent with CAP_NET_RAW: run as root",
                 port->interface);
    else if (error == EAFNOSUPPORT)
        snprintf(why, why_size, "the kernel has no packet sockets: `modprobe af_packet`");
    else if (error == ENOMEM)
        snprintf(why, why_size,
                 "the kernel has no memory for %u receive queues of %u KB on interface %s: use fewer queues "
                 "or a smaller MTU",
                 port->n_rx, port->rx[0].n_places * port->rx[0].place_bytes / 1024, port->interface);
    else
        snprintf(why, why_size, "the kernel refuses %s on interface %s: %s", step, port->interface,
                 strerror(error));
}

static int queues_open(struct afpkt *port, const char **step)
{
    const int ifindex = (int)if_nametoindex(port->interface);
    uint16_t group = 0;
    int rc = 0;
    for (uint16_t i = 0; i < port->n_tx && rc == 0; i++)
        rc = afpkt_tx_open(&port->tx[i], ifindex, step);
    for (uint16_t i = 0; i < port->n_rx && rc == 0; i++) {
        rc = afpkt_rx_open(&port->rx[i], ifindex, step);
        if (rc == 0 && port->n_rx > 1) {
            *step = "PACKET_FANOUT";
            rc = afpkt_rx_join(&port->rx[i], &group);
        }
    }
    *step = rc == 0 ? "a filter" : *step;
    for (uint16_t i = 0; i < port->n_rx && rc == 0; i++)
        rc = afpkt_rx_let_in(&port->rx[i]);
    return rc;
}

static bool queues_make(struct afpkt *port, const struct afpkt_params *p)
{
    port->rx = aligned_alloc(_Alignof(struct afpkt_rx_queue), p->rx_queues * sizeof *port->rx);
    port->tx = aligned_alloc(_Alignof(struct afpkt_tx_queue), p->tx_queues * sizeof *port->tx);
    if (!port->rx || !port->tx)
        return false;
    memset(port->rx, 0, p->rx_queues * sizeof *port->rx);
    memset(port->tx, 0, p->tx_queues * sizeof *port->tx);
    for (; port->n_rx < p->rx_queues; port->n_rx++) {
        struct afpkt_rx_queue *q = &port->rx[port->n_rx];
        q->fd = -1;
        q->pool = p->pool;
        q->room = (uint32_t)rte_pktmbuf_data_room_size(p->pool) - RTE_PKTMBUF_HEADROOM;
        q->place_bytes = afpkt_place_bytes(p->mtu);
        q->n_places = afpkt_place_count(q->place_bytes, p->rx_queues);
    }
    for (; port->n_tx < p->tx_queues; port->n_tx++)
        port->tx[port->n_tx].fd = -1;
    return true;
}

struct afpkt *afpkt_open(const struct afpkt_params *params, char *why, size_t why_size)
{
    const char *step = "";
    uint8_t mac[6];
    if (!interface_is_good(params, mac, why, why_size))
        return NULL;
    struct afpkt *port = calloc(1, sizeof *port);
    if (!port || !queues_make(port, params)) {
        snprintf(why, why_size, "no memory for the queues of interface %s", params->interface);
        afpkt_close(port);
        return NULL;
    }
    memcpy(port->mac, mac, sizeof port->mac);
    snprintf(port->interface, sizeof port->interface, "%s", params->interface);
    const int rc = queues_open(port, &step);
    if (rc == 0)
        return port;
    refusal_tell(port, step, -rc, why, why_size);
    afpkt_close(port);
    return NULL;
}

void afpkt_close(struct afpkt *port)
{
    if (!port)
        return;
    for (uint16_t i = 0; i < port->n_rx; i++)
        afpkt_rx_close(&port->rx[i]);
    for (uint16_t i = 0; i < port->n_tx; i++)
        afpkt_tx_close(&port->tx[i]);
    free(port->rx);
    free(port->tx);
    free(port);
}

const uint8_t *afpkt_mac(const struct afpkt *port)
{
    return port->mac;
}

bool afpkt_is_up(const struct afpkt *port)
{
    struct ifreq ifr;
    return interface_ask(port->interface, SIOCGIFFLAGS, &ifr) == 0 && ifr.ifr_flags & IFF_UP &&
           ifr.ifr_flags & IFF_RUNNING;
}

static void counters_add(struct afpkt_counters *sum, const struct afpkt_counters *some)
{
#define AFPKT_COUNT(name) sum->name += __atomic_load_n(&some->name, __ATOMIC_RELAXED);
#include "afpkt.def"
#undef AFPKT_COUNT
}

void afpkt_counters(struct afpkt *port, struct afpkt_counters *out)
{
    *out = (struct afpkt_counters){0};
    for (uint16_t i = 0; i < port->n_rx; i++) {
        struct afpkt_rx_queue *q = &port->rx[i];
        struct tpacket_stats s = {0};
        socklen_t len = sizeof s;
        /* The kernel counts from the last time that it was asked. */
        if (getsockopt(q->fd, SOL_PACKET, PACKET_STATISTICS, &s, &len) == 0)
            q->missed += s.tp_drops;
        counters_add(out, &q->count);
        out->missed += q->missed;
    }
    for (uint16_t i = 0; i < port->n_tx; i++)
        counters_add(out, &port->tx[i].count);
}
