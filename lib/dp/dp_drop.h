/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where packets end that go nowhere. Thread: the worker's, unless said otherwise. */
#include "dp_burst.h"

struct dp;
struct dp_worker;

/* Counts and frees. */
void dp_drop_mbuf(struct dp_worker *w, struct rte_mbuf *m, enum dp_drop why);

/* The same by control: counted apart from workers. m may be NULL: it was a packet that could not be made.
 * Thread: control. */
void dp_drop_at_control(struct dp *dp, struct rte_mbuf *m, enum dp_drop why);

static inline void dp_drop_pkt(struct dp_worker *w, const struct dp_pkt *p, enum dp_drop why)
{
    dp_drop_mbuf(w, p->mbuf, why);
}
