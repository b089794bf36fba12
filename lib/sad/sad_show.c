/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a pair looks like from outside. Counters are read while their owner counts: each is a single aligned
 * word, so each is a true value of some moment.
 */
#include "sad_int.h"

#include <errno.h>
#include <string.h>
#include <rte_cycles.h>
#include "sad_group.h"
#include "sad_spd.h"
#include "sad_table.h"

static uint64_t counter_peek(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* The whole TSC value of sad_out.last; 0 stays "never". */
static uint64_t last_tsc(const struct sad_out *out)
{
    uint32_t last = __atomic_load_n(&out->last, __ATOMIC_RELAXED);
    uint64_t now = rte_rdtsc() >> SAD_LAST_SHIFT;
    return last ? (now - (uint32_t)((uint32_t)now - last)) << SAD_LAST_SHIFT : 0;
}

static void stats_fill(const struct sad *sad, const struct sad_pair *pair, struct sad_stats *s)
{
    uint32_t slot = sad_pair_slot(sad, pair);
    const struct sad_in *in = sad_in_at(&sad->tables, slot);
    const struct sad_out *out = sad_out_at(&sad->tables, slot);
    *s = (struct sad_stats){
        .spi_in = pair->spi_in,
        .spi_out = pair->spi_out,
        .ike_id = pair->ike_id,
        .conn = pair->conn,
        .active = pair->is_active,
        .priority = pair->priority,
        .standby = pair->priority && pair->is_active && sad_spd_is_standby(sad, sad_group_cands(sad, pair)),
        .in = {counter_peek(&in->pkts), counter_peek(&in->bytes), counter_peek(&in->top),
               counter_peek(&in->last_tsc)},
        .out = {counter_peek(&out->seq), counter_peek(&out->bytes), counter_peek(&out->seq), last_tsc(out)},
        .replay_drops = counter_peek(&in->replay_drops),
        .bad_icv = counter_peek(&in->bad_icv),
        .bad_trailer = counter_peek(&in->bad_trailer),
        .policy_drops = counter_peek(&in->policy_drops),
        .limit_drops = counter_peek(&in->limit_drops) + counter_peek(&out->limit_drops),
        .path = pair->path,
        .outer_mtu = pair->outer_mtu,
        .inner_mtu = out->inner_mtu,
        .shared = sad_group_count(sad, pair),
        .owner_in = in->owner & SAD_OWNER_INDEX,
        .owner_out = out->owner & SAD_OWNER_INDEX,
        .handoffs_in = in->handoff.pkts,
        .handoffs_out = out->handoff.pkts,
        .encr = pair->encr,
        .integ = pair->integ,
        .esn = in->flags & SAD_F_ESN,
        .encap = out->flags & SAD_F_ENCAP,
    };
}

int sad_stats(const struct sad *sad, uint32_t spi_in, struct sad_stats *out)
{
    const struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    stats_fill(sad, pair, out);
    return 0;
}

bool sad_next(const struct sad *sad, uint32_t *cursor, struct sad_stats *out)
{
    for (uint32_t slot = *cursor; slot < sad->never_used; slot++) {
        if (sad->pairs[slot].state != SAD_PAIR_LIVE)
            continue;
        stats_fill(sad, &sad->pairs[slot], out);
        *cursor = slot + 1;
        return true;
    }
    *cursor = sad->never_used;
    return false;
}
