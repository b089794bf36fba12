/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a metering port does inside of a receive and a send call; used for any DPDK application by
 * meter_preload.c, and by culvert-bench for itself. Thread: the one that polls. */
#include <rte_mbuf.h>
#include "meter_clock.h"
#include "meter_flow.h"

#define METER_RING_PKTS 1024u /* packets are written that long before they are received; a power of two */

struct meter_port {
    struct meter_flow flow;
    /* Where packets come from when the flow does not make them; NULL: it does. Writes the next one at data
     * (METER_PKT_MAX bytes) and returns its length, 0 when there are no more. */
    uint32_t (*next)(void *ctx, uint8_t *data);
    void *next_ctx;
    bool is_dry;              /* next() had no more */
    struct rte_mempool *pool; /* of received packets */
    uint16_t port_id;
    bool has_ptypes;                /* fill packet_type */
    const struct meter_flow *check; /* packets that are sent are judged by this flow's key */
    uint32_t head, tail;            /* ring[tail..head) is ready */
    struct rte_mbuf *ring[METER_RING_PKTS];
    uint16_t ring_bytes[METER_RING_PKTS];
    struct rte_mbuf *arp_reply; /* one waiting, or NULL */
    uint32_t tx_turn;
    uint64_t rx_pkts, tx_pkts;
};

/* Fills pkts with up to n packets, 32 at most. clock may be NULL: nothing is measured. */
uint16_t meter_port_rx(struct meter_port *p, struct meter_clock *clock, struct rte_mbuf **pkts, uint16_t n);

/* The same without a clock. */
uint16_t meter_port_give(struct meter_port *p, struct rte_mbuf **pkts, uint16_t n);

struct meter_taken {
    uint32_t pkts;    /* that were no ARP requests */
    uint32_t checked; /* of these */
    uint32_t good;    /* of the checked ones */
};

/* Checks some and frees all of n packets. */
struct meter_taken meter_port_take(struct meter_port *p, struct rte_mbuf **pkts, uint16_t n);

/* The same on a clock. */
void meter_port_tx(struct meter_port *p, struct meter_clock *clock, struct rte_mbuf **pkts, uint16_t n);

/* Frees what waits in the port. Nobody may poll it. */
void meter_port_drain(struct meter_port *p);
