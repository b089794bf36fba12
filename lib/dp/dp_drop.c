/* SPDX-License-Identifier: BSD-3-Clause */
/* Where packets that are dropped end. */
#include "dp_drop.h"

#include "dp_worker.h"

__attribute__((cold)) void dp_drop_mbuf(struct dp_worker *w, struct rte_mbuf *m, enum dp_drop why)
{
    w->count.drops[why]++;
    rte_pktmbuf_free(m);
}

void dp_drop_at_control(struct dp *dp, struct rte_mbuf *m, enum dp_drop why)
{
    dp->control.drops[why]++;
    rte_pktmbuf_free(m);
}
