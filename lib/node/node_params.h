/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a node is started with: ports, cores, DPDK's environment. Plain bytes without a pointer. Nothing of it
 * changes while the node runs, but for the ports' addresses; those, routes, policies and SAs come by requests
 * (node_request.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"

#define NODE_PORTS_MAX      16
#define NODE_NETWORKS_MAX   262144     /* remote selectors of all policies that always fit */
#define NODE_PAIRS_MAX      (1u << 20) /* of SAs */
#define NODE_PORT_ADDRS_MAX 16
#define NODE_CORES_MAX      128
#define NODE_ARGS_MAX       32
#define NODE_ARG_MAX        256
#define NODE_NAME_MAX       64
#define NODE_DEVICE_MAX     256
#define NODE_IFNAME_MAX     16
#define NODE_TCP_LISTEN_MAX 4
#define NODE_CORE_AUTO      UINT32_MAX

enum node_role {
    NODE_ROLE_OUTSIDE, /* peers are here */
    NODE_ROLE_INSIDE,  /* protected hosts are here */
    NODE_ROLE_BOTH,
};

enum node_device_kind {
    NODE_DEVICE_VDEV, /* DPDK's own notation */
    NODE_DEVICE_PCI,  /* a PCI address */
    NODE_DEVICE_INTERFACE,
};

enum node_driver { NODE_DRIVER_AUTO, NODE_DRIVER_AF_PACKET, NODE_DRIVER_AF_XDP };

struct node_port_params {
    char name[NODE_NAME_MAX];        /* for sentences and log lines */
    char device[NODE_DEVICE_MAX];    /* "eth0", "0000:01:00.1", or a vdev string "net_memif0,id=1" */
    uint8_t kind;                    /* enum node_device_kind of it */
    uint8_t driver;                  /* enum node_driver; of an interface */
    uint8_t role;                    /* enum node_role */
    char interface[NODE_IFNAME_MAX]; /* of the kernel, which the port takes over; "": none */
    uint16_t mtu;                    /* 576..9216; 0: that of the interface */
    uint16_t vlan;                   /* 1..4094; 0: untagged */
    uint16_t queues;                 /* receive queues; 0: one per worker as far as the port has them */
    char host[NODE_IFNAME_MAX];      /* interface through which the host uses these addresses too; "": none */
    uint8_t gateway_family;          /* enum base_family of the port's next hop; none: it has none */
    uint8_t n_addrs;                 /* 0: those that `interface` has when the node starts */
    struct base_prefix addrs[NODE_PORT_ADDRS_MAX]; /* host bits kept: address and its network */
};

enum node_poll {
    NODE_POLL_AUTO, /* busy when all ports are PCI, else adaptive */
    NODE_POLL_BUSY,
    NODE_POLL_ADAPTIVE,
};

enum node_hugepages { NODE_HUGEPAGES_AUTO, NODE_HUGEPAGES_REQUIRE, NODE_HUGEPAGES_NEVER };

struct node_params {
    size_t n_ports;
    struct node_port_params ports[NODE_PORTS_MAX];
    size_t n_cores;                 /* one worker on each; 0: one worker on the last core that may be used */
    uint32_t cores[NODE_CORES_MAX]; /* CPU numbers */
    uint32_t control_core;          /* NODE_CORE_AUTO: the first core that may be used */
    enum node_poll poll;
    bool mss_clamp;        /* lower the MSS of TCP SYNs that pass a tunnel */
    bool copy_df;          /* outer DF = inner DF; false: always set */
    uint8_t spi_node_bits; /* 0..8: topmost bits of each inbound SPI that carry spi_node */
    uint8_t spi_node;      /* < 1 << spi_node_bits */
    bool telemetry;        /* open DPDK's telemetry socket */
    /* Where IKE over TCP (RFC 9329) is taken, on all outside addresses that the host has. */
    size_t n_tcp_listen;
    uint16_t tcp_listen[NODE_TCP_LISTEN_MAX];
    uint32_t tcp_connections; /* in all; 0: no TCP at all */
    uint32_t tcp_connections_per_address;
    enum node_hugepages hugepages;
    uint32_t memory_mb;
    size_t n_args;
    char args[NODE_ARGS_MAX][NODE_ARG_MAX]; /* put behind the derived EAL arguments */
};
