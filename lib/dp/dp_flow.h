/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* An IP packet as selectors see it. */
#include "dp_bytes.h"
#include "sad_fast.h"

/*
 * Fills flow from a packet whose header and length were checked. is_inbound: its destination is our side, and
 * its DSCP does not count (RFC 4301 4.1).
 */
void dp_flow_fill(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound);

/*
 * The same of the packet that an ICMP error quotes (RFC 4301 6), which went the other way: inbound one of our
 * side's. is_inbound is of the error, and so is the DSCP. False: it is no whole error to the sender of what
 * it quotes, or too little is left of that to tell.
 */
bool dp_flow_fill_quoted(struct sad_flow *flow, const uint8_t *ip, uint32_t len, bool is6, bool is_inbound);

/* A fragment of a packet that was cut before it came here. */
struct dp_fragment {
    uint32_t id;
    uint32_t at;        /* its place in what was cut */
    uint32_t ports_end; /* of the first one: where in that the ports of the upper header end */
    bool has_more;
};

/* As dp_flow_fill(), and what the packet says of itself as a fragment; one that was not cut is all of it. */
void dp_flow_fill_fragment(struct sad_flow *flow, struct dp_fragment *fragment, const uint8_t *ip,
                           uint32_t len, bool is6, bool is_inbound);

static inline bool dp_fragment_is_first(const struct dp_fragment *f)
{
    return f->at == 0 && f->has_more;
}

/*
 * Makes a later fragment's flow match selectors whatever ports they name, which only the first one tells (RFC
 * 4301 7.2). False: it is no later fragment, and nothing was changed.
 */
static inline bool dp_flow_widen(struct sad_flow *flow)
{
    flow->any_ports = flow->is_later;
    return flow->is_later;
}
