/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet devices over rte_ethdev. EAL only prints a line when a device does not come up and goes on with
 * fewer ports, so every port that is asked for is looked up by name here and its absence explained.
 */
#include "node_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "afpkt.h"
#include "afpkt_left.h"
#include "dp_io.h"
#include "dp_large.h"
#include "host_log.h"
#include "node_capture.h"
#include "node_socket.h"

#define RING_DESCRIPTORS 1024
#define POOL_CACHE       256
/* Room in front of a frame for encapsulation beside the usual headroom, and behind it for trailer and ICV. */
#define BUFFER_EXTRA     256

struct rte_mempool *node_port_pool(const struct node_params *params, const struct node_device *devices,
                                   size_t n_workers, char *why, size_t why_size)
{
    uint32_t count = 4096, mtu = 1500;
    for (size_t i = 0; i < params->n_ports; i++) {
        const uint32_t queues = (uint32_t)n_workers * 2;
        count += queues * RING_DESCRIPTORS;
        mtu = devices[i].mtu > mtu ? devices[i].mtu : mtu;
    }
    count += (uint32_t)n_workers * (POOL_CACHE + 1024);
    uint32_t room = RTE_PKTMBUF_HEADROOM + mtu + RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + BUFFER_EXTRA;
    if (room < RTE_MBUF_DEFAULT_BUF_SIZE)
        room = RTE_MBUF_DEFAULT_BUF_SIZE;
    struct rte_mempool *pool =
        rte_pktmbuf_pool_create("culvert_mbufs", count, POOL_CACHE, 0, (uint16_t)room, (int)rte_socket_id());
    if (!pool)
        snprintf(
            why, why_size,
            "no memory for %u packet buffers of %u bytes (%s): raise eal.memory_mb above %u, or use fewer "
            "workers or ports",
            count, room, rte_strerror(rte_errno), params->memory_mb);
    return pool;
}

struct rte_mempool *node_port_large_pool(const struct node_params *params, size_t n_workers, char *why,
                                         size_t why_size)
{
    const uint32_t count = dp_large_count((uint16_t)n_workers);
    struct rte_mempool *pool = dp_large_pool("culvert_large", count);
    if (!pool)
        snprintf(
            why, why_size,
            "no memory for %u buffers of 64 KB, for packets that come in pieces (%s): raise eal.memory_mb "
            "above %u, or use fewer workers",
            count, rte_strerror(rte_errno), params->memory_mb);
    return pool;
}

/* The ethdev whose device carries this name: a vdev string's part before the first comma, or a PCI address.
 */
static int port_find(const char *device, uint16_t *id)
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
static bool port_has_driver(const char *device)
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

static void port_explain_absence(const struct node_port_params *params, const struct node_device *device,
                                 const char *said, char *why, size_t why_size)
{
    if (device->is_pci)
        snprintf(why, why_size,
                 "ports.%s.device: DPDK found no device %s. Bind it to vfio-pci (`dpdk-devbind.py -b "
                 "vfio-pci %s`), or name the kernel's interface instead: \"eth0\"",
                 params->name, device->args, device->args);
    else if (!port_has_driver(device->args))
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

/* A PCI device was found when DPDK started; one of arguments is made now. */
static int port_make(const struct node_port_params *params, const struct node_device *device, uint16_t *id,
                     char *why, size_t why_size)
{
    static char text[1 << 12];
    char said[256] = "";
    struct node_capture capture;
    if (!device->is_pci && port_find(device->args, id) < 0) {
        node_capture_begin(&capture);
        const int rc = rte_dev_probe(device->args);
        node_capture_end(&capture, text, sizeof text);
        if (rc >= 0)
            fputs(text, stderr);
        else if (!node_capture_line(text, "(): ", said,
                                    sizeof said)) /* a driver's own, before what EAL says */
            node_capture_line(text, "", said, sizeof said);
    }
    if (port_find(device->args, id) == 0)
        return 0;
    port_explain_absence(params, device, said, why, why_size);
    return -1;
}

static bool port_has_ip6(const struct node_port_params *params)
{
    for (size_t i = 0; i < params->n_addrs; i++)
        if (params->addrs[i].addr.family == BASE_AF_IP6)
            return true;
    return false;
}

static int port_configure(const struct node_port_params *params, uint16_t mtu, size_t n_workers,
                          struct node_port *p)
{
    struct rte_eth_dev_info info;
    struct rte_eth_conf eth = {0};
    int rc = rte_eth_dev_info_get(p->id, &info);
    if (rc < 0)
        return rc;
    /* A queue that no worker polls would swallow packets. */
    const uint16_t want = params->queues && params->queues < n_workers ? params->queues : (uint16_t)n_workers;
    p->n_rxq = RTE_MIN(want, info.max_rx_queues);
    p->n_txq = RTE_MIN((uint16_t)n_workers, info.max_tx_queues);
    p->rx_offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
    eth.rxmode.offloads = p->rx_offloads;
    /* Outer UDP has a checksum over IPv6 only, and some drivers send faster without offloads. */
    if (port_has_ip6(params))
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
    /* Drivers without an MTU setter (ring, memif, pcap) carry any size that fits a buffer. */
    rc = rte_eth_dev_set_mtu(p->id, mtu);
    p->mtu = mtu;
    return rc == -ENOTSUP ? 0 : rc;
}

/*
 * Says whether the port spreads peers over workers. ESP in UDP spreads by the peer's address and port when
 * the port hashes UDP ports; by address only, all peers behind one NAT land on one worker; with one queue,
 * worker 0 receives everything and hands each packet to the worker that owns its SA.
 */
static void port_report_spread(const struct node_port_params *params, size_t n_workers,
                               const struct node_port *p)
{
    const bool by_port = p->rss_hf & (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP);
    const char *hash = p->n_rxq < 2 ? "none" : by_port ? "udp_ports" : p->rss_hf ? "addresses" : "driver";
    const char *done =
        p->n_rxq < 2 ? "worker 0 receives and hands packets to the owner of each SA"
        : by_port    ? "each peer has a queue by its address and port"
        : p->rss_hf  ? "peers behind one NAT share a queue; workers hand packets to the owner of each SA"
                     : "the driver spreads by its own rule; workers hand packets to the owner of each SA";
    if (n_workers < 2)
        return;
    host_log(by_port || p->n_rxq < 2 ? HOST_NOTICE : HOST_WARN,
             "event=port_spread port=%s rx_queues=%u workers=%zu hash=%s effect=\"%s\"", params->name,
             p->n_rxq, n_workers, hash, done);
}

static int port_set_up(struct node_port *p, struct rte_mempool *pool)
{
    uint16_t rxd = RING_DESCRIPTORS, txd = RING_DESCRIPTORS;
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

/* What AF_XDP does not tell: checksums that a neighbour on the same host left to a device, and what its
 * sockets lost. known: those of other ports. */
static int port_watch_xdp(struct node_port *p, const struct afpkt_xsks *known)
{
    static const struct dp_io io = {afpkt_left_rx, afpkt_left_tx};
    struct afpkt_xsks sockets;
    if (strcmp(p->driver, "net_af_xdp") != 0)
        return 0;
    afpkt_xsks_find(&sockets);
    afpkt_xsks_subtract(&sockets, known);
    p->left = afpkt_left_make(p->id, p->n_rxq, &sockets);
    p->io = &io;
    p->io_port = p->left;
    return p->left ? 0 : -ENOMEM;
}

static int port_start_ethdev(const struct node_port_params *params, const struct node_device *device,
                             size_t n_workers, struct rte_mempool *pool, struct node_port *p, char *why,
                             size_t why_size)
{
    struct afpkt_xsks known;
    afpkt_xsks_find(&known);
    if (port_make(params, device, &p->id, why, why_size) < 0)
        return -1;
    int rc = port_configure(params, device->mtu, n_workers, p);
    if (rc >= 0)
        rc = port_set_up(p, pool);
    if (rc >= 0)
        rc = port_watch_xdp(p, &known);
    if (rc >= 0)
        return 0;
    snprintf(why, why_size, "ports.%s: device %s does not start with %u receive queues and MTU %u: %s",
             params->name, params->device, p->n_rxq, device->mtu, rte_strerror(-rc));
    rte_eth_dev_close(p->id);
    return -1;
}

static void port_report(const struct node_port_params *params, const struct node_port *p)
{
    char mac[RTE_ETHER_ADDR_FMT_SIZE];
    rte_ether_format_addr(mac, sizeof mac, &p->mac);
    host_log(
        HOST_NOTICE,
        "event=port_up port=%s device=%s driver=%s mac=%s mtu=%u rx_queues=%u tx_queues=%u offloads=%s%s%s",
        params->name, params->device, p->driver, mac, p->mtu, p->n_rxq, p->n_txq,
        p->rx_offloads ? "rx_ip4_cksum" : "", p->rx_offloads && p->tx_offloads ? "," : "",
        p->tx_offloads   ? "tx_udp_cksum"
        : p->rx_offloads ? ""
                         : "none");
}

int node_port_start(const struct node_port_params *params, const struct node_device *device, size_t n_workers,
                    struct rte_mempool *pool, struct node_port *out, char *why, size_t why_size)
{
    struct node_port p = {0};
    const int rc = node_socket_is(device)
                       ? node_socket_open(params, device, n_workers, pool, &p, why, why_size)
                       : port_start_ethdev(params, device, n_workers, pool, &p, why, why_size);
    if (rc < 0)
        return -1;
    port_report(params, &p);
    port_report_spread(params, n_workers, &p);
    *out = p;
    return 0;
}

void node_port_stop(struct node_port *port)
{
    if (port->socket) {
        afpkt_close(port->socket);
        return;
    }
    rte_eth_dev_stop(port->id);
    rte_eth_dev_close(port->id);
    afpkt_left_free(port->left);
}
