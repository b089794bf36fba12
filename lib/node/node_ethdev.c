/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet devices over rte_ethdev. EAL only prints a line when a device does not come up and goes on with
 * fewer ports, so each is looked up by its name here and its absence explained.
 */
#include "node_ethdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "afpkt_left.h"
#include "dp_io.h"
#include "host_log.h"
#include "node_capture.h"

/* The ethdev whose device carries this name: a vdev string's part before the first comma, or a PCI address.
 */
static int ethdev_find(const char *device, uint16_t *id)
{
    char name[RTE_ETH_NAME_MAX_LEN];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(device, ","), device);
    if (rte_eth_dev_get_port_by_name(name, id) == 0)
        return 0;
    /* A PCI address without its domain is written so by many tools. */
    char full[RTE_ETH_NAME_MAX_LEN + 8];
    snprintf(full, sizeof full, "0000:%s", name);
    return rte_eth_dev_get_port_by_name(full, id);
}

/* Whether a driver of DPDK takes a device by its name. */
static bool ethdev_has_driver(const char *device)
{
    struct rte_devargs args = {0};
    struct node_capture capture;
    char text[256];
    node_capture_begin(&capture);
    const int rc = rte_devargs_parse(&args, device);
    node_capture_end(&capture, text, sizeof text);
    free(args.data); /* as DPDK's own reset does, which is not part of the stable interface yet */
    return rc == 0;
}

static void ethdev_explain_absence(const struct node_port_params *params, const struct node_device *device,
                                   const char *said, char *why, size_t why_size)
{
    if (device->is_pci)
        snprintf(why, why_size,
                 "ports.%s.device: DPDK found no device %s. Bind it to vfio-pci (`dpdk-devbind.py -b "
                 "vfio-pci %s`), or name the kernel's interface instead: \"eth0\"",
                 params->name, device->args, device->args);
    else if (!ethdev_has_driver(device->args))
        snprintf(why, why_size,
                 "ports.%s.device: DPDK has no driver for %s. Correct the name before the first comma "
                 "(net_memif0, "
                 "net_tap0; the number is free), or name the kernel's interface instead: \"eth0\"",
                 params->name, device->args);
    else
        snprintf(
            why, why_size,
            "ports.%s.device: DPDK could not make %s (%s). Check its arguments, and that two ports have two "
            "names (net_memif0, net_memif1)",
            params->name, device->args, said[0] ? said : "it does not say why");
}

static bool ethdev_has_ip6(const struct node_port_params *params)
{
    for (size_t i = 0; i < params->n_addrs; i++)
        if (params->addrs[i].addr.family == BASE_AF_IP6)
            return true;
    return false;
}

/* A queue that no worker polls would swallow packets, and so would a channel of an interface without a queue.
 */
static void ethdev_count_queues(const struct node_port_params *params, const struct node_device *device,
                                const struct rte_eth_dev_info *info, size_t n_workers, struct node_port *p)
{
    const uint16_t want = params->queues && params->queues < n_workers ? params->queues : (uint16_t)n_workers;
    p->n_rxq = RTE_MIN(want, info->max_rx_queues);
    p->n_txq = RTE_MIN((uint16_t)n_workers, info->max_tx_queues);
    if (device->queues)
        p->n_rxq = p->n_txq = RTE_MIN(device->queues, info->max_rx_queues);
}

/* The MTU of an interface that is taken is the taker's, and larger frames are to be seen and counted. */
static int ethdev_set_mtu(const struct node_port_params *params, uint16_t mtu, struct node_port *p)
{
    p->mtu = mtu;
    if (params->interface[0])
        return 0;
    /* Drivers without an MTU setter (ring, memif, pcap) carry any size that fits a buffer. */
    const int rc = rte_eth_dev_set_mtu(p->id, mtu);
    return rc == -ENOTSUP ? 0 : rc;
}

static int ethdev_configure(const struct node_port_params *params, const struct node_device *device,
                            size_t n_workers, struct node_port *p)
{
    struct rte_eth_dev_info info;
    struct rte_eth_conf eth = {0};
    int rc = rte_eth_dev_info_get(p->id, &info);
    if (rc < 0)
        return rc;
    ethdev_count_queues(params, device, &info, n_workers, p);
    p->rx_offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
    eth.rxmode.offloads = p->rx_offloads;
    /* Outer UDP has a checksum over IPv6 only, and some drivers send faster without offloads. */
    if (ethdev_has_ip6(params))
        p->tx_offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
    eth.txmode.offloads = p->tx_offloads;
    if (p->n_rxq > 1) {
        /* UDP ports spread NAT-T peers; what the port cannot hash it leaves out. */
        eth.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        eth.rx_adv_conf.rss_conf.rss_hf =
            (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP) & info.flow_type_rss_offloads;
        p->rss_hf = eth.rx_adv_conf.rss_conf.rss_hf;
        if (!p->rss_hf)
            eth.rxmode.mq_mode = RTE_ETH_MQ_RX_NONE;
    }
    rc = rte_eth_dev_configure(p->id, p->n_rxq, p->n_txq, &eth);
    if (rc < 0)
        return rc;
    snprintf(p->driver, sizeof p->driver, "%s", info.driver_name);
    return ethdev_set_mtu(params, device->mtu, p);
}

static int ethdev_set_up(struct node_port *p, struct rte_mempool *pool)
{
    uint16_t rxd = NODE_PORT_DESCRIPTORS, txd = NODE_PORT_DESCRIPTORS;
    const int socket = rte_eth_dev_socket_id(p->id) < 0 ? 0 : rte_eth_dev_socket_id(p->id);
    int rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rxd, &txd);
    for (uint16_t q = 0; rc >= 0 && q < p->n_rxq; q++)
        rc = rte_eth_rx_queue_setup(p->id, q, rxd, (unsigned)socket, NULL, pool);
    for (uint16_t q = 0; rc >= 0 && q < p->n_txq; q++)
        rc = rte_eth_tx_queue_setup(p->id, q, txd, (unsigned)socket, NULL);
    if (rc >= 0)
        rc = rte_eth_dev_start(p->id);
    /* IPv6 neighbours ask by multicast; drivers that cannot filter hear everything anyway. */
    if (rc >= 0)
        (void)rte_eth_allmulticast_enable(p->id);
    return rc < 0 ? rc : rte_eth_macaddr_get(p->id, &p->mac);
}

/* A PCI device was found when DPDK started; one of arguments is made now. 0, or -errno. */
static int ethdev_make(const struct node_device *device, uint16_t *id)
{
    int rc = ethdev_find(device->args, id);
    if (rc < 0 && !device->is_pci)
        rc = rte_dev_probe(device->args);
    return rc < 0 ? rc : ethdev_find(device->args, id);
}

static int ethdev_start(const struct node_port_params *params, const struct node_device *device,
                        size_t n_workers, struct rte_mempool *pool, struct node_port *p, bool *is_made)
{
    int rc = ethdev_make(device, &p->id);
    *is_made = rc >= 0;
    if (rc >= 0)
        rc = ethdev_configure(params, device, n_workers, p);
    if (rc >= 0)
        rc = ethdev_set_up(p, pool);
    return rc;
}

/*
 * What AF_XDP does not tell: checksums that a neighbour on the same host left to a device, and what its
 * sockets lost. known: those of other ports.
 */
static int ethdev_watch_xdp(struct node_port *p, const struct afpkt_xsks *known)
{
    static const struct dp_io io = {afpkt_left_rx, afpkt_left_tx};
    struct afpkt_xsks sockets;
    if (!p->is_xdp)
        return 0;
    afpkt_xsks_find(&sockets);
    afpkt_xsks_subtract(&sockets, known);
    p->left = afpkt_left_make(p->id, p->n_rxq, &sockets);
    p->io = &io;
    p->io_port = p->left;
    return p->left ? 0 : -ENOMEM;
}

void node_ethdev_close(struct node_port *port)
{
    static char text[1 << 12];
    struct node_capture capture;
    node_capture_begin(&capture);
    rte_eth_dev_stop(port->id);
    rte_eth_dev_close(port->id);
    node_capture_end(&capture, text, sizeof text);
    if (!port->is_xdp)
        host_log_text(text, strlen(text));
    afpkt_left_free(port->left);
}

int node_ethdev_open(const struct node_port_params *params, const struct node_device *device,
                     size_t n_workers, struct rte_mempool *pool, struct node_port *out, char *why,
                     size_t why_size)
{
    static char text[1 << 14];
    char said[256];
    struct node_capture capture;
    struct afpkt_xsks known;
    bool is_made;
    afpkt_xsks_find(&known);
    *out = (struct node_port){.is_xdp = device->driver == NODE_DRIVER_AF_XDP};
    node_capture_begin(&capture);
    int rc = ethdev_start(params, device, n_workers, pool, out, &is_made);
    node_capture_end(&capture, text, sizeof text);
    if (rc >= 0)
        rc = ethdev_watch_xdp(out, &known);
    if (rc >= 0) {
        if (!out->is_xdp)
            host_log_text(text, strlen(text));
        return 0;
    }
    if (!node_capture_line(text, "(): ", said, sizeof said)) /* a driver's own, before what EAL says */
        node_capture_line(text, "", said, sizeof said);
    if (!is_made) {
        ethdev_explain_absence(params, device, said, why, why_size);
        return -1;
    }
    snprintf(why, why_size, "ports.%s: device %s does not start with %u receive queues and MTU %u: %s%s%s%s",
             params->name, params->device, out->n_rxq, device->mtu, rte_strerror(-rc), said[0] ? " (" : "",
             said, said[0] ? ")" : "");
    node_ethdev_close(out);
    return -1;
}
