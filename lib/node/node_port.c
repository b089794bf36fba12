/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers of all ports, and each port by the way that its device asks for, with a line of what it came to. */
#include "node_port.h"

#include <stdio.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

#include "afpkt.h"
#include "dp_large.h"
#include "host_log.h"
#include "node_ethdev.h"
#include "node_socket.h"

#define POOL_CACHE   256
/* Room in front of a frame for encapsulation beside the usual headroom, and behind it for trailer and ICV. */
#define BUFFER_EXTRA 256

/*
 * Buffers side by side, whatever the size of pages: DPDK's net_af_xdp gives the kernel the room of so many as
 * if none were left out between them, and the kernel keeps for ever what it is handed from beyond that room.
 * A NIC that reads by physical addresses needs each buffer within a page.
 */
static struct rte_mempool *pool_make(uint32_t count, uint16_t room)
{
    const bool is_dense = rte_eal_iova_mode() == RTE_IOVA_VA;
    struct rte_pktmbuf_pool_private head = {.mbuf_data_room_size = room};
    struct rte_mempool *pool = rte_mempool_create_empty(
        "culvert_mbufs", count, sizeof(struct rte_mbuf) + room, POOL_CACHE, sizeof head, (int)rte_socket_id(),
        is_dense ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0);
    if (!pool)
        return NULL;
    int rc = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL);
    if (rc == 0) {
        rte_pktmbuf_pool_init(pool, &head);
        rc = rte_mempool_populate_default(pool);
    }
    if (rc < 0 || (is_dense && pool->nb_mem_chunks > 1)) {
        rte_mempool_free(pool);
        rte_errno = rc < 0 ? -rc : ENOMEM;
        return NULL;
    }
    rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
    return pool;
}

struct rte_mempool *node_port_pool(const struct node_params *params, const struct node_device *devices,
                                   size_t n_workers, char *why, size_t why_size)
{
    uint32_t count = 4096, mtu = 1500;
    for (size_t i = 0; i < params->n_ports; i++) {
        /* AF_XDP keeps as many again for the kernel to fill, both ways. */
        const uint32_t own = 2 * devices[i].queues, queues = RTE_MAX(2 * (uint32_t)n_workers, 2 * own);
        count += queues * NODE_PORT_DESCRIPTORS;
        mtu = devices[i].mtu > mtu ? devices[i].mtu : mtu;
    }
    count += (uint32_t)n_workers * (POOL_CACHE + 1024);
    uint32_t room = RTE_PKTMBUF_HEADROOM + mtu + RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + BUFFER_EXTRA;
    if (room < RTE_MBUF_DEFAULT_BUF_SIZE)
        room = RTE_MBUF_DEFAULT_BUF_SIZE;
    struct rte_mempool *pool = pool_make(count, (uint16_t)room);
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

static void port_report(const struct node_port_params *params, const struct node_device *device,
                        const struct node_port *p)
{
    char mac[RTE_ETHER_ADDR_FMT_SIZE];
    rte_ether_format_addr(mac, sizeof mac, &p->mac);
    host_log(HOST_NOTICE,
             "event=port_up port=%s device=%s driver=%s mac=%s mtu=%u rx_queues=%u tx_queues=%u "
             "offloads=%s%s%s%s%s%s",
             params->name, params->device, p->driver, mac, p->mtu, p->n_rxq, p->n_txq,
             p->rx_offloads ? "rx_ip4_cksum" : "", p->rx_offloads && p->tx_offloads ? "," : "",
             p->tx_offloads   ? "tx_udp_cksum"
             : p->rx_offloads ? ""
                              : "none",
             device->reason[0] ? " reason=\"" : "", device->reason, device->reason[0] ? "\"" : "");
}

int node_port_start(const struct node_port_params *params, const struct node_device *device, size_t n_workers,
                    struct rte_mempool *pool, struct node_port *out, char *why, size_t why_size)
{
    struct node_port p = {0};
    const int rc = node_socket_is(device)
                       ? node_socket_open(params, device, n_workers, pool, &p, why, why_size)
                       : node_ethdev_open(params, device, n_workers, pool, &p, why, why_size);
    if (rc < 0)
        return -1;
    port_report(params, device, &p);
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
    node_ethdev_close(port);
}
