/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What bypasses (RFC 4301 4.4.1) let by in clear. Thread: the worker's. */
#include "dp_burst.h"

struct dp_worker;

/*
 * The bypass that has a clear packet which came in by this port (sad_spd_is_bypass()), or an ICMP error, of
 * whatever router, that quotes one (RFC 4301 6); SAD_SPD_NONE: none. By an outside port only what comes back
 * is, from where the way there leads, and an error about a packet that went out there: so nobody outside
 * speaks in the name of our side, or of a network inside. Nothing is to an address that a peer gave the host.
 * Where rows name ports, later fragments are behind their first one (dp_first.h).
 */
uint32_t dp_bypass_find(const struct dp_worker *w, uint16_t port, const uint8_t *ip, uint32_t len, bool is6);

/* Counts a packet of so many bytes that the bypass of this verdict lets by. */
void dp_bypass_count(struct dp_worker *w, uint32_t verdict, uint32_t len);

/* Whether a fragment may be of a packet that a bypass has by the ports in its first one. */
bool dp_bypass_may_have(const struct dp_worker *w, const struct sad_flow *flow);
