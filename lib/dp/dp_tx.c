/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames out. Each worker collects frames per port and hands them to the driver in bursts, at the end of its
 * turn or when its collection is full. A worker without a queue of its own on a port passes them to the one
 * whose queue it shares. What the driver does not take is dropped and counted: waiting would stall everybody
 * else.
 *
 * Drops: tx_full.
 */
#include "dp_tx.h"

#include <rte_ethdev.h>
#include "dp_path.h"

static uint64_t bytes_of(struct rte_mbuf *const *frames, uint64_t count)
{
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < count; i++)
        bytes += frames[i]->pkt_len;
    return bytes;
}

static void unsent_drop(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t count)
{
    w->port_count[port].tx_full += count;
    w->count.drops[DP_DROP_tx_full] += count;
    rte_pktmbuf_free_bulk(frames, count);
}

/* Frames for a queue that another worker serves. */
static uint16_t pass_on(struct dp_worker *w, uint16_t port, struct dp_tx *tx, uint16_t server)
{
    for (uint16_t i = 0; i < tx->count; i++)
        tx->frames[i]->port = port;
    return (uint16_t)rte_ring_enqueue_burst(w->dp->workers[server]->tx_ring, (void **)tx->frames,
                                            (unsigned)tx->count, NULL);
}

void dp_tx_flush(struct dp_worker *w, uint16_t port)
{
    struct dp_tx *tx = &w->tx[port];
    uint16_t sent, count = (uint16_t)tx->count;
    if (tx->port_id == DP_PORT_SINK) {
        if (count == DP_TX_QUEUE) {
            unsent_drop(w, port, tx->frames, count);
            tx->count = tx->bytes = 0;
        }
        return;
    }
    if (tx->is_served && tx->io)
        sent = tx->io->tx(tx->io_port, w->index, tx->frames, count);
    else if (tx->is_served)
        sent = rte_eth_tx_burst(tx->port_id, w->index, tx->frames, count);
    else
        sent = pass_on(w, port, tx, w->index % w->dp->ports[port].params.tx_queues);
    w->port_count[port].tx_pkts += sent;
    w->port_count[port].tx_bytes += tx->bytes;
    if (sent < count) {
        w->port_count[port].tx_bytes -= bytes_of(tx->frames + sent, (uint64_t)(count - sent));
        unsent_drop(w, port, tx->frames + sent, (uint16_t)(count - sent));
    }
    tx->count = tx->bytes = 0;
}

void dp_tx_flush_all(struct dp_worker *w)
{
    for (uint16_t port = 0; port < w->n_ports; port++)
        if (w->tx[port].count)
            dp_tx_flush(w, port);
}

void dp_tx_drain(struct dp_worker *w)
{
    struct rte_mbuf *frames[DP_BURST_MAX];
    unsigned n = rte_ring_dequeue_burst(w->tx_ring, (void **)frames, DP_BURST_MAX, NULL);
    for (unsigned i = 0; i < n; i++)
        dp_tx_put(w, frames[i]->port, frames[i], frames[i]->pkt_len);
}

uint16_t dp_sink_take(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t max)
{
    struct dp_tx *tx = &w->tx[port];
    uint16_t n = tx->count < max ? (uint16_t)tx->count : max;
    for (uint16_t i = 0; i < n; i++) {
        w->port_count[port].tx_pkts++;
        w->port_count[port].tx_bytes += tx->frames[i]->pkt_len;
        frames[i] = tx->frames[i];
    }
    for (uint16_t i = n; i < tx->count; i++)
        tx->frames[i - n] = tx->frames[i];
    tx->count -= n;
    return n;
}
