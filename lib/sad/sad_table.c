/* SPDX-License-Identifier: BSD-3-Clause */
/* Slots: who is in them, and who gets one next. */
#include "sad_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "sad_spi.h"

#define SLOTS_AT_REST 256 /* freed ones that wait before the first of them serves again */

const struct sad_tables *sad_tables(const struct sad *sad)
{
    return &sad->tables;
}

const struct esp_ops *sad_esp(const struct sad *sad)
{
    return sad->params.esp;
}

struct rte_rcu_qsbr *sad_qsbr(struct sad *sad)
{
    return sad->reclaim.qsbr;
}

struct sad_pair *sad_pair_live(const struct sad *sad, uint32_t spi_in)
{
    struct sad_pair *pair = &sad->pairs[sad_slot_find(&sad->tables, spi_in)];
    return pair->state == SAD_PAIR_LIVE && pair->spi_in == spi_in ? pair : NULL;
}

uint32_t sad_pair_slot(const struct sad *sad, const struct sad_pair *pair)
{
    return (uint32_t)(pair - sad->pairs);
}

/*
 * The slot that was freed the longest time ago, once enough others rest beside it: a slot is memory when it
 * was used once, so what a daemon takes follows from the pairs that it has, not from those that it had.
 */
static uint32_t slot_take(struct sad *sad)
{
    if (sad->n_free <= SLOTS_AT_REST && sad->never_used < sad->params.max_sas)
        return sad->never_used++;
    uint32_t slot = sad->free_head;
    if (slot != SAD_NO_SLOT) {
        sad->n_free--;
        sad->free_head = sad->pairs[slot].next_free;
        if (sad->free_head == SAD_NO_SLOT)
            sad->free_tail = SAD_NO_SLOT;
    }
    return slot;
}

static void slot_rest(struct sad *sad, uint32_t slot)
{
    struct sad_pair *pair = &sad->pairs[slot];
    memset(pair, 0, sizeof *pair);
    pair->next_free = SAD_NO_SLOT;
    if (sad->free_tail == SAD_NO_SLOT)
        sad->free_head = slot;
    else
        sad->pairs[sad->free_tail].next_free = slot;
    sad->free_tail = slot;
    sad->n_free++;
}

void sad_slot_give(struct sad *sad, uint32_t slot)
{
    sad_spis_leave(sad, sad->pairs[slot].spi_in);
    slot_rest(sad, slot);
}

int sad_spi_alloc(struct sad *sad, uint32_t *spi)
{
    uint32_t slot = slot_take(sad);
    if (slot == SAD_NO_SLOT)
        return -ENOSPC;
    if (!sad_spis_enter(sad, slot, spi)) {
        slot_rest(sad, slot);
        return -ENOSPC;
    }
    struct sad_pair *pair = &sad->pairs[slot];
    pair->state = SAD_PAIR_RESERVED;
    pair->spi_in = *spi;
    return 0;
}

bool sad_spi_is_reserved(const struct sad *sad, uint32_t spi)
{
    const struct sad_pair *pair = &sad->pairs[sad_slot_find(&sad->tables, spi)];
    return pair->state == SAD_PAIR_RESERVED && pair->spi_in == spi;
}

void sad_spi_free(struct sad *sad, uint32_t spi)
{
    if (sad_spi_is_reserved(sad, spi))
        sad_slot_give(sad, sad_slot_find(&sad->tables, spi));
}

uint32_t sad_count(const struct sad *sad)
{
    return sad->live;
}

size_t sad_reclaim(struct sad *sad)
{
    return sad_reclaim_run(&sad->reclaim);
}

struct sad_reclaim *sad_reclaimer(struct sad *sad)
{
    return &sad->reclaim;
}
