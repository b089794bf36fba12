/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Ports: ethdevs, found by their names, and packet sockets; set up, started, stopped. Thread: control. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <rte_ether.h>
#include <rte_mempool.h>
#include "node_device.h"
#include "node_params.h"

#define NODE_PORT_DESCRIPTORS 1024 /* of each queue of an ethdev */

struct afpkt;
struct afpkt_left;
struct dp_io;

struct node_port {
    uint16_t id;             /* ethdev port, without socket */
    struct afpkt *socket;    /* NULL: an ethdev */
    struct afpkt_left *left; /* between an ethdev and its workers; NULL: nothing is */
    const struct dp_io *io;  /* how workers receive and send, with io_port; NULL: as from any ethdev */
    void *io_port;
    bool is_xdp; /* of AF_XDP, whose libraries tell of each thing that they do without */
    uint16_t n_rxq;
    uint16_t n_txq; /* one per worker, or fewer when the device has fewer */
    uint16_t mtu;
    uint64_t
        rss_hf; /* RTE_ETH_RSS_* that spread packets over queues; 0: one queue, or the driver's own rule */
    uint64_t rx_offloads; /* RTE_ETH_RX_OFFLOAD_* that are switched on */
    uint64_t tx_offloads; /* RTE_ETH_TX_OFFLOAD_*, likewise */
    char driver[64];
    struct rte_ether_addr mac;
};

/*
 * Makes the buffer pool for all ports: enough for every ring of every port and what workers hold, and
 * large enough buffers for the largest MTU in one segment. NULL with a sentence in why.
 */
struct rte_mempool *node_port_pool(const struct node_params *params, const struct node_device *devices,
                                   size_t n_workers, char *why, size_t why_size);

/* Makes the buffers for packets that come in pieces and fit none of the others. NULL with a sentence in why.
 */
struct rte_mempool *node_port_large_pool(const struct node_params *params, size_t n_workers, char *why,
                                         size_t why_size);

/*
 * Makes or finds, sets up and starts the device of a port. 0, or -1 with a sentence in why, and then the
 * device is closed again.
 */
int node_port_start(const struct node_port_params *params, const struct node_device *device, size_t n_workers,
                    struct rte_mempool *pool, struct node_port *out, char *why, size_t why_size);

/* Stops and closes. Workers must have left it. */
void node_port_stop(struct node_port *port);
