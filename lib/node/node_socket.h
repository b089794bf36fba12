/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Ports over packet sockets (afpkt.h). They are written as DPDK's driver of that kind is,
 * "net_af_packet0,iface=eth0,qpairs=2", and no device is made: iface is the interface, qpairs the receive
 * queues, without it 1, and of an interface named by itself one per worker; the driver's other arguments are
 * accepted and have no meaning. Thread: control.
 */
#include <stdbool.h>
#include "node_port.h"

/* Whether a device is written so. */
bool node_socket_is(const struct node_device *device);

/* Opens such a port and fills *out. 0, or -1 with a sentence in why. */
int node_socket_open(const struct node_port_params *params, const struct node_device *device,
                     size_t n_workers, struct rte_mempool *pool, struct node_port *out, char *why,
                     size_t why_size);
