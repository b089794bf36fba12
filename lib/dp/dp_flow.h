/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* An IP packet as selectors see it. */
#include "dp_bytes.h"
#include "sad_fast.h"

/*
 * Fills flow from a packet whose header and length were checked. is_inbound: its destination is our side.
 */
void dp_flow_fill(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound);

/*
 * Makes a later fragment's flow match selectors whatever ports they name, which only the first one tells (RFC
 * 4301 7.2). False: it is no later fragment, and nothing was changed.
 */
static inline bool dp_flow_widen(struct sad_flow *flow)
{
    flow->any_ports = flow->is_later;
    return flow->is_later;
}
