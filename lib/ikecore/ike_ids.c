/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One copy of each identity and a count. Identities that are equal but not the same, by the case of letters,
 * have a copy each: what a peer said is shown as it said it, and a name of a user is found by its bytes.
 */
#include "ike_ids.h"

#include <stdlib.h>
#include <string.h>
#include "ike_core.h"

struct kept_id {
    struct ike_node node;
    size_t count;
    struct ike_id id;
};

const struct ike_id ike_id_none;

static uint64_t id_key(const struct ike *ike, const struct ike_id *id)
{
    return ike_hash(ike, id->bytes, id->len) + id->type;
}

static bool id_is_same(const struct ike_id *a, const struct ike_id *b)
{
    return a->type == b->type && a->len == b->len && a->pattern == b->pattern &&
           memcmp(a->bytes, b->bytes, a->len) == 0;
}

int ike_ids_init(struct ike *ike, size_t n_slots)
{
    return ike_table_init(&ike->ids.table, n_slots);
}

void ike_ids_fini(struct ike *ike)
{
    ike_table_fini(&ike->ids.table);
}

const struct ike_id *ike_ids_get(struct ike *ike, const struct ike_id *id)
{
    if (!id->type)
        return &ike_id_none;
    const uint64_t key = id_key(ike, id);
    const struct ike_node *n = ike_table_next(&ike->ids.table, key, NULL);
    while (n && !id_is_same(&((struct kept_id *)n->owner)->id, id))
        n = ike_table_next(&ike->ids.table, key, n);
    struct kept_id *k = n ? n->owner : calloc(1, sizeof *k);
    if (!k)
        return NULL;
    if (!k->count++) {
        k->id = *id;
        ike_table_add(&ike->ids.table, &k->node, key, k);
    }
    return &k->id;
}

void ike_ids_put(struct ike *ike, const struct ike_id *id)
{
    if (!id || id == &ike_id_none)
        return;
    struct kept_id *k = (struct kept_id *)((char *)(uintptr_t)id - offsetof(struct kept_id, id));
    if (--k->count)
        return;
    ike_table_remove(&ike->ids.table, &k->node);
    free(k);
}
