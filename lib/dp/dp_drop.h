/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where packets end that go nowhere. Thread: the worker's. */
#include "dp_burst.h"

struct dp_worker;

/* Counts and frees. */
void dp_drop_mbuf(struct dp_worker *w, struct rte_mbuf *m, enum dp_drop why);

static inline void dp_drop_pkt(struct dp_worker *w, const struct dp_pkt *p, enum dp_drop why)
{
    dp_drop_mbuf(w, p->mbuf, why);
}
