/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Cutting before the cipher. Thread: the worker's. */
#include "dp.h"

struct dp_worker;

/*
 * Cuts an IPv4 packet (data at the IP header, DF clear) into fragments of at most mtu. Takes it. They go by
 * their route, in clear; or to be sealed, by the SA with this inbound SPI, which the whole was for: only the
 * first of them has the ports that selectors may name.
 */
void dp_frag_inner(struct dp_worker *w, struct rte_mbuf *m, uint16_t mtu, bool is_to_seal, uint32_t spi);
