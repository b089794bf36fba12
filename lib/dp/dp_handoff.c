/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that came to a worker which does not own their SA, and the move of an SA to another worker
 * (sad_fast.h says in which steps). While an SA moves, its packets wait in the worker that they came to, in a
 * queue that keeps their order; what comes to the same worker later and would have to leave it, or is for an
 * SA that just arrived, waits behind them. Whether an SA should move is for control to find out.
 *
 * Drops: owner_full.
 */
#include "dp_handoff.h"

#include "dp_drop.h"
#include "dp_tx.h"

bool dp_owner_is_self(struct dp_worker *w, _Atomic uint16_t *owner, uint16_t now)
{
    if ((now & SAD_OWNER_INDEX) != w->index)
        return false;
    if (w->n_kept && !w->is_releasing)
        return false;
    /* From here on packets that arrive take the fast way: nothing older may be waiting. */
    if (now & SAD_OWNER_GIVEN && !w->n_kept)
        atomic_compare_exchange_strong_explicit(owner, &now, w->index, memory_order_release,
                                                memory_order_relaxed);
    return true;
}

/* What is taken out of the queue and has to wait on goes back to where it was, and stops the release. */
static void mbuf_keep(struct dp_worker *w, struct rte_mbuf *m)
{
    if (w->n_kept == DP_KEPT_MAX) {
        dp_drop_mbuf(w, m, DP_DROP_owner_full);
        return;
    }
    if (w->is_releasing) {
        w->is_blocked = true;
        w->kept_head = (w->kept_head - 1) % DP_KEPT_MAX;
        w->kept[w->kept_head] = m;
    } else {
        w->kept[(w->kept_head + w->n_kept) % DP_KEPT_MAX] = m;
    }
    w->n_kept++;
}

void dp_handoff_send(struct dp_worker *w, struct rte_mbuf *m, uint16_t owner, struct sad_handoff *handoff)
{
    uint16_t index = owner & SAD_OWNER_INDEX;
    if (index != w->index && !w->is_releasing)
        sad_handoff_note(handoff, w->index);
    if (owner & SAD_OWNER_MOVING || (w->n_kept && !w->is_releasing))
        mbuf_keep(w, m);
    else if (rte_ring_enqueue(w->dp->workers[index]->handed, m) == 0)
        w->count.handed_over++;
    else
        dp_drop_mbuf(w, m, DP_DROP_owner_full);
}

void dp_handoff_mark(struct dp_worker *w, struct rte_mbuf *mark)
{
    /* A full queue loses packets in any case; the mark must not be lost, or the move would never end. */
    if (w->n_kept && w->n_kept < DP_KEPT_MAX && !w->is_releasing) {
        mbuf_keep(w, mark);
        return;
    }
    /* The new owner's packets leave behind those that were sealed here. */
    dp_tx_flush_all(w);
    sad_mark_obey(w->tables, (uintptr_t)mark);
}

void dp_handoff_kept_begin(struct dp_worker *w)
{
    w->is_releasing = true;
    w->is_blocked = false;
}

struct rte_mbuf *dp_handoff_kept_take(struct dp_worker *w)
{
    if (!w->n_kept || w->is_blocked)
        return NULL;
    struct rte_mbuf *m = w->kept[w->kept_head];
    w->kept_head = (w->kept_head + 1) % DP_KEPT_MAX;
    w->n_kept--;
    return m;
}

void dp_handoff_kept_end(struct dp_worker *w)
{
    w->is_releasing = false;
}

bool dp_handoff_mark_send(void *ctx, uint16_t worker, uint64_t mark)
{
    const struct dp *dp = ctx;
    return rte_ring_enqueue(dp->workers[worker]->handed, (void *)(uintptr_t)mark) == 0;
}
