/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a port's device comes to on this machine, decided before anything is opened. Thread: control. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "node_params.h"

struct node_device {
    bool is_pci;
    char args[NODE_DEVICE_MAX]; /* for DPDK: a PCI address, or a vdev with its arguments */
    uint16_t mtu;               /* of the port */
};

/* Decides. 0, or -1 with a sentence in why: what is in the way, and the cure. */
int node_device_choose(const struct node_port_params *port, struct node_device *out, char *why,
                       size_t why_size);
