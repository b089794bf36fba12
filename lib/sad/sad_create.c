/* SPDX-License-Identifier: BSD-3-Clause */
/* Making and unmaking the tables as a whole, with everything that stands in them. */
#include "sad_int.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include "sad_event.h"
#include "sad_group.h"
#include "sad_mem.h"
#include "sad_spd.h"
#include "sad_spi.h"

static bool params_are_sane(const struct sad_params *p)
{
    return p->max_sas >= 1 && p->max_sas <= SAD_SAS_MAX && p->workers >= 1 && p->workers <= SAD_WORKERS_MAX &&
           p->spi_node_bits <= 8 && p->spi_node < 1u << p->spi_node_bits && p->rng && p->esp &&
           p->esp->key.end >= ESP_KEY_FRONT;
}

static int tables_reserve(struct sad *sad)
{
    struct sad_tables *t = &sad->tables;
    t->slot_mask = sad->slots - 1;
    t->key = sad->params.esp->key;
    t->in_bytes = (uint32_t)(sizeof(struct sad_in) + esp_key_bytes(&t->key));
    t->out_bytes = (uint32_t)(sizeof(struct sad_out) + esp_key_bytes(&t->key));
    assert(t->in_bytes % SAD_LINE == 0);
    t->in = sad_mem_reserve((size_t)sad->slots * t->in_bytes, true);
    t->out = sad_mem_reserve((size_t)sad->slots * t->out_bytes, true);
    sad->pairs = sad_mem_reserve(sad->slots * sizeof *sad->pairs, false);
    return t->in && t->out && sad->pairs ? 0 : -ENOMEM;
}

struct sad *sad_create(const struct sad_params *params)
{
    if (!params_are_sane(params))
        return NULL;
    struct sad *sad = calloc(1, sizeof *sad);
    if (!sad)
        return NULL;
    sad->params = *params;
    sad->slots = 1;
    while (sad->slots < params->max_sas)
        sad->slots *= 2;
    sad->free_head = sad->free_tail = SAD_NO_SLOT;
    if (sad_reclaim_init(&sad->reclaim, params->workers) != 0) {
        free(sad);
        return NULL;
    }
    sad->esp = params->esp->create(false);
    if (!sad->esp || tables_reserve(sad) != 0 || sad_spis_init(sad) != 0 || sad_spd_init(sad) != 0 ||
        sad_group_init(sad) != 0 || sad_event_init(sad) != 0) {
        sad_free(sad);
        return NULL;
    }
    return sad;
}

void sad_free(struct sad *sad)
{
    if (!sad)
        return;
    struct sad_tables *t = &sad->tables;
    for (uint32_t slot = 0; slot < sad->never_used; slot++)
        if (sad->pairs[slot].state == SAD_PAIR_LIVE)
            (void)sad_remove(sad, sad->pairs[slot].spi_in);
    (void)sad_policies_set(sad, NULL, 0);
    sad_reclaim_fini(&sad->reclaim);
    sad_spd_fini(sad);
    sad_group_fini(sad);
    sad_spis_fini(sad);
    sad_event_fini(sad);
    sad_conn_fini(sad);
    sad->params.esp->free(sad->esp);
    sad_mem_release(t->in, (size_t)sad->slots * t->in_bytes);
    sad_mem_release(t->out, (size_t)sad->slots * t->out_bytes);
    sad_mem_release(sad->pairs, sad->slots * sizeof *sad->pairs);
    free(sad);
}
