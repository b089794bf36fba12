/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains by key; a table never grows, as there is a cap on what is in it. */
#include "ike_table.h"

#include <errno.h>
#include <stdlib.h>

#define PAGE_BYTES 4096u

static struct ike_node **table_slot(const struct ike_table *t, uint64_t key)
{
    return &t->slots[(key ^ key >> 32) & (t->n_slots - 1)];
}

void *ike_table_slots(size_t n, size_t bytes_each)
{
    volatile uint8_t *bytes = calloc(n, bytes_each);
    for (size_t at = 0; bytes && at < n * bytes_each; at += PAGE_BYTES)
        bytes[at] = 0;
    return (void *)(uintptr_t)bytes;
}

int ike_table_init(struct ike_table *t, size_t n_slots)
{
    t->n_slots = n_slots;
    t->slots = ike_table_slots(n_slots, sizeof(*t->slots));
    return t->slots ? 0 : -ENOMEM;
}

void ike_table_fini(struct ike_table *t)
{
    free(t->slots);
    *t = (struct ike_table){0};
}

void ike_table_add(struct ike_table *t, struct ike_node *n, uint64_t key, void *owner)
{
    ike_table_remove(t, n);
    struct ike_node **slot = table_slot(t, key);
    *n = (struct ike_node){*slot, key, owner, true};
    *slot = n;
}

void ike_table_remove(struct ike_table *t, struct ike_node *n)
{
    if (!n->is_in)
        return;
    struct ike_node **p = table_slot(t, n->key);
    while (*p && *p != n)
        p = &(*p)->next;
    if (*p)
        *p = n->next;
    *n = (struct ike_node){0};
}

struct ike_node *ike_table_next(const struct ike_table *t, uint64_t key, const struct ike_node *after)
{
    struct ike_node *n = after ? after->next : *table_slot(t, key);
    while (n && n->key != key)
        n = n->next;
    return n;
}
