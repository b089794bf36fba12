/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Ports over devices of DPDK: found or made by their names, set up, started, closed. Thread: control. */
#include "node_port.h"

/* Opens one and fills *out. 0, or -1 with a sentence in why, and then nothing is open. */
int node_ethdev_open(const struct node_port_params *params, const struct node_device *device,
                     size_t n_workers, struct rte_mempool *pool, struct node_port *out, char *why,
                     size_t why_size);

/* Stops and closes. */
void node_ethdev_close(struct node_port *port);
