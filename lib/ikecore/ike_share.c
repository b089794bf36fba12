/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shares of addresses and prefixes. One struct serves both: a prefix has rings of addresses, an address has a
 * list of members. What holds nothing is freed, so there are never more of them than members, twice.
 */
#include "ike_share.h"

#include <errno.h>
#include <stdlib.h>
#include "ike_core.h"
#include "ike_table.h"

struct ike_share {
    struct base_addr key; /* the address; of a prefix: the first one */
    struct ike_share *hash_next;
    struct ike_share *prev, *next; /* ring of its rank */
    struct ike_share *prefix;      /* NULL: it is one */
    uint32_t count;
    struct ike_share *ranks[IKE_SHARE_RANKS]; /* of a prefix: its addresses */
    struct ike_share_member *first, *last;    /* of an address */
};

static unsigned share_rank(uint32_t count)
{
    unsigned rank = 0;
    while (count > 1 && rank < IKE_SHARE_RANKS - 1) {
        count >>= 1;
        rank++;
    }
    return rank;
}

/* ---- rings ---- */

static struct ike_share **share_ranks(struct ike *ike, struct ike_share *s)
{
    return s->prefix ? s->prefix->ranks : ike->shares.ranks;
}

static void ring_append(struct ike_share **ring, struct ike_share *s)
{
    if (!*ring) {
        *ring = s->prev = s->next = s;
        return;
    }
    s->next = *ring;
    s->prev = s->next->prev;
    s->prev->next = s->next->prev = s;
}

static void ring_take(struct ike_share **ring, struct ike_share *s)
{
    if (*ring == s)
        *ring = s->next == s ? NULL : s->next;
    s->prev->next = s->next;
    s->next->prev = s->prev;
}

/* The first of the highest rank. */
static struct ike_share *ring_highest(struct ike_share *const ranks[IKE_SHARE_RANKS])
{
    for (size_t i = IKE_SHARE_RANKS; i-- > 0;)
        if (ranks[i])
            return ranks[i];
    return NULL;
}

static void share_count(struct ike *ike, struct ike_share *s, uint32_t count)
{
    struct ike_share **ranks = share_ranks(ike, s);
    const unsigned from = share_rank(s->count), to = share_rank(count);
    if (s->count && (!count || from != to))
        ring_take(&ranks[from], s);
    if (count && (!s->count || from != to))
        ring_append(&ranks[to], s);
    s->count = count;
}

/* ---- addresses and prefixes ---- */

struct base_addr ike_share_prefix(const struct base_addr *addr)
{
    const size_t bytes = addr->family == BASE_AF_IP4 ? 3 : 8;
    struct base_addr p = *addr;
    for (size_t i = bytes; i < sizeof p.bytes; i++)
        p.bytes[i] = 0;
    return p;
}

static struct ike_share **share_slot(const struct ike *ike, const struct base_addr *key, bool is_prefix)
{
    uint8_t bytes[18] = {key->family, is_prefix};
    for (size_t i = 0; i < 16; i++)
        bytes[2 + i] = key->bytes[i];
    return &ike->shares.slots[ike_hash(ike, bytes, sizeof bytes) & (ike->shares.n_slots - 1)];
}

static struct ike_share *share_find(const struct ike *ike, const struct base_addr *key, bool is_prefix)
{
    struct ike_share *s = *share_slot(ike, key, is_prefix);
    while (s && !(base_addr_equal(&s->key, key) && (s->prefix == NULL) == is_prefix))
        s = s->hash_next;
    return s;
}

static struct ike_share *share_make(struct ike *ike, const struct base_addr *key, struct ike_share *prefix)
{
    struct ike_share *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    struct ike_share **slot = share_slot(ike, key, prefix == NULL);
    s->key = *key;
    s->prefix = prefix;
    s->hash_next = *slot;
    *slot = s;
    return s;
}

/* Frees what holds nothing. */
static void share_reap(struct ike *ike, struct ike_share *s)
{
    if (s->count)
        return;
    struct ike_share **p = share_slot(ike, &s->key, s->prefix == NULL);
    while (*p != s)
        p = &(*p)->hash_next;
    *p = s->hash_next;
    free(s);
}

int ike_share_init(struct ike *ike, size_t n_slots)
{
    ike->shares.n_slots = n_slots;
    ike->shares.slots = ike_table_slots(n_slots, sizeof(*ike->shares.slots));
    return ike->shares.slots ? 0 : -ENOMEM;
}

void ike_share_fini(struct ike *ike)
{
    struct ike_shares *all = &ike->shares;
    for (size_t i = 0; all->slots && i < all->n_slots; i++) {
        for (struct ike_share *s = all->slots[i], *next; s; s = next) {
            next = s->hash_next;
            free(s);
        }
    }
    free(all->slots);
    *all = (struct ike_shares){0};
}

void ike_share_add(struct ike *ike, struct ike_share_member *m, const struct base_addr *addr)
{
    const struct base_addr key = ike_share_prefix(addr);
    struct ike_share *p = share_find(ike, &key, true);
    struct ike_share *a = p ? share_find(ike, addr, false) : NULL;
    if (!p)
        p = share_make(ike, &key, NULL);
    if (p && !a)
        a = share_make(ike, addr, p);
    if (!a) {
        if (p)
            share_reap(ike, p);
        return;
    }
    m->of = a;
    m->next = NULL;
    m->prev = a->last;
    *(a->last ? &a->last->next : &a->first) = m;
    a->last = m;
    share_count(ike, a, a->count + 1);
    share_count(ike, p, p->count + 1);
}

void ike_share_remove(struct ike *ike, struct ike_share_member *m)
{
    struct ike_share *a = m->of;
    if (!a)
        return;
    struct ike_share *p = a->prefix;
    *(m->prev ? &m->prev->next : &a->first) = m->next;
    *(m->next ? &m->next->prev : &a->last) = m->prev;
    *m = (struct ike_share_member){0};
    share_count(ike, a, a->count - 1);
    share_count(ike, p, p->count - 1);
    share_reap(ike, a);
    share_reap(ike, p);
}

struct ike_share_count ike_share_of(const struct ike *ike, const struct base_addr *addr)
{
    const struct base_addr key = ike_share_prefix(addr);
    const struct ike_share *p = share_find(ike, &key, true);
    const struct ike_share *a = p ? share_find(ike, addr, false) : NULL;
    return (struct ike_share_count){p ? p->count : 0, a ? a->count : 0};
}

struct ike_share_count ike_share_held(const struct ike_share_member *m, struct base_addr *addr)
{
    *addr = m->of->key;
    return (struct ike_share_count){m->of->prefix->count, m->of->count};
}

struct ike_share_member *ike_share_greediest(const struct ike *ike)
{
    const struct ike_share *p = ring_highest(ike->shares.ranks);
    return p ? ring_highest(p->ranks)->first : NULL;
}
