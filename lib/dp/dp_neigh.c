/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbours, whose MAC addresses control sets and removes: an adjacency each, and a host route in the routes
 * where the address lies in a prefix of the port's. Control only.
 */
#include "dp.h"

#include <errno.h>
#include <rte_rcu_qsbr.h>
#include "dp_adj.h"
#include "dp_fib.h"
#include "dp_own.h"

static struct dp_fib *fib_of(struct dp *dp)
{
    return atomic_load_explicit(&dp->fib, memory_order_relaxed);
}

int dp_neigh_set(struct dp *dp, uint16_t port, const struct base_addr *addr, const uint8_t mac[6])
{
    if (port >= dp->params.n_ports || dp_addr_is_own(dp, addr))
        return -EINVAL;
    sad_reclaim_run(dp->reclaim);
    uint32_t i = dp_adj_neigh(dp, port, addr);
    if (!i)
        return -ENOSPC;
    struct dp_adj *a = &dp->adjs[i];
    struct dp_adj fresh = *a;
    dp_adj_l2_fill(dp, &fresh, mac);
    if (a->is_known && memcmp(fresh.l2, a->l2, sizeof a->l2) == 0)
        return 0;
    if (a->is_known) {
        atomic_store_explicit(&a->is_resolved, false, memory_order_release);
        if (!sad_reclaim_settle(dp->reclaim, rte_rcu_qsbr_start(dp->reclaim->qsbr))) {
            atomic_store_explicit(&a->is_resolved, true, memory_order_release);
            return -EAGAIN;
        }
    }
    memcpy(a->l2, fresh.l2, sizeof a->l2);
    a->l2_bytes = fresh.l2_bytes;
    atomic_store_explicit(&a->is_resolved, true, memory_order_release);
    bool is_new = !a->is_known;
    a->is_known = true;
    if (is_new && dp_is_onlink(dp, port, addr))
        return dp_fib_host_set(dp, fib_of(dp), addr, i);
    return 0;
}

void dp_neigh_remove(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    uint32_t i = dp_adj_find(dp, port, addr);
    if (!i)
        return;
    struct dp_adj *a = &dp->adjs[i];
    atomic_store_explicit(&a->is_resolved, false, memory_order_release);
    if (a->is_known && dp_is_onlink(dp, port, addr))
        dp_fib_host_clear(fib_of(dp), addr);
    a->is_known = false;
    if (!a->refs)
        dp_adj_retire(dp, i);
}

bool dp_neigh_next(const struct dp *dp, uint32_t *cursor, struct dp_neigh_view *out)
{
    for (uint32_t i = *cursor + 1; i < dp->n_adjs; i++) {
        const struct dp_adj *a = &dp->adjs[i];
        if (a->kind != DP_ADJ_NEIGH || dp_adj_find(dp, a->port, &a->next_hop) != i)
            continue;
        *out = (struct dp_neigh_view){.port = a->port, .addr = a->next_hop, .is_resolved = a->is_known};
        memcpy(out->mac, dp_adj_mac(a), 6);
        *cursor = i;
        return true;
    }
    return false;
}
