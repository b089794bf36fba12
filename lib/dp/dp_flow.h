/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* An IP packet as selectors see it. */
#include "dp_bytes.h"
#include "sad_fast.h"

#define DP_IP6_EXT_MAX 8 /* extension headers that are walked */

/* The upper protocol of an IPv6 packet and its offset; 0 when the chain is too long or cut short. */
uint32_t dp_ip6_upper(const uint8_t *ip, uint32_t len, uint8_t *proto, bool *is_fragment);

/*
 * Fills flow from a packet whose header and length were checked. is_inbound: its destination is our side.
 */
void dp_flow_fill(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound);
