/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that the gateway makes: they wait here within a turn, and go the outbound way after it. Drops:
 * local_full.
 */
#include "dp_local.h"

#include "dp_drop.h"
#include "dp_worker.h"

void dp_local_put(struct dp_worker *w, struct rte_mbuf *m, uint16_t flags)
{
    m->packet_type = flags;
    if (w->n_local == DP_LOCAL_MAX)
        dp_drop_mbuf(w, m, DP_DROP_local_full);
    else
        w->local[(w->local_head + w->n_local++) % DP_LOCAL_MAX] = m;
}

struct rte_mbuf *dp_local_take(struct dp_worker *w)
{
    if (!w->n_local)
        return NULL;
    struct rte_mbuf *m = w->local[w->local_head];
    w->local_head = (uint16_t)((w->local_head + 1) % DP_LOCAL_MAX);
    w->n_local--;
    return m;
}
