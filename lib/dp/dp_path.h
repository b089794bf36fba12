/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The way of a packet, for those who bring packets themselves: tests, the bench, a worker's loop.
 * Thread: the worker's.
 */
#include <stdint.h>
#include "dp.h"

/* A port without a device: what is sent on it waits in the worker until dp_sink_take(). */
#define DP_PORT_SINK UINT16_MAX /* as dp_port_params.port_id */

/* A burst of frames (at most DP_BURST_MAX) that came in on a port. Takes the mbufs. */
void dp_process(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t count, uint64_t tsc);

/* The same for what other workers and the host handed over (dp_worker.handed): frames, IP packets and marks.
 */
void dp_handed(struct dp_worker *w, struct rte_mbuf **mbufs, uint16_t count);

/* And for what was kept while its SA moved, as far as it may go on. */
void dp_kept_release(struct dp_worker *w);

/* One turn of the worker's loop: all ports, rings, transmit, quiescent state. True when there was work. */
bool dp_turn(struct dp_worker *w);

/* Takes frames that were sent on a sink port; the caller owns them. */
uint16_t dp_sink_take(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t max);

/* Registers with the RCU variable, as dp_worker_run() does; for those who call dp_turn() themselves. */
void dp_worker_online(struct dp_worker *w);
void dp_worker_offline(struct dp_worker *w);
