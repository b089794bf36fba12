/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One flag that both sides only exchange, so that neither misses the other: a worker has filled a ring before
 * it takes the flag down, control looks into the rings after it has put it up. Whoever comes second sees what
 * the first one did. Of many workers one finds it up, and rings.
 */
#include "dp_bell.h"

#include "dp_worker.h"

void dp_bell_ring(struct dp_worker *w)
{
    struct dp *dp = w->dp;
    if (!atomic_exchange_explicit(&dp->bell_is_armed, false, memory_order_acq_rel))
        return;
    w->count.bells++;
    dp->params.bell(dp->params.bell_ctx);
}

bool dp_bell_arm(struct dp *dp)
{
    if (!dp->params.bell)
        return false;
    atomic_exchange_explicit(&dp->bell_is_armed, true, memory_order_acq_rel); /* with dp_bell_ring() */
    if (rte_ring_empty(dp->punt) && rte_ring_empty(dp->punt_first) && rte_ring_empty(dp->host) &&
        rte_ring_empty(dp->streams))
        return true;
    dp_bell_disarm(dp);
    return false;
}

void dp_bell_disarm(struct dp *dp)
{
    atomic_exchange_explicit(&dp->bell_is_armed, false, memory_order_acq_rel);
}
