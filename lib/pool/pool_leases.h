/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Leases as records: found by address and by identity, each on a list of its pool and of its identity. What
 * they mean is pool_book.h's business. Thread: any, one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_conf.h"

#define POOL_LEASES_MAX 1000000 /* of all pools; more are not made */

struct pool;
struct pool_lease;

/* Those of an identity or pool, the latest first. */
struct pool_list {
    struct pool_lease *first, *last;
    size_t count;
};

/* Who has leases; as long as there is one. */
struct pool_who {
    struct pool_who *next;
    uint32_t hash;
    struct pool_list held, idle; /* by `of_who` */
    struct ike_id id;
};

/* A lease's neighbours on a list. */
struct pool_link {
    struct pool_lease *prev, *next;
};

struct pool_lease {
    struct pool_lease *next; /* by address */
    struct pool_link of_who, of_pool;
    struct pool_lease *change_next; /* with is_changed (pool_change.h) */
    struct pool *pool;
    struct pool_who *who;
    struct base_addr addr;
    uint64_t holder; /* who uses it now, as its owner counts; 0: nobody */
    base_time since; /* held, or idle, since then */
    bool is_fixed;   /* the address is reserved, for whomever */
    bool is_changed;
    bool is_gone; /* in no table; waits to be told of */
};

struct pool_leases {
    uint64_t seed;
    uint64_t steps; /* records and words that were looked at, ever: for tests */
    size_t count, slots;
    struct pool_lease **by_addr;
    struct pool_who **by_who;
};

/* Small tables. 0 or -ENOMEM. */
int pool_leases_init(struct pool_leases *t, uint64_t seed);
/* Tables for about so many leases; they never shrink. 0 or -ENOMEM: they stay as they are. */
int pool_leases_expect(struct pool_leases *t, size_t expected);
/* Frees all leases but those that are gone. */
void pool_leases_fini(struct pool_leases *t);

/* NULL: none. */
struct pool_lease *pool_leases_at(struct pool_leases *t, const struct base_addr *addr);
struct pool_who *pool_leases_who(struct pool_leases *t, const struct ike_id *id);

/* An idle lease on no pool's list; the address has none yet. NULL: no memory, or too many. */
struct pool_lease *pool_leases_add(struct pool_leases *t, const struct base_addr *addr,
                                   const struct ike_id *id);
/* Out of the tables, and of its identity's list; the caller frees it. It is on no pool's list. */
void pool_leases_drop(struct pool_leases *t, struct pool_lease *l);
/* It becomes held by a holder, or idle (0); on its identity's lists that is. */
void pool_leases_hold(struct pool_lease *l, uint64_t holder, base_time now);

/* A pool's list: the new one is first. */
void pool_list_add(struct pool_list *list, struct pool_lease *l);
void pool_list_remove(struct pool_list *list, struct pool_lease *l);
