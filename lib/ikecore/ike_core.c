/* SPDX-License-Identifier: BSD-3-Clause */
/* What the versions of IKE share of the engine: hash, jitter, runtimes of connections, counters. */
#include "ike_core.h"

#include "ike_conf.h"
#include "ike_env.h"
#include "ike_heirs.h"
#include "ike_run.h"
#include "ike_stats.h"
#include "ike_timer.h"
#include "telem.h"

#define SLOTS_MIN    ((size_t)64)
#define SLOTS_MAX    ((size_t)1 << 20)
/* When there are as many as may be. IKEv2 has seven of these tables, and some thousand SAs touch all pages.
 */
#define SAS_PER_SLOT 4

uint64_t ike_hash(const struct ike *ike, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint64_t h = ike->hash_seed;
    for (size_t i = 0; i < len; i++) {
        h ^= p[i];
        h *= 0x9e3779b97f4a7c15ull;
        h ^= h >> 29;
    }
    return h ^ (h >> 32);
}

size_t ike_slots(const struct ike_conf *conf)
{
    size_t n = SLOTS_MIN;
    while (n < conf->sas_max / SAS_PER_SLOT && n < SLOTS_MAX)
        n *= 2;
    return n;
}

int ike_reserve_timer(struct ike *ike)
{
    const size_t former = ike->swap.heirs ? ike->swap.heirs->from->n_conns : 0;
    return ike_timer_reserve(&ike->timers, ike->stats.ike_sas + 1 + ike->conf->n_conns + former);
}

uint64_t ike_jitter(struct ike *ike, uint64_t range_ns)
{
    uint64_t r;
    ike->env.rng(ike->env.ctx, IKE_RNG_JITTER, &r, sizeof r);
    return range_ns ? r % range_ns : 0;
}

struct ike_run *ike_run_of(struct ike *ike, const struct ike_conn_conf *conn)
{
    const struct ike_swap *swap = &ike->swap;
    if (swap->heirs && conn->conf == swap->heirs->from) {
        struct ike_run *former = &swap->runs[conn - conn->conf->conns];
        return former->is_moved ? NULL : former;
    }
    if (conn->conf != ike->conf)
        return NULL;
    struct ike_run *run = &ike->runs[conn - ike->conf->conns];
    if (swap->heirs && !run->is_ready)
        swap->make_ready(ike, run);
    return run;
}

const struct ike_run *ike_run_former(const struct ike *ike, const struct ike_run *run)
{
    if (!ike->swap.heirs || run < ike->runs || run >= ike->runs + ike->conf->n_conns ||
        run->parent == IKE_HEIR_NONE)
        return NULL;
    const struct ike_run *former = &ike->swap.runs[run->parent];
    return former->is_moving ? former : NULL;
}

void ike_run_mark_lost(struct ike *ike, struct ike_run *run, bool was_up)
{
    if (!run->is_lost) {
        run->lost_next = ike->lost;
        ike->lost = run;
    }
    run->is_lost = true;
    run->was_up = was_up;
}

int64_t ike_calendar(const struct ike *ike)
{
    return ike->env.calendar ? ike->env.calendar(ike->env.ctx) : 0;
}
