/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The configuration as what a node is started with and what its tables hold. Thread: control. */
#include <stdbool.h>
#include <stdint.h>
#include "conf.h"
#include "node.h"

struct ctl;

/* Fills *out, about 20 KB, from what a configuration says of ports, workers, eal, control and tunnel. */
void ctl_node_params(const struct conf *conf, struct node_params *out);

/*
 * Sets the ports' addresses, routes (static ones and each port's gateway), policies (one per child of each
 * connection) and bypasses from conf in the node. A port whose addresses conf leaves to the host keeps those
 * of ctl->in_force. 0, or the error of the table that refused: -ENOMEM, -ENOSPC, -EINVAL.
 */
int ctl_node_apply(struct ctl *ctl, const struct conf *conf);

/*
 * The same for addresses and routes alone, when ctl->in_force has other addresses for ports that the
 * configuration leaves to the host. Not while a reload is about to apply. -EBUSY: other ports wait for a
 * restart.
 */
int ctl_node_readdress(struct ctl *ctl);

/* The connection and child whose packets have this number (NODE_EV_TRAP). False: none any more. */
bool ctl_node_trap(const struct ctl *ctl, uint32_t trap, const char **conn, const char **child);
