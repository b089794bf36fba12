/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SPIs are drawn at random, so that who saw one, or has some of its own, knows nothing of others; of what is
 * drawn only that is refused whose place in the table is taken. So lookup is one index and one compare, and
 * all bits but the node's are random. The table has at least two places for each SPI: it doubles when it has
 * not, which parts none that had different places before.
 */
#include "sad_spi.h"

#include <errno.h>
#include <stdlib.h>
#include "wire_esp.h"

#define PLACES_FIRST 1024
#define DRAWS                                                                                     \
    64 /* a generator that repeats itself must not hang us: from here on the next number is tried \
        */

struct sad_spi_place {
    uint32_t spi; /* who is here, or was last; 0: nobody yet */
    bool is_taken;
};

static struct sad_spis *spis_make(uint32_t places)
{
    struct sad_spis *s = calloc(1, sizeof *s + places * sizeof s->lines[0]);
    if (s)
        s->mask = places - 1;
    return s;
}

static void line_store(struct sad_spis *s, uint32_t spi, uint32_t line)
{
    atomic_store_explicit(&s->lines[spi & s->mask], line, memory_order_relaxed);
}

static struct sad_spis *spis_of(const struct sad *sad)
{
    return atomic_load_explicit(&sad->tables.spis, memory_order_relaxed);
}

int sad_spis_init(struct sad *sad)
{
    struct sad_spis *s = spis_make(PLACES_FIRST);
    atomic_store_explicit(&sad->tables.spis, s, memory_order_relaxed);
    sad->spi_places.list = calloc(PLACES_FIRST, sizeof *sad->spi_places.list);
    return s && sad->spi_places.list ? 0 : -ENOMEM;
}

void sad_spis_fini(struct sad *sad)
{
    free(sad->spi_places.list);
    free(spis_of(sad));
}

static void spis_retired(void *ctx, uint64_t spis)
{
    free((void *)(uintptr_t)spis);
}

/* Twice as many places. What is entered afterwards is asked for by no packet before the workers have these.
 */
static int spis_grow(struct sad *sad)
{
    struct sad_spis *old = spis_of(sad), *s = spis_make(2 * (old->mask + 1));
    struct sad_spi_place *list = s ? calloc(s->mask + 1, sizeof *list) : NULL;
    if (!list) {
        free(s);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i <= old->mask; i++) {
        const struct sad_spi_place *p = &sad->spi_places.list[i];
        if (p->spi == 0)
            continue;
        list[p->spi & s->mask] = *p;
        line_store(s, p->spi, atomic_load_explicit(&old->lines[i], memory_order_relaxed));
    }
    free(sad->spi_places.list);
    sad->spi_places.list = list;
    atomic_store_explicit(&sad->tables.spis, s, memory_order_release);
    sad_reclaim_defer(&sad->reclaim, spis_retired, NULL, (uintptr_t)old);
    return 0;
}

bool sad_spi_is_of_other_node(const struct sad *sad, uint32_t spi)
{
    const unsigned node_bits = sad->params.spi_node_bits;
    return node_bits && spi >> (32 - node_bits) != sad->params.spi_node;
}

static uint32_t spi_random(struct sad *sad)
{
    struct sad_spi_places *p = &sad->spi_places;
    if (p->n_drawn == 0) {
        sad->params.rng(sad->params.rng_ctx, p->drawn, sizeof p->drawn);
        p->n_drawn = SAD_SPIS_DRAWN;
    }
    return p->drawn[--p->n_drawn];
}

static uint32_t spi_draw(struct sad *sad, uint32_t last, uint32_t nth)
{
    const unsigned node_bits = sad->params.spi_node_bits;
    const uint32_t spi = nth < DRAWS ? spi_random(sad) : last + 1;
    return node_bits ? (spi & UINT32_MAX >> node_bits) | (uint32_t)sad->params.spi_node << (32 - node_bits)
                     : spi;
}

bool sad_spis_enter(struct sad *sad, uint32_t slot, uint32_t *spi)
{
    const struct sad_spis *now = spis_of(sad);
    if (sad->spi_places.n_taken > now->mask / 2 && spis_grow(sad) != 0 && sad->spi_places.n_taken > now->mask)
        return false;
    struct sad_spis *s = spis_of(sad);
    struct sad_spi_place *p;
    *spi = 0;
    for (uint32_t nth = 0;; nth++) {
        *spi = spi_draw(sad, *spi, nth);
        p = &sad->spi_places.list[*spi & s->mask];
        if (*spi >= WIRE_ESP_SPI_MIN && !p->is_taken && p->spi != *spi)
            break;
    }
    *p = (struct sad_spi_place){*spi, true};
    line_store(s, *spi, slot * (sad->tables.in_bytes / SAD_LINE));
    sad->spi_places.n_taken++;
    return true;
}

void sad_spis_leave(struct sad *sad, uint32_t spi)
{
    sad->spi_places.list[spi & spis_of(sad)->mask].is_taken = false;
    sad->spi_places.n_taken--;
}
