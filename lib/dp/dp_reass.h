/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Fragments for own addresses, put together. Thread: the worker's. */
#include "dp.h"

struct dp_worker;
struct dp_reass;

/* A worker's table, owned by the caller. NULL: no memory. Thread: control. */
struct dp_reass *dp_reass_create(uint64_t tsc_hz);

/* Frees all, with what waits. NULL is fine. Thread: control, and no worker uses it. */
void dp_reass_free(struct dp_reass *r);

/*
 * A frame with a fragment for an own address, l2 its Ethernet header's bytes, IP header and length checked by
 * classify; takes it. Returns the whole frame when it was the last missing one, owned by the caller, else
 * NULL.
 */
struct rte_mbuf *dp_reass_ip4(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2);
struct rte_mbuf *dp_reass_ip6(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2);
