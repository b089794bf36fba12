/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two stores and two loads that cannot miss each other: control says that it sleeps and then looks into the
 * rings, a worker fills a ring and then looks whether control sleeps; the fences keep that order on both
 * sides. Whoever finds the bell armed takes it down, so of many workers one rings.
 */
#include "dp_bell.h"

#include "dp_worker.h"

void dp_bell_ring(struct dp_worker *w)
{
    struct dp *dp = w->dp;
    atomic_thread_fence(memory_order_seq_cst); /* after the ring was filled; with dp_bell_arm() */
    if (!atomic_load_explicit(&dp->bell_is_armed, memory_order_relaxed) ||
        !atomic_exchange_explicit(&dp->bell_is_armed, false, memory_order_acq_rel))
        return;
    w->count.bells++;
    dp->params.bell(dp->params.bell_ctx);
}

bool dp_bell_arm(struct dp *dp)
{
    if (!dp->params.bell)
        return false;
    atomic_store_explicit(&dp->bell_is_armed, true, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst); /* before the rings are looked at; with dp_bell_ring() */
    if (rte_ring_empty(dp->punt) && rte_ring_empty(dp->punt_first) && rte_ring_empty(dp->host))
        return true;
    dp_bell_disarm(dp);
    return false;
}

void dp_bell_disarm(struct dp *dp)
{
    atomic_store_explicit(&dp->bell_is_armed, false, memory_order_relaxed);
}
