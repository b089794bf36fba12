/* SPDX-License-Identifier: BSD-3-Clause */
/* Who waits for which job. */
#include "ike_wait.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "ike_act.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_table.h"

struct ike_wait {
    struct ike_wait *next;
    uint64_t id;
    struct ike_job *job; /* whoever holds it gives it back, or outlives the table */
    uint64_t sa_id;
    ike_wait_done_fn *done; /* NULL: the SA is gone */
};

int ike_wait_init(struct ike *ike, const struct ike_conf *conf)
{
    ike->waits.n_slots = ike_slots(conf);
    ike->waits.by_job = ike_table_slots(ike->waits.n_slots, sizeof(*ike->waits.by_job));
    return ike->waits.by_job ? 0 : -ENOMEM;
}

void ike_wait_fini(struct ike *ike)
{
    struct ike_waits *all = &ike->waits;
    for (size_t i = 0; all->by_job && i < all->n_slots; i++) {
        for (struct ike_wait *w = all->by_job[i], *next; w; w = next) {
            next = w->next;
            free(w);
        }
    }
    free(all->by_job);
    all->by_job = NULL;
}

/* Ids are given in turn, so they spread by themselves. */
static struct ike_wait **wait_slot(struct ike *ike, uint64_t id)
{
    return &ike->waits.by_job[id & (ike->waits.n_slots - 1)];
}

uint64_t ike_wait_for(struct ike *ike, struct ike_job *job, uint64_t sa_id, ike_wait_done_fn *done)
{
    struct ike_wait *w = calloc(1, sizeof *w);
    const uint64_t id = ike->waits.last_id + 1;
    job->id = id;
    if (!w || !ike_act_job(ike, job)) {
        free(w);
        ike_job_free(ike->env.crypto, job);
        return 0;
    }
    struct ike_wait **slot = wait_slot(ike, id);
    *w = (struct ike_wait){*slot, id, job, sa_id, done};
    *slot = w;
    ike->waits.last_id = id;
    ike->stats.jobs++;
    return id;
}

void ike_wait_disown(struct ike *ike, uint64_t id)
{
    for (struct ike_wait *w = *wait_slot(ike, id); w; w = w->next) {
        if (w->id == id && w->done) {
            w->done = NULL;
            /* Of no meaning for the job's memory: whoever is to run it sees it, or runs it in vain. */
            atomic_store_explicit(&w->job->is_void, true, memory_order_relaxed);
            ike->waits.n_orphans++;
        }
    }
}

void ike_wait_over(struct ike *ike, struct ike_job *job)
{
    struct ike_wait **p = wait_slot(ike, job->id);
    while (*p && (*p)->id != job->id)
        p = &(*p)->next;
    struct ike_wait *w = *p;
    if (w) {
        *p = w->next;
        ike->stats.jobs--;
        if (w->done)
            w->done(ike, w->sa_id, job);
        else
            ike->waits.n_orphans--;
        free(w);
    }
    ike_job_free(ike->env.crypto, job);
}
