/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Cutting behind the cipher, and what needs none. Thread: the worker's. */
#include "dp_burst.h"

struct dp_worker;

/*
 * Whether a packet above its SA's inner MTU is to be sealed whole; it is marked then, for dp_frag_out() to
 * cut (dp_stages.h).
 */
bool dp_frag_mark(struct dp_worker *w, struct dp_pkt *p);

/*
 * Sends a packet of ours, data at its IP header, which has no options, in pieces of at most `most` bytes, by
 * its route and in clear. Takes it.
 */
void dp_frag_send(struct dp_worker *w, struct rte_mbuf *m, uint32_t most);
