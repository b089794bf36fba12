/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SPIs and slots. An inbound SPI names its slot by its low bits, so a lookup is one index and one compare.
 * The bits above are random and differ from the slot's previous SPI.
 */
#include "sad_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "wire_esp.h"

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
    struct sad_pair *pair = &sad->pairs[spi_in & sad->tables.slot_mask];
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

void sad_slot_give(struct sad *sad, uint32_t slot)
{
    struct sad_pair *pair = &sad->pairs[slot];
    uint32_t last_spi = pair->spi_in;
    memset(pair, 0, sizeof *pair);
    pair->spi_in = last_spi;
    pair->next_free = SAD_NO_SLOT;
    if (sad->free_tail == SAD_NO_SLOT)
        sad->free_head = slot;
    else
        sad->pairs[sad->free_tail].next_free = slot;
    sad->free_tail = slot;
    sad->n_free++;
}

/* nth try: a generator that repeats itself must not hang us. */
static uint32_t spi_make(struct sad *sad, uint32_t slot, uint32_t nth)
{
    uint32_t random;
    unsigned node_bits = sad->params.spi_node_bits;
    sad->params.rng(sad->params.rng_ctx, &random, sizeof random);
    random += nth * (sad->tables.slot_mask + 1);
    uint32_t spi = (random & ~sad->tables.slot_mask) | slot;
    if (node_bits)
        spi = (spi & UINT32_MAX >> node_bits) | (uint32_t)sad->params.spi_node << (32 - node_bits);
    return spi;
}

int sad_spi_alloc(struct sad *sad, uint32_t *spi)
{
    uint32_t slot = slot_take(sad);
    if (slot == SAD_NO_SLOT)
        return -ENOSPC;
    struct sad_pair *pair = &sad->pairs[slot];
    uint32_t nth = 0, made;
    do
        made = spi_make(sad, slot, nth++);
    while (made < WIRE_ESP_SPI_MIN || made == pair->spi_in);
    pair->state = SAD_PAIR_RESERVED;
    pair->spi_in = made;
    *spi = made;
    return 0;
}

bool sad_spi_is_reserved(const struct sad *sad, uint32_t spi)
{
    const struct sad_pair *pair = &sad->pairs[spi & sad->tables.slot_mask];
    return pair->state == SAD_PAIR_RESERVED && pair->spi_in == spi;
}

void sad_spi_free(struct sad *sad, uint32_t spi)
{
    if (sad_spi_is_reserved(sad, spi))
        sad_slot_give(sad, spi & sad->tables.slot_mask);
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
