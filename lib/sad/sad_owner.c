/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which worker owns a direction, and its way to another one (sad_fast.h says in which steps). Control starts
 * a move and sends the mark; the owner itself gives the direction away, between two bursts, so that no two
 * ever count at once. Where the packets wait meanwhile is the data path's business.
 */
#include "sad_int.h"

#include <errno.h>
#include "sad_group.h"
#include "sad_table.h"

/* A mark: 1, direction, worker to be, slot. */
#define MARK_IS     1u
#define MARK_IS_OUT 2u
#define MARK_TO     8
#define MARK_SLOT   16

void sad_mark_by(struct sad *sad, sad_mark_fn fn, void *ctx)
{
    sad->mark_send = fn;
    sad->mark_ctx = ctx;
}

void sad_mark_obey(const struct sad_tables *t, uint64_t mark)
{
    uint32_t slot = (uint32_t)(mark >> MARK_SLOT) & t->slot_mask;
    uint16_t to = (uint16_t)(mark >> MARK_TO & 0xff);
    _Atomic uint16_t *owner = mark & MARK_IS_OUT ? &sad_out_at(t, slot)->owner : &sad_in_at(t, slot)->owner;
    uint16_t now = atomic_load_explicit(owner, memory_order_relaxed);
    /* A pair that was removed meanwhile, and perhaps followed by another, is left alone. */
    if (now != SAD_OWNER_NONE && now & SAD_OWNER_MOVING)
        atomic_compare_exchange_strong_explicit(owner, &now, to | SAD_OWNER_GIVEN, memory_order_release,
                                                memory_order_relaxed);
}

static bool is_moving(const _Atomic uint16_t *owner)
{
    uint16_t now = atomic_load_explicit(owner, memory_order_acquire);
    return now != SAD_OWNER_NONE && now & SAD_OWNER_MOVING;
}

/* True when nothing is left to send for this direction. */
static bool mark_sent(struct sad *sad, const _Atomic uint16_t *owner, uint16_t *next, uint64_t mark)
{
    if (*next == SAD_OWNER_NONE || !is_moving(owner)) {
        *next = SAD_OWNER_NONE;
        return true;
    }
    uint16_t now = atomic_load_explicit(owner, memory_order_relaxed) & SAD_OWNER_INDEX;
    if (!sad->mark_send(sad->mark_ctx, now, mark | (uint64_t)*next << MARK_TO))
        return false;
    *next = SAD_OWNER_NONE;
    return true;
}

/* Every worker has seen that the direction moves: the owner's ring gets no more packets of it. */
static void marks_send(void *ctx, uint64_t spi_in)
{
    struct sad *sad = ctx;
    struct sad_pair *pair = sad_pair_live(sad, (uint32_t)spi_in);
    if (!pair || !sad->mark_send)
        return;
    uint32_t slot = sad_pair_slot(sad, pair);
    uint64_t mark = (uint64_t)slot << MARK_SLOT | MARK_IS;
    bool is_done = mark_sent(sad, &sad_in_at(&sad->tables, slot)->owner, &pair->next_in, mark);
    is_done &= mark_sent(sad, &sad_out_at(&sad->tables, slot)->owner, &pair->next_out, mark | MARK_IS_OUT);
    if (!is_done)
        sad_reclaim_defer(&sad->reclaim, marks_send, sad, spi_in);
}

/* True when the direction has to move. */
static bool move_start(_Atomic uint16_t *owner, uint16_t *next, uint16_t to)
{
    uint16_t now = atomic_load_explicit(owner, memory_order_relaxed);
    *next = SAD_OWNER_NONE;
    if ((now & SAD_OWNER_INDEX) == to)
        return false;
    *next = to;
    /* The new owner may take off GIVEN just now. */
    while (!atomic_compare_exchange_weak_explicit(owner, &now, (now & SAD_OWNER_INDEX) | SAD_OWNER_MOVING,
                                                  memory_order_release, memory_order_relaxed))
        ;
    return true;
}

int sad_owner_set(struct sad *sad, uint32_t spi_in, uint16_t worker_in, uint16_t worker_out)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    if (worker_in >= sad->params.workers || worker_out >= sad->params.workers)
        return -EINVAL;
    uint32_t slot = sad_pair_slot(sad, pair);
    struct sad_in *in = sad_in_at(&sad->tables, slot);
    struct sad_out *out = sad_out_at(&sad->tables, slot);
    if (is_moving(&in->owner) || is_moving(&out->owner))
        return -EBUSY;
    bool has_move = move_start(&in->owner, &pair->next_in, worker_in);
    has_move |= move_start(&out->owner, &pair->next_out, worker_out);
    sad_group_rehome(sad, pair, worker_out);
    if (has_move)
        sad_reclaim_defer(&sad->reclaim, marks_send, sad, spi_in);
    return 0;
}

static void handoffs_take(struct sad_handoff *handoff, uint32_t *seen, uint64_t pkts, uint64_t *pkts_seen,
                          struct sad_handoffs *s)
{
    uint32_t handoffs = atomic_load_explicit(&handoff->pkts, memory_order_relaxed);
    *s = (struct sad_handoffs){
        .pkts = pkts - *pkts_seen,
        .handoffs = handoffs - *seen,
        .lead = atomic_load_explicit(&handoff->lead, memory_order_relaxed),
        .worker = atomic_load_explicit(&handoff->worker, memory_order_relaxed),
    };
    atomic_store_explicit(&handoff->lead, 0, memory_order_relaxed);
    *seen = handoffs;
    *pkts_seen = pkts;
}

int sad_handoffs_take(struct sad *sad, uint32_t spi_in, struct sad_handoffs *in, struct sad_handoffs *out)
{
    struct sad_pair *pair = sad_pair_live(sad, spi_in);
    if (!pair)
        return -ENOENT;
    uint32_t slot = sad_pair_slot(sad, pair);
    struct sad_in *dir_in = sad_in_at(&sad->tables, slot);
    struct sad_out *dir_out = sad_out_at(&sad->tables, slot);
    uint64_t pkts_in = __atomic_load_n(&dir_in->pkts, __ATOMIC_RELAXED);
    uint64_t pkts_out = __atomic_load_n(&dir_out->seq, __ATOMIC_RELAXED);
    handoffs_take(&dir_in->handoff, &pair->seen_in, pkts_in, &pair->pkts_in, in);
    handoffs_take(&dir_out->handoff, &pair->seen_out, pkts_out, &pair->pkts_out, out);
    return 0;
}
