/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The only file that ends the life of what workers read: a queue of (token, function) in order of
 * retirement over rte_rcu_qsbr. Workers report a quiescent state after each turn of their loop and go offline
 * while they sleep, so a grace period takes as long as the longest burst.
 */
#include "sad_reclaim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <rte_cycles.h>
#include <rte_rcu_qsbr.h>

#define FIRST_CAP    1024
#define SETTLE_PER_S 5000 /* 200 us, of which a burst takes less */

int sad_reclaim_init(struct sad_reclaim *r, unsigned workers)
{
    memset(r, 0, sizeof *r);
    size_t bytes = rte_rcu_qsbr_get_memsize(workers);
    r->qsbr = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    r->items = malloc(FIRST_CAP * sizeof *r->items);
    if (!r->qsbr || !r->items || rte_rcu_qsbr_init(r->qsbr, workers) != 0) {
        free(r->qsbr);
        free(r->items);
        return -ENOMEM;
    }
    r->cap = FIRST_CAP;
    return 0;
}

static struct sad_reclaim_item item_take(struct sad_reclaim *r)
{
    struct sad_reclaim_item item = r->items[r->head];
    r->head = (r->head + 1) & (r->cap - 1);
    r->count--;
    return item;
}

void sad_reclaim_fini(struct sad_reclaim *r)
{
    while (r->count) {
        struct sad_reclaim_item item = item_take(r);
        item.fn(item.ctx, item.arg);
    }
    free(r->items);
    free(r->qsbr);
    memset(r, 0, sizeof *r);
}

static int queue_grow(struct sad_reclaim *r)
{
    struct sad_reclaim_item *items = malloc(2 * r->cap * sizeof *items);
    if (!items)
        return -ENOMEM;
    for (size_t i = 0; i < r->count; i++)
        items[i] = r->items[(r->head + i) & (r->cap - 1)];
    free(r->items);
    r->items = items;
    r->head = 0;
    r->cap *= 2;
    return 0;
}

void sad_reclaim_defer(struct sad_reclaim *r, sad_reclaim_fn fn, void *ctx, uint64_t arg)
{
    if (r->count == r->cap && queue_grow(r) != 0)
        return;
    struct sad_reclaim_item *item = &r->items[(r->head + r->count++) & (r->cap - 1)];
    *item = (struct sad_reclaim_item){rte_rcu_qsbr_start(r->qsbr), fn, ctx, arg};
}

size_t sad_reclaim_run(struct sad_reclaim *r)
{
    /* What a function defers again waits for the next run. */
    for (size_t n = r->count; n && rte_rcu_qsbr_check(r->qsbr, r->items[r->head].token, false) == 1; n--) {
        struct sad_reclaim_item item = item_take(r);
        item.fn(item.ctx, item.arg);
    }
    return r->count;
}

bool sad_reclaim_settle(const struct sad_reclaim *r, uint64_t token)
{
    const uint64_t until = rte_rdtsc() + rte_get_tsc_hz() / SETTLE_PER_S;
    while (rte_rcu_qsbr_check(r->qsbr, token, false) != 1)
        if (rte_rdtsc() > until)
            return false;
    return true;
}
