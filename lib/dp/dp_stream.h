/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* ESP that goes by streams of TCP (RFC 9329), which are control's. Thread: the worker's. */
#include "dp_burst.h"

struct dp;
struct dp_worker;

/* As packet_type in the ring: it came by a stream. Besides enum dp_pkt_flag and DP_HOST_UNJUDGED. */
#define DP_STREAM_IN 0x20000

/* Whether a packet of the host's, or for it, is of such a stream itself (dp_stream_port()). */
bool dp_stream_is_own(const struct dp *dp, const struct sad_flow *flow);

/* A sealed packet from its outer IP header on: control puts it into the stream that its ends name. Takes it.
 */
void dp_stream_out(struct dp_worker *w, struct rte_mbuf *m);
