/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What workers may still be reading is given back here and nowhere else: unpublish it, defer it, and after a
 * grace period (every worker was quiescent since) it is wiped and freed. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_rcu_qsbr;
struct sad;

typedef void (*sad_reclaim_fn)(void *ctx, uint64_t arg);

struct sad_reclaim_item {
    uint64_t token; /* of rte_rcu_qsbr_start() */
    sad_reclaim_fn fn;
    void *ctx;
    uint64_t arg;
};

/* A queue in order of retirement. */
struct sad_reclaim {
    struct rte_rcu_qsbr *qsbr; /* owned */
    struct sad_reclaim_item *items;
    size_t head, count, cap; /* ring; cap is a power of two */
};

/* 0, or -ENOMEM. */
int sad_reclaim_init(struct sad_reclaim *r, unsigned workers);

/* Carries out all that waits, without waiting (no worker runs any more), and frees. */
void sad_reclaim_fini(struct sad_reclaim *r);

/*
 * Calls fn(ctx, arg) after a grace period. The object must be unpublished already. Without memory for the
 * queue it is never called: what it would give back stays out of use, until sad_reclaim_fini() too.
 */
void sad_reclaim_defer(struct sad_reclaim *r, sad_reclaim_fn fn, void *ctx, uint64_t arg);

/* Carries out what is due; never waits. Returns how many items still wait. */
size_t sad_reclaim_run(struct sad_reclaim *r);

/*
 * Whether every worker has been quiescent since `token`, of rte_rcu_qsbr_start(). Waits for it as long as the
 * longest burst takes, not for a worker that makes no turn: false, and what depends on it is done another
 * time.
 */
bool sad_reclaim_settle(const struct sad_reclaim *r, uint64_t token);

/* The queue of the tables, for others whose readers are the same workers; sad_reclaim() serves it. */
struct sad_reclaim *sad_reclaimer(struct sad *sad);
