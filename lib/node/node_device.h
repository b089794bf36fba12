/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a port's device comes to on this machine: looked at and decided before anything is opened or changed.
 * Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "node_params.h"

#define NODE_REASON_MAX 192

struct node_device {
    bool is_pci;
    bool is_shared;  /* the kernel keeps the NIC beside DPDK (a bifurcated driver) */
    uint8_t driver;  /* enum node_driver that moves the frames; AUTO: another one of DPDK's */
    uint16_t mtu;    /* of the port */
    uint16_t queues; /* AF_XDP: receive queues, one for each channel of the interface; 0: as workers want */
    char args[NODE_DEVICE_MAX];   /* a PCI address, or a vdev with its arguments */
    char reason[NODE_REASON_MAX]; /* why this and not another; "": the configuration says so */
    char no_xdp[NODE_REASON_MAX]; /* why AF_XDP cannot have the interface; "": nothing speaks against it */
};

/*
 * Looks what is there: no decision yet, since ports share buffers. 0, or -1 with a sentence in why: what is
 * in the way, and the cure.
 */
int node_device_look(const struct node_port_params *port, struct node_device *out, char *why,
                     size_t why_size);

/*
 * Decides. largest_mtu: of all ports; n_workers: that there will be. 0, or -1 with a sentence in why.
 */
int node_device_choose(const struct node_port_params *port, uint16_t largest_mtu, size_t n_workers,
                       struct node_device *device, char *why, size_t why_size);

/* Takes packet sockets instead of what did not come up; why becomes the reason. */
void node_device_fall_back(const struct node_port_params *port, size_t n_workers, const char *why,
                           struct node_device *device);
