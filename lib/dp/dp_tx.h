/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Frames out: collected per port, handed to the driver in bursts. Thread: the worker's. */
#include "dp_worker.h"

/* Hands over what was collected for a port, or for all. What the driver does not take is dropped and counted.
 */
void dp_tx_flush(struct dp_worker *w, uint16_t port);
void dp_tx_flush_all(struct dp_worker *w);

/* Collects what control and workers without a queue of their own want sent. */
void dp_tx_drain(struct dp_worker *w);

/* Collects a frame of len bytes; takes the mbuf. */
static inline void dp_tx_put(struct dp_worker *w, uint16_t port, struct rte_mbuf *m, uint32_t len)
{
    struct dp_tx *tx = &w->tx[port];
    if (tx->count == DP_TX_QUEUE)
        dp_tx_flush(w, port);
    tx->frames[tx->count++] = m;
    tx->bytes += len;
}
