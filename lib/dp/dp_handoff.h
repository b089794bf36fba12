/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Packets for an SA direction that another worker owns (sad_fast.h says how an owner changes). Thread: the
 * worker's, unless said otherwise.
 */
#include "dp_worker.h"

/*
 * Whether this worker may use an SA direction whose owner word is `now`, which is not just its own index.
 * False: the packet is for dp_handoff_send().
 */
bool dp_owner_is_self(struct dp_worker *w, _Atomic uint16_t *owner, uint16_t now);

/* Takes a packet (as in dp_worker.handed) to the owner, keeps it while the SA moves, or drops it. */
void dp_handoff_send(struct dp_worker *w, struct rte_mbuf *m, uint16_t owner, struct sad_handoff *handoff);

/*
 * Between bursts: what was kept goes on, as far as it may. For each packet that dp_handoff_kept_take()
 * returns (NULL: no more for now), in between of begin and end, the caller does what it does with handed
 * packets.
 */
void dp_handoff_kept_begin(struct dp_worker *w);
struct rte_mbuf *dp_handoff_kept_take(struct dp_worker *w);
void dp_handoff_kept_end(struct dp_worker *w);

/* Marks travel among the mbufs of a ring (sad.h, sad_mark_by()). */
static inline bool dp_is_mark(const struct rte_mbuf *m)
{
    return (uintptr_t)m & 1;
}
void dp_handoff_mark(struct dp_worker *w, struct rte_mbuf *mark);

/* sad_mark_fn; ctx is the dp. Thread: control. */
bool dp_handoff_mark_send(void *ctx, uint16_t worker, uint64_t mark);
