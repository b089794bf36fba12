/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which capabilities ports need when they run. Sockets, programs and devices are open by then; what is left
 * is to give interfaces back by netlink, and what drivers of DPDK do when a link comes up again.
 */
#include "node.h"

#include <linux/capability.h>

#include "node_int.h"

#define CAPS(name) (UINT64_C(1) << (name))

/* A PCI device that is DPDK's alone is used by descriptors that are open. */
static uint64_t port_caps(const struct node_port_params *port, const struct node_device *device)
{
    const bool is_alone = device->is_pci && !device->is_shared;
    uint64_t caps = port->host[0] || !is_alone ? CAPS(CAP_NET_ADMIN) : 0;
    if (!is_alone && port->kind != NODE_DEVICE_INTERFACE)
        caps |= CAPS(CAP_NET_RAW); /* verbs, and drivers that this does not know */
    return caps;
}

uint64_t node_caps(const struct node *node)
{
    uint64_t caps = 0;
    for (size_t i = 0; i < node->n_ports; i++)
        caps |= port_caps(&node->params.ports[i], &node->devices[i]);
    return caps;
}
