/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* DPDK's environment, derived from what the node is started with. Thread: control, before and after
 * everything else. */
#include <stddef.h>
#include "node_cores.h"
#include "node_device.h"
#include "node_params.h"

/*
 * Starts EAL: cores, hugepages or their absence, the PCI devices of params->n_ports devices, then
 * params->args. Fills *cores. 0, or -1 with a sentence (what is wrong and the cure) in why; the caller prints
 * it and exits, since EAL cannot be started twice.
 */
int node_eal_start(const struct node_params *params, const struct node_device *devices,
                   struct node_cores *cores, char *why, size_t why_size);

/* Ends EAL and removes what it left in its runtime folder. */
void node_eal_stop(void);
