/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of who gets which address. Each lookup is a hash, the end of a list, or four words of bits; the
 * lists of one identity, as long as it had SAs at the same time, are the only ones that are walked.
 */
#include "pool_book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pool_bits.h"
#include "pool_leases.h"
#include "pool_spans.h"

struct pool {
    char name[IKE_POOL_NAME_MAX];
    size_t number;
    uint32_t lease_s;
    bool is_kept;   /* by pool_book_set() */
    bool was_other; /* reserved addresses were others, and bits may tell of those still */
    struct pool_spans spans;
    struct pool_bits bits;       /* of addresses with a lease, and of reserved ones that were met */
    struct pool_list held, idle; /* given back the latest, first */
    uint32_t n_fixed;            /* of these, such with a reserved address */
};

/* Addresses, and whose they are. */
struct place {
    struct base_addr lo;
    struct pool *pool;
};

struct pool_book {
    struct pool_leases leases;
    struct pool_changes changes;
    size_t n_pools, n_places;
    struct pool **pools;
    struct place *places;            /* sorted */
    struct pool none;                /* for leases whose address is in no pool */
    const struct ike_grants *grants; /* borrowed; NULL: nothing is reserved */
};

/* ---- pools ---- */

static void pool_free(struct pool *p)
{
    if (!p)
        return;
    pool_bits_fini(&p->bits);
    free(p);
}

static struct pool *pool_make(const struct ike_pool_conf *conf, const struct pool_spans *spans)
{
    struct pool *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    snprintf(p->name, sizeof p->name, "%s", conf->name);
    p->spans = *spans;
    if (pool_bits_init(&p->bits, spans->size) == 0)
        return p;
    free(p);
    return NULL;
}

/* The pool of this name, most likely where it was. */
static struct pool *pool_named(const struct pool_book *book, const char *name, size_t likely)
{
    if (likely < book->n_pools && strcmp(book->pools[likely]->name, name) == 0)
        return book->pools[likely];
    for (size_t i = 0; i < book->n_pools; i++)
        if (strcmp(book->pools[i]->name, name) == 0)
            return book->pools[i];
    return NULL;
}

static int place_order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return base_addr_compare(&x->lo, &y->lo);
}

/* The pool that an address is in, or the one for those that are in none. */
static struct pool *pool_of(struct pool_book *book, const struct base_addr *addr)
{
    size_t lo = 0, hi = book->n_places;
    uint32_t number;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (base_addr_compare(&book->places[mid].lo, addr) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo && pool_spans_number(&book->places[lo - 1].pool->spans, addr, &number)
               ? book->places[lo - 1].pool
               : &book->none;
}

/* ---- leases ---- */

static struct pool_list *list_of(const struct pool_lease *l)
{
    return l->holder ? &l->pool->held : &l->pool->idle;
}

static void lease_fix(struct pool_lease *l, bool is_fixed)
{
    l->pool->n_fixed += (uint32_t)is_fixed - (uint32_t)l->is_fixed;
    l->is_fixed = is_fixed;
}

/* Puts a lease that is on no pool's list on that of its address. */
static void lease_enter(struct pool_book *book, struct pool_lease *l)
{
    uint32_t number;
    l->pool = pool_of(book, &l->addr);
    lease_fix(l, ike_grants_between(book->grants, &l->addr, &l->addr) > 0);
    pool_list_add(list_of(l), l);
    if (pool_spans_number(&l->pool->spans, &l->addr, &number))
        pool_bits_take(&l->pool->bits, number);
}

static void lease_drop(struct pool_book *book, struct pool_lease *l)
{
    uint32_t number;
    lease_fix(l, false);
    pool_list_remove(list_of(l), l);
    if (pool_spans_number(&l->pool->spans, &l->addr, &number))
        pool_bits_free(&l->pool->bits, number);
    pool_leases_drop(&book->leases, l);
    pool_change_gone(&book->changes, l);
}

static void lease_hold(struct pool_book *book, struct pool_lease *l, uint64_t holder, base_time now)
{
    pool_list_remove(list_of(l), l);
    pool_leases_hold(l, holder, now);
    pool_list_add(list_of(l), l);
    pool_change_note(&book->changes, l);
}

static struct pool_lease *lease_make(struct pool_book *book, const struct base_addr *addr,
                                     const struct ike_id *id)
{
    struct pool_lease *l = pool_leases_add(&book->leases, addr, id);
    if (l)
        lease_enter(book, l);
    return l;
}

static bool is_reserved(const struct pool_book *book, const struct base_addr *addr)
{
    return book->grants && ike_grants_owner(book->grants, addr);
}

static bool is_over(const struct pool_lease *l, base_time now)
{
    return !l->holder && base_time_reached(base_time_add(l->since, l->pool->lease_s * BASE_NS_PER_S), now);
}

/* ---- which address: each of these finds a lease, makes one, or finds none ---- */

/* Whether a lease that is held goes over to who wants it. */
static bool is_inherited(const struct pool_lease *l, const struct pool_want *want)
{
    return want->takes_over && (!want->former || l->holder == want->former);
}

/* Of those that the identity holds: the holder's own, or when it takes over, another's, the asked one first.
 */
static struct pool_lease *find_held(struct pool_book *book, const struct pool *p, struct pool_who *who,
                                    const struct pool_want *want)
{
    struct pool_lease *heir = NULL;
    for (struct pool_lease *l = who ? who->held.first : NULL; l; l = l->of_who.next) {
        book->leases.steps++;
        if (l->pool != p)
            continue;
        if (l->holder == want->holder)
            return l;
        if (is_inherited(l, want) && !is_reserved(book, &l->addr) &&
            (!heir || base_addr_equal(&l->addr, &want->asked)))
            heir = l;
    }
    return heir;
}

static struct pool_lease *find_asked(struct pool_book *book, const struct pool *p, const struct pool_who *who,
                                     const struct pool_want *want)
{
    uint32_t number;
    if (!pool_spans_number(&p->spans, &want->asked, &number) || is_reserved(book, &want->asked))
        return NULL;
    struct pool_lease *l = pool_leases_at(&book->leases, &want->asked);
    if (l && l->who == who)
        return l->holder ? NULL : l;
    if (l && !is_over(l, want->now))
        return NULL;
    if (l)
        lease_drop(book, l);
    return lease_make(book, &want->asked, want->id);
}

static struct pool_lease *find_idle(struct pool_book *book, const struct pool *p, const struct pool_who *who)
{
    struct pool_lease *l = who ? who->idle.first : NULL;
    for (; l && (l->pool != p || is_reserved(book, &l->addr)); l = l->of_who.next)
        book->leases.steps++;
    return l;
}

/* The lowest address that nobody has. A reserved one is met once: then its bit says that it is none. */
static bool bits_free_addr(struct pool_book *book, struct pool *p, struct base_addr *out)
{
    uint32_t number;
    for (;; pool_bits_take(&p->bits, number)) {
        book->leases.steps += POOL_BITS_LEVELS;
        if (!pool_bits_first(&p->bits, &number))
            return false;
        *out = pool_spans_addr(&p->spans, number);
        if (!is_reserved(book, out))
            return true;
    }
}

static void bits_retake(struct pool *p, const struct pool_list *list)
{
    uint32_t number;
    for (const struct pool_lease *l = list->first; l; l = l->of_pool.next)
        if (pool_spans_number(&p->spans, &l->addr, &number))
            pool_bits_take(&p->bits, number);
}

/* Once after a change of what is reserved, and only when no address seems to be left. */
static void bits_renew(struct pool *p)
{
    pool_bits_clear(&p->bits);
    bits_retake(p, &p->held);
    bits_retake(p, &p->idle);
    p->was_other = false;
}

static struct pool_lease *find_new(struct pool_book *book, struct pool *p, const struct pool_want *want)
{
    struct base_addr addr;
    bool is_found = bits_free_addr(book, p, &addr);
    if (!is_found && p->was_other) {
        bits_renew(p);
        is_found = bits_free_addr(book, p, &addr);
    }
    return is_found ? lease_make(book, &addr, want->id) : NULL;
}

static struct pool_lease *find_oldest(struct pool_book *book, struct pool *p, const struct pool_want *want)
{
    struct pool_lease *l;
    while ((l = p->idle.last) != NULL && is_reserved(book, &l->addr))
        lease_drop(book, l); /* it was its identity's before it was reserved */
    if (!l || !is_over(l, want->now))
        return NULL;
    const struct base_addr addr = l->addr;
    lease_drop(book, l);
    return lease_make(book, &addr, want->id);
}

int pool_take(struct pool_book *book, size_t pool, const struct pool_want *want, struct base_addr *out)
{
    struct pool *p = book->pools[pool];
    struct pool_who *who = pool_leases_who(&book->leases, want->id);
    struct base_addr free_addr;
    struct pool_lease *l = find_held(book, p, who, want);
    if (!l)
        l = find_asked(book, p, who, want);
    if (!l)
        l = find_idle(book, p, who);
    if (!l)
        l = find_new(book, p, want);
    if (!l)
        l = find_oldest(book, p, want);
    if (!l)
        return bits_free_addr(book, p, &free_addr) ? -ENOMEM : -ENOSPC;
    if (l->holder != want->holder)
        lease_hold(book, l, want->holder, want->now);
    *out = l->addr;
    return 0;
}

int pool_take_fixed(struct pool_book *book, const struct pool_want *want)
{
    struct pool_lease *l = pool_leases_at(&book->leases, &want->asked);
    const bool is_own = l && l->who == pool_leases_who(&book->leases, want->id);
    const struct ike_id *owner = ike_grants_owner(book->grants, &want->asked);
    if (owner && !ike_id_equal(owner, want->id))
        return -EBUSY;
    if (l && l->holder && l->holder != want->holder && !(is_own && is_inherited(l, want)))
        return -EBUSY;
    if (l && !is_own) {
        lease_drop(book, l);
        l = NULL;
    }
    if (!l)
        l = lease_make(book, &want->asked, want->id);
    if (!l)
        return -ENOMEM;
    if (l->holder != want->holder)
        lease_hold(book, l, want->holder, want->now);
    return 0;
}

void pool_release(struct pool_book *book, const struct base_addr *addr, uint64_t holder, base_time now)
{
    struct pool_lease *l = pool_leases_at(&book->leases, addr);
    if (!l || !holder || l->holder != holder)
        return;
    if (l->pool == &book->none || is_reserved(book, addr))
        lease_drop(book, l); /* nothing has to be remembered */
    else
        lease_hold(book, l, 0, now);
}

void pool_hand_over(struct pool_book *book, const struct base_addr *addr, uint64_t from, uint64_t to)
{
    struct pool_lease *l = pool_leases_at(&book->leases, addr);
    if (l && l->holder == from)
        l->holder = to;
}

uint64_t pool_holder(struct pool_book *book, const struct base_addr *addr, const struct ike_id *id)
{
    const struct pool_lease *l = pool_leases_at(&book->leases, addr);
    return l && ike_id_equal(&l->who->id, id) ? l->holder : 0;
}

/* ---- configuration ---- */

/* The pools as they will be: those that have the same addresses go on. False: no memory. */
static bool set_make(const struct pool_book *book, const struct ike_pool_conf *confs, size_t n,
                     struct pool **out)
{
    struct pool_spans *spans = malloc(sizeof *spans);
    bool ok = spans != NULL;
    for (size_t i = 0; i < book->n_pools; i++)
        book->pools[i]->is_kept = false;
    for (size_t i = 0; i < n && ok; i++) {
        struct pool *old = pool_named(book, confs[i].name, i);
        pool_spans_set(spans, confs[i].ranges);
        out[i] = old && pool_spans_equal(&old->spans, spans) ? old : pool_make(&confs[i], spans);
        ok = out[i] != NULL;
        if (out[i] == old && old)
            old->is_kept = true;
    }
    free(spans);
    return ok;
}

static size_t set_places(struct pool **pools, size_t n, struct place *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < pools[i]->spans.n; j++, count++)
            if (out)
                out[count] = (struct place){pools[i]->spans.list[j].lo, pools[i]};
    if (out)
        qsort(out, count, sizeof *out, place_order);
    return count;
}

/* Moves the leases of a list to where they belong now; the oldest first, so that their order stays. */
static void set_rehome(struct pool_book *book, struct pool_list *list)
{
    struct pool_list from = *list;
    *list = (struct pool_list){0};
    for (struct pool_lease *l = from.last, *prev; l; l = prev) {
        prev = l->of_pool.prev;
        lease_fix(l, false);
        lease_enter(book, l);
        if (l->pool == &book->none && !l->holder)
            lease_drop(book, l);
    }
}

static void set_discard(struct pool **made, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (made[i] && !made[i]->is_kept)
            pool_free(made[i]);
    free(made);
}

/* The pools that are not kept go; their leases find another, or none. */
static void set_retire(struct pool_book *book, struct pool **old, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (old[i]->is_kept)
            continue;
        set_rehome(book, &old[i]->held);
        set_rehome(book, &old[i]->idle);
        pool_free(old[i]);
    }
    set_rehome(book, &book->none.held);
    free(old);
}

int pool_book_set(struct pool_book *book, const struct ike_pool_conf *pools, size_t n, size_t expected)
{
    struct pool **made = calloc(n + 1, sizeof(*made)), **old = book->pools;
    const size_t n_old = book->n_pools;
    if (!made)
        return -ENOMEM;
    const bool is_made = pool_leases_expect(&book->leases, expected) == 0 && set_make(book, pools, n, made);
    const size_t n_places = is_made ? set_places(made, n, NULL) : 0;
    struct place *places = is_made ? calloc(n_places + 1, sizeof *places) : NULL;
    if (!places) {
        set_discard(made, n);
        return -ENOMEM;
    }
    set_places(made, n, places);
    free(book->places);
    book->places = places;
    book->n_places = n_places;
    book->pools = made;
    book->n_pools = book->none.number = n;
    for (size_t i = 0; i < n; i++) {
        made[i]->number = i;
        made[i]->lease_s = pools[i].lease_s;
    }
    set_retire(book, old, n_old);
    return 0;
}

static void reserve_one(struct pool_book *book, const struct base_addr *addr, bool is_fixed)
{
    struct pool_lease *l = pool_leases_at(&book->leases, addr);
    if (l)
        lease_fix(l, is_fixed);
}

/* Both lists are sorted: only what one of them has alone is looked up. */
static void reserve_differ(struct pool_book *book, const struct ike_grants *was, const struct ike_grants *is)
{
    const size_t n = was ? was->n_reserved : 0, m = is ? is->n_reserved : 0;
    for (size_t i = 0, k = 0; i < n || k < m;) {
        const int order = i == n   ? 1
                          : k == m ? -1
                                   : base_addr_compare(&was->reserved[i].addr, &is->reserved[k].addr);
        if (order < 0)
            reserve_one(book, &was->reserved[i].addr, false);
        else if (order > 0)
            reserve_one(book, &is->reserved[k].addr, true);
        i += order <= 0;
        k += order >= 0;
    }
}

void pool_book_reserve(struct pool_book *book, const struct ike_grants *grants)
{
    for (size_t i = 0; i < book->n_pools; i++)
        book->pools[i]->was_other = true;
    reserve_differ(book, book->grants, grants);
    book->grants = grants;
}

/* ---- life ---- */

struct pool_book *pool_book_new(uint64_t seed)
{
    struct pool_book *book = calloc(1, sizeof *book);
    if (!book)
        return NULL;
    if (pool_leases_init(&book->leases, seed) == 0)
        return book;
    free(book);
    return NULL;
}

void pool_book_free(struct pool_book *book)
{
    if (!book)
        return;
    pool_changes_fini(&book->changes);
    pool_leases_fini(&book->leases);
    for (size_t i = 0; i < book->n_pools; i++)
        pool_free(book->pools[i]);
    free(book->pools);
    free(book->places);
    free(book);
}

int pool_restore(struct pool_book *book, const struct pool_record *record, base_time now)
{
    if (record->kind == POOL_RECORD_GONE || pool_of(book, &record->addr) == &book->none ||
        is_reserved(book, &record->addr) || pool_leases_at(&book->leases, &record->addr))
        return 0;
    struct pool_lease *l = lease_make(book, &record->addr, &record->id);
    if (!l)
        return -ENOMEM;
    l->since = record->kind == POOL_RECORD_HELD ? now : base_time_min(record->since, now);
    return 0;
}

void pool_book_keep_changes(struct pool_book *book)
{
    book->changes.is_kept = true;
}

bool pool_book_change(struct pool_book *book, struct pool_record *out)
{
    return pool_change_next(&book->changes, out);
}

/* ---- status ---- */

bool pool_view(const struct pool_book *book, size_t pool, struct pool_view *out)
{
    if (pool > book->n_pools)
        return false;
    const struct pool *p = pool < book->n_pools ? book->pools[pool] : &book->none;
    *out = (struct pool_view){.size = p->spans.size,
                              .held = (uint32_t)p->held.count,
                              .idle = (uint32_t)p->idle.count,
                              .reserved = pool_spans_reserved(&p->spans, book->grants)};
    out->free = out->size - out->held - out->idle - (out->reserved - p->n_fixed);
    memcpy(out->name, p->name, sizeof out->name);
    return true;
}

size_t pool_places(const struct pool_book *book)
{
    return book->leases.slots;
}

bool pool_lease_at(const struct pool_book *book, size_t place, size_t n, struct pool_record *out,
                   size_t *pool)
{
    const struct pool_lease *l = place < book->leases.slots ? book->leases.by_addr[place] : NULL;
    for (; l && n > 0; n--)
        l = l->next;
    if (!l)
        return false;
    pool_record_of(l, out);
    *pool = l->pool->number;
    return true;
}

uint64_t pool_steps(const struct pool_book *book)
{
    return book->leases.steps;
}
