/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* From workers to control, within limits. Thread: the worker's. */
#include "dp.h"

struct dp_worker;

/*
 * Takes a frame (RESOLVE: an IP packet). hint is read by dp_punt_pop(): the IP header's offset, of RESOLVE
 * the index of the adjacency, of TRAP its number. What is above the limits, or finds the ring full, is
 * dropped.
 */
void dp_punt(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, enum dp_punt_reason reason,
             uint32_t hint);

/*
 * Takes a frame with ESP that has no SA, which is counted as dropped already: control may tell its sender.
 * One a second from a source address, and a hundred of all, go there; the others end here. l2: the IP
 * header's offset.
 */
void dp_punt_stray(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint8_t l2);
