/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands in the device of a port over packet sockets, and how it is opened. */
#include "node_socket.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>

#include "afpkt.h"
#include "dp_io.h"

#define DRIVER "net_af_packet"

bool node_socket_is(const struct node_device *device)
{
    return !device->is_pci && strncmp(device->args, DRIVER, strlen(DRIVER)) == 0;
}

/* The value of an argument, up to the next comma; "": there is none. */
static void device_value(const char *device, const char *key, char *out, size_t size)
{
    const char *at = strstr(device, key);
    at = at ? at + strlen(key) : "";
    snprintf(out, size, "%.*s", (int)strcspn(at, ","), at);
}

/* Receive queues: as many as are asked for, and not more than there are workers to poll them. */
static uint16_t socket_queues(const struct node_port_params *params, const char *args, size_t n_workers)
{
    char text[16];
    device_value(args, ",qpairs=", text, sizeof text);
    const unsigned long pairs = text[0]                                 ? strtoul(text, NULL, 10)
                                : params->kind == NODE_DEVICE_INTERFACE ? n_workers
                                                                        : 1;
    const size_t most = params->queues && params->queues < n_workers ? params->queues : n_workers;
    return (uint16_t)(pairs < 1 ? 1 : pairs < most ? pairs : most);
}

int node_socket_open(const struct node_port_params *params, const struct node_device *device,
                     size_t n_workers, struct rte_mempool *pool, struct node_port *out, char *why,
                     size_t why_size)
{
    static const struct dp_io io = {afpkt_rx, afpkt_tx};
    char interface[NODE_DEVICE_MAX], reason[400];
    device_value(device->args, ",iface=", interface, sizeof interface);
    if (!interface[0]) {
        snprintf(
            why, why_size,
            "ports.%s.device: %s names no interface: write \"net_af_packet0,iface=eth0\" (`ip link` lists "
            "what there is)",
            params->name, device->args);
        return -1;
    }
    const struct afpkt_params p = {.interface = interface,
                                   .mtu = device->mtu,
                                   .rx_queues = socket_queues(params, device->args, n_workers),
                                   .tx_queues = (uint16_t)n_workers,
                                   .pool = pool};
    *out = (struct node_port){
        .io = &io, .n_rxq = p.rx_queues, .n_txq = p.tx_queues, .mtu = device->mtu, .driver = "af_packet"};
    out->socket = afpkt_open(&p, reason, sizeof reason);
    if (!out->socket) {
        snprintf(why, why_size, "ports.%s.device: %s", params->name, reason);
        return -1;
    }
    out->io_port = out->socket;
    if (p.rx_queues > 1) /* the kernel's flow hash */
        out->rss_hf = RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP;
    memcpy(out->mac.addr_bytes, afpkt_mac(out->socket), sizeof out->mac.addr_bytes);
    return 0;
}
