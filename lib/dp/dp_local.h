/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Packets that the gateway makes: echo replies, ICMP errors, pieces to be sealed. They wait within a turn and
 * go the outbound way after it, so that nobody below the map has to call a stage. Thread: the worker's.
 */
#include "dp_burst.h"

struct dp_worker;

/* Takes an IP packet, data at its header. flags: enum dp_pkt_flag. No room: dropped as local_full. */
void dp_local_put(struct dp_worker *w, struct rte_mbuf *m, uint16_t flags);

/* The oldest of them, owned by the caller. NULL: none. */
struct rte_mbuf *dp_local_take(struct dp_worker *w);
