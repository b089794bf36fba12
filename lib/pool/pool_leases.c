/* SPDX-License-Identifier: BSD-3-Clause */
/* Two hash tables and doubly linked lists; nothing here is walked that grows with the number of leases. */
#include "pool_leases.h"

#include <errno.h>
#include <stdlib.h>
#include "ike_index.h"

#define SLOTS_MIN ((size_t)64)
#define SLOTS_MAX ((size_t)1 << 20)

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15ull;
    return h ^ h >> 29;
}

static size_t slot_of_addr(const struct pool_leases *t, const struct base_addr *addr)
{
    uint64_t h = mix(t->seed, addr->family);
    for (size_t i = 0; i < base_addr_size(addr->family); i++)
        h = mix(h, addr->bytes[i]);
    return (h ^ h >> 32) & (t->slots - 1);
}

static size_t slot_of_hash(const struct pool_leases *t, uint32_t hash)
{
    const uint64_t h = mix(t->seed, hash);
    return (h ^ h >> 32) & (t->slots - 1);
}

int pool_leases_init(struct pool_leases *t, uint64_t seed)
{
    *t = (struct pool_leases){.seed = seed};
    return pool_leases_expect(t, SLOTS_MIN);
}

static void leases_move(struct pool_leases *from, struct pool_leases *to)
{
    for (size_t i = 0; i < from->slots; i++) {
        for (struct pool_lease *l = from->by_addr[i], *next; l; l = next) {
            struct pool_lease **slot = &to->by_addr[slot_of_addr(to, &l->addr)];
            next = l->next;
            l->next = *slot;
            *slot = l;
        }
        for (struct pool_who *w = from->by_who[i], *next; w; w = next) {
            struct pool_who **slot = &to->by_who[slot_of_hash(to, w->hash)];
            next = w->next;
            w->next = *slot;
            *slot = w;
        }
    }
}

int pool_leases_expect(struct pool_leases *t, size_t expected)
{
    struct pool_leases bigger = *t;
    bigger.slots = t->slots ? t->slots : SLOTS_MIN;
    while (bigger.slots < expected && bigger.slots < SLOTS_MAX)
        bigger.slots *= 2;
    if (bigger.slots == t->slots)
        return 0;
    bigger.by_addr = calloc(bigger.slots, sizeof *bigger.by_addr);
    bigger.by_who = calloc(bigger.slots, sizeof *bigger.by_who);
    if (!bigger.by_addr || !bigger.by_who) {
        free(bigger.by_addr);
        free(bigger.by_who);
        return -ENOMEM;
    }
    leases_move(t, &bigger);
    free(t->by_addr);
    free(t->by_who);
    *t = bigger;
    return 0;
}

void pool_leases_fini(struct pool_leases *t)
{
    for (size_t i = 0; i < t->slots && t->by_addr; i++)
        while (t->by_addr[i]) {
            struct pool_lease *l = t->by_addr[i];
            t->by_addr[i] = l->next;
            free(l);
        }
    for (size_t i = 0; i < t->slots && t->by_who; i++)
        while (t->by_who[i]) {
            struct pool_who *w = t->by_who[i];
            t->by_who[i] = w->next;
            free(w);
        }
    free(t->by_addr);
    free(t->by_who);
    *t = (struct pool_leases){0};
}

struct pool_lease *pool_leases_at(struct pool_leases *t, const struct base_addr *addr)
{
    struct pool_lease *l = t->by_addr[slot_of_addr(t, addr)];
    for (t->steps++; l && !base_addr_equal(&l->addr, addr); t->steps++)
        l = l->next;
    return l;
}

struct pool_who *pool_leases_who(struct pool_leases *t, const struct ike_id *id)
{
    const uint32_t hash = ike_index_hash(id);
    struct pool_who *w = t->by_who[slot_of_hash(t, hash)];
    for (t->steps++; w && !(w->hash == hash && ike_id_equal(&w->id, id)); t->steps++)
        w = w->next;
    return w;
}

static struct pool_who *who_make(struct pool_leases *t, const struct ike_id *id)
{
    struct pool_who *w = pool_leases_who(t, id);
    if (w)
        return w;
    w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->id = *id;
    w->hash = ike_index_hash(id);
    struct pool_who **slot = &t->by_who[slot_of_hash(t, w->hash)];
    w->next = *slot;
    *slot = w;
    return w;
}

static void who_drop_empty(struct pool_leases *t, struct pool_who *w)
{
    struct pool_who **p = &t->by_who[slot_of_hash(t, w->hash)];
    if (w->held.first || w->idle.first)
        return;
    while (*p != w)
        p = &(*p)->next;
    *p = w->next;
    free(w);
}

/* ---- lists: of an identity by of_who, of a pool by of_pool ---- */

static struct pool_link *link_of(struct pool_lease *l, bool is_of_who)
{
    return is_of_who ? &l->of_who : &l->of_pool;
}

static void link_add(struct pool_list *list, struct pool_lease *l, bool is_of_who)
{
    *link_of(l, is_of_who) = (struct pool_link){NULL, list->first};
    if (list->first)
        link_of(list->first, is_of_who)->prev = l;
    else
        list->last = l;
    list->first = l;
    list->count++;
}

static void link_remove(struct pool_list *list, struct pool_lease *l, bool is_of_who)
{
    const struct pool_link at = *link_of(l, is_of_who);
    if (at.prev)
        link_of(at.prev, is_of_who)->next = at.next;
    else
        list->first = at.next;
    if (at.next)
        link_of(at.next, is_of_who)->prev = at.prev;
    else
        list->last = at.prev;
    list->count--;
}

void pool_list_add(struct pool_list *list, struct pool_lease *l)
{
    link_add(list, l, false);
}

void pool_list_remove(struct pool_list *list, struct pool_lease *l)
{
    link_remove(list, l, false);
}

/* ---- leases ---- */

struct pool_lease *pool_leases_add(struct pool_leases *t, const struct base_addr *addr,
                                   const struct ike_id *id)
{
    struct pool_lease *l = t->count < POOL_LEASES_MAX ? calloc(1, sizeof *l) : NULL;
    struct pool_who *w = l ? who_make(t, id) : NULL;
    if (!w) {
        free(l);
        return NULL;
    }
    l->addr = *addr;
    l->who = w;
    link_add(&w->idle, l, true);
    struct pool_lease **slot = &t->by_addr[slot_of_addr(t, addr)];
    l->next = *slot;
    *slot = l;
    t->count++;
    return l;
}

void pool_leases_drop(struct pool_leases *t, struct pool_lease *l)
{
    struct pool_lease **p = &t->by_addr[slot_of_addr(t, &l->addr)];
    while (*p != l)
        p = &(*p)->next;
    *p = l->next;
    t->count--;
    link_remove(l->holder ? &l->who->held : &l->who->idle, l, true);
    who_drop_empty(t, l->who);
    l->who = NULL;
    l->holder = 0;
}

void pool_leases_hold(struct pool_lease *l, uint64_t holder, base_time now)
{
    link_remove(l->holder ? &l->who->held : &l->who->idle, l, true);
    l->holder = holder;
    l->since = now;
    link_add(holder ? &l->who->held : &l->who->idle, l, true);
}
