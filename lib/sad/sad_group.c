/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups of pairs (RFC 9611). What a worker reads of one is a row with a slot for each worker, written anew
 * whenever a pair of it comes, goes or changes; each store leaves a row that is good for a packet. A worker
 * without a pair of its own borrows the newest one, whose owner then gets its packets, and asks for one once,
 * until the group has changed.
 */
#include "sad_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_ts.h"
#include "sad_mem.h"
#include "sad_spd.h"
#include "sad_table.h"

/* Control's half of a row. */
struct sad_group_pairs {
    uint32_t first; /* slot + 1 of the pair that joined last; 0: nobody, the row is free */
    uint32_t cands; /* while a pair of it is active */
    uint64_t turns; /* pairs that were activated */
    struct base_ts_list *local_ts, *remote_ts; /* kept, owned, until a grace period after the end, as are */
    struct sad_sels *sels;
};

int sad_group_init(struct sad *sad)
{
    sad->groups.max = sad->slots + 1; /* none has number 0 */
    sad->groups.pairs = sad_mem_reserve(sad->groups.max * sizeof *sad->groups.pairs, false);
    sad->groups.free = sad_mem_reserve(sad->groups.max * sizeof *sad->groups.free, false);
    sad->tables.groups = sad_mem_reserve(sad->groups.max * sizeof *sad->tables.groups, false);
    sad->groups.n_used = 1;
    return sad->groups.pairs && sad->groups.free && sad->tables.groups ? 0 : -ENOMEM;
}

void sad_group_fini(struct sad *sad)
{
    sad_mem_release(sad->groups.pairs, sad->groups.max * sizeof *sad->groups.pairs);
    sad_mem_release(sad->groups.free, sad->groups.max * sizeof *sad->groups.free);
    sad_mem_release(sad->tables.groups, sad->groups.max * sizeof *sad->tables.groups);
}

static struct sad_group_pairs *group_of(const struct sad *sad, const struct sad_pair *pair)
{
    return &sad->groups.pairs[pair->group];
}

static struct sad_pair *pair_at(const struct sad *sad, uint32_t link)
{
    return link ? &sad->pairs[link - 1] : NULL;
}

/* ---- the row ---- */

/* Whose packets of this worker are: its own pair that was activated last, or else anybody's. */
static uint32_t row_slot(const struct sad *sad, const struct sad_group_pairs *g, uint16_t worker)
{
    const struct sad_pair *best = NULL;
    for (const struct sad_pair *p = pair_at(sad, g->first); p; p = pair_at(sad, p->group_next)) {
        const bool is_own = p->home == worker, is_best_own = best && best->home == worker;
        if (p->is_active &&
            (!best || is_own > is_best_own || (is_own == is_best_own && p->turn > best->turn)))
            best = p;
    }
    return best ? sad_pair_slot(sad, best) | (best->home == worker ? 0 : SAD_GROUP_LENT) : SAD_NO_SLOT;
}

/* Nobody has asked for a pair since. */
static void row_fill(struct sad *sad, uint32_t group)
{
    struct sad_group *row = &sad->tables.groups[group];
    for (uint16_t w = 0; w < sad->params.workers; w++)
        atomic_store_explicit(&row->slots[w], row_slot(sad, &sad->groups.pairs[group], w),
                              memory_order_release);
    atomic_store_explicit(&row->asked, 0, memory_order_relaxed);
}

/* ---- coming and going ---- */

static void group_give(void *ctx, uint64_t group)
{
    struct sad *sad = ctx;
    struct sad_group_pairs *g = &sad->groups.pairs[group];
    free(g->sels);
    free(g->local_ts);
    free(g->remote_ts);
    *g = (struct sad_group_pairs){0};
    sad->groups.free[sad->groups.n_free++] = (uint32_t)group;
}

/* The number of an empty group with copies of the selectors; 0: no memory. */
static uint32_t group_new(struct sad *sad, const struct esp_pair *p)
{
    if (!sad->groups.n_free && sad->groups.n_used == sad->groups.max)
        return 0;
    const uint32_t group = sad->groups.n_free ? sad->groups.free[--sad->groups.n_free] : sad->groups.n_used++;
    struct sad_group_pairs *g = &sad->groups.pairs[group];
    g->sels = sad_sels_make(&p->local_ts, &p->remote_ts);
    if (g->sels && base_ts_set(&g->local_ts, &p->local_ts) && base_ts_set(&g->remote_ts, &p->remote_ts))
        return group;
    group_give(sad, group);
    return 0;
}

static uint32_t home_count(const struct sad *sad, const struct sad_group_pairs *g, uint16_t worker)
{
    uint32_t n = 0;
    for (const struct sad_pair *p = pair_at(sad, g->first); p; p = pair_at(sad, p->group_next))
        n += p->is_active && p->home == worker;
    return n;
}

/* The worker with the fewest pairs, of several one that asked (RFC 9611 4). */
static uint16_t home_choose(const struct sad *sad, uint32_t group)
{
    const struct sad_group_pairs *g = &sad->groups.pairs[group];
    const uint64_t asked = atomic_load_explicit(&sad->tables.groups[group].asked, memory_order_relaxed);
    uint32_t least = UINT32_MAX;
    uint16_t home = 0;
    for (uint16_t w = 0; w < sad->params.workers; w++) {
        const uint32_t n = 2 * home_count(sad, g, w) + !(asked >> w & 1);
        if (n < least)
            home = w;
        least = n < least ? n : least;
    }
    return home;
}

/* The group that the pair is to stand in; 0: none with these selectors. */
static uint32_t group_beside(const struct sad *sad, const struct esp_pair *p)
{
    const struct sad_pair *beside = sad_pair_live(sad, p->beside_in);
    const struct sad_group_pairs *g = beside ? group_of(sad, beside) : NULL;
    const bool fits = beside && beside->group && base_ts_equal(g->local_ts, &p->local_ts) &&
                      base_ts_equal(g->remote_ts, &p->remote_ts);
    return fits ? beside->group : 0;
}

int sad_group_join(struct sad *sad, struct sad_pair *pair, const struct esp_pair *p)
{
    pair->home = (uint16_t)(sad_pair_slot(sad, pair) % sad->params.workers);
    if (!p->is_shared)
        return 0;
    const struct sad_pair *old = sad_pair_live(sad, p->replaces_in);
    uint32_t group = group_beside(sad, p);
    if (group)
        pair->home = old && old->group == group ? old->home : home_choose(sad, group);
    else
        group = group_new(sad, p);
    if (!group)
        return -ENOMEM;
    pair->group = group;
    pair->group_next = sad->groups.pairs[group].first;
    sad->groups.pairs[group].first = sad_pair_slot(sad, pair) + 1;
    return 0;
}

int sad_group_activate(struct sad *sad, struct sad_pair *pair)
{
    struct sad_group_pairs *g = group_of(sad, pair);
    const struct sad_server by = {SAD_SPD_GROUP | pair->group, pair->priority, 0};
    pair->is_active = true;
    pair->turn = ++g->turns;
    row_fill(sad, pair->group);
    const int err = g->cands ? 0 : sad_spd_link(sad, g->sels, by, &g->cands);
    pair->is_active = err == 0;
    return err;
}

static bool group_is_active(const struct sad *sad, const struct sad_group_pairs *g)
{
    const struct sad_pair *p = pair_at(sad, g->first);
    while (p && !p->is_active)
        p = pair_at(sad, p->group_next);
    return p;
}

void sad_group_rest(struct sad *sad, struct sad_pair *pair)
{
    struct sad_group_pairs *g = group_of(sad, pair);
    pair->is_active = false;
    if (group_is_active(sad, g))
        row_fill(sad, pair->group);
    else
        sad_spd_unlink(sad, &g->cands); /* who is in them yet finds the slots that were there */
}

void sad_group_leave(struct sad *sad, struct sad_pair *pair)
{
    struct sad_group_pairs *g = group_of(sad, pair);
    const uint32_t group = pair->group;
    if (!group)
        return;
    uint32_t *at = &g->first;
    while (pair_at(sad, *at) != pair)
        at = &pair_at(sad, *at)->group_next;
    *at = pair->group_next;
    if (pair->is_active)
        sad_group_rest(sad, pair);
    pair->group = 0;
    if (!g->first)
        sad_reclaim_defer(&sad->reclaim, group_give, sad, group);
}

void sad_group_rehome(struct sad *sad, struct sad_pair *pair, uint16_t worker)
{
    pair->home = worker;
    if (pair->group && group_of(sad, pair)->cands)
        row_fill(sad, pair->group);
}

uint32_t sad_group_count(const struct sad *sad, const struct sad_pair *pair)
{
    uint32_t n = 0;
    for (const struct sad_pair *p = pair->group ? pair_at(sad, group_of(sad, pair)->first) : NULL; p;
         p = pair_at(sad, p->group_next))
        n += p->is_active;
    return n;
}

uint32_t sad_group_cands(const struct sad *sad, const struct sad_pair *pair)
{
    return pair->group ? group_of(sad, pair)->cands : pair->cands;
}
