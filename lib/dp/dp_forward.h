/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Routing. Thread: the worker's. */
#include "dp_burst.h"

struct dp_worker;

/* An inner packet that was let in: MSS, congestion mark, TTL, route, Ethernet, tx. Takes it. */
void dp_forward_inner(struct dp_worker *w, struct dp_pkt *p);
