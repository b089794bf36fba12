/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Addresses for peers: pools, and who has which of their addresses. Sans-IO: time comes in as an argument,
 * and what a restart should know comes out as records (pool_change.h). The engine owns the one book there is
 * and asks it directly: a lease ends with its SA, so that a second owner would have to hear of every end.
 *
 * A lease belongs to an identity. While an SA uses it, that is its holder; afterwards it is idle, and its
 * identity finds it again. Addresses nobody ever had are given first, then the one that has been idle the
 * longest, once that is as long as the pool's lease time. Nothing here walks what grows with the number of
 * leases, but a new configuration that moves a pool. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_conf.h"
#include "ike_grant.h"
#include "ike_pool_conf.h"
#include "pool_change.h"

struct pool_book;

/* Who asks for an address, and for which. Borrowed. */
struct pool_want {
    const struct ike_id *id; /* authenticated */
    uint64_t holder;         /* who will use it, not 0: a number that is its owner's alone */
    struct base_addr asked;  /* of family none: any */
    /* It takes the place of an older holder of the same identity, whose addresses it gets. */
    bool takes_over;
    uint64_t former; /* with that: this holder, and no other one, which may be another device; 0: any */
    base_time now;
};

/* NULL: no memory. seed: of its hash tables. */
struct pool_book *pool_book_new(uint64_t seed);
void pool_book_free(struct pool_book *book);

/*
 * The pools are these from now on, known by their numbers in the list. Leases whose address no pool has any
 * more end when they are given back; the idle ones of those end now. expected: about so many leases at the
 * same time, for the size of the tables. 0 or -ENOMEM: all is as before.
 */
int pool_book_set(struct pool_book *book, const struct ike_pool_conf *pools, size_t n, size_t expected);

/*
 * Addresses that belong to identities by rows: they are given by pool_take_fixed() alone, and to nobody else;
 * whoever has one already has it until it is given back. NULL: there are none. Borrowed until the next call
 * returns.
 */
void pool_book_reserve(struct pool_book *book, const struct ike_grants *grants);

/*
 * An address of pool number `pool` < n: one that the holder has already; when it takes over, that of an older
 * holder; the asked one, if it is free or the identity's own; one that the identity had; the lowest that
 * nobody has; the one idle for the longest, beyond its time. 0; -ENOSPC: all are in use, or kept for others;
 * -ENOMEM.
 */
int pool_take(struct pool_book *book, size_t pool, const struct pool_want *want, struct base_addr *out);

/*
 * Exactly want->asked, which belongs to this identity by somebody's word (RADIUS, a row of a file) and may be
 * in no pool. Others who were kept it lose it. 0; -EBUSY: it is in use, by another identity or, without
 * takes_over, by another SA of this one, or it is reserved for another; -ENOMEM.
 */
int pool_take_fixed(struct pool_book *book, const struct pool_want *want);

/* The holder goes. Nothing happens to an address that is another's by now. */
void pool_release(struct pool_book *book, const struct base_addr *addr, uint64_t holder, base_time now);

/* Another takes the holder's place: its SA was rekeyed. */
void pool_hand_over(struct pool_book *book, const struct base_addr *addr, uint64_t from, uint64_t to);

/* Who uses an address of this identity now; 0: nobody, or it is not its. */
uint64_t pool_holder(struct pool_book *book, const struct base_addr *addr, const struct ike_id *id);

/*
 * What an earlier run knew, the longest idle first: the address is kept for its identity. In use it was until
 * `now`. What is in no pool, or somebody's already, is ignored. 0 or -ENOMEM.
 */
int pool_restore(struct pool_book *book, const struct pool_record *record, base_time now);

/* From now on changes are kept for pool_book_change(), which gives the oldest. False: there is none. */
void pool_book_keep_changes(struct pool_book *book);
bool pool_book_change(struct pool_book *book, struct pool_record *out);

/* A pool in numbers; of number n: leases that are in no pool. */
struct pool_view {
    char name[IKE_POOL_NAME_MAX]; /* "" of number n */
    uint32_t size, held, idle;    /* addresses */
    uint32_t reserved;            /* belong to identities by rows, whether these are here or not */
    uint32_t free;                /* nobody's: neither given, nor kept, nor reserved; not of number n */
};
/* False: there is no pool of this number. */
bool pool_view(const struct pool_book *book, size_t pool, struct pool_view *out);

/*
 * All leases, place by place, in no order of any meaning: the n-th at a place below pool_places(), and the
 * number of its pool. False: there are no more at this place. A lease stays at its place until
 * pool_book_set().
 */
size_t pool_places(const struct pool_book *book);
bool pool_lease_at(const struct pool_book *book, size_t place, size_t n, struct pool_record *out,
                   size_t *pool);

/* Records and words that were looked at since the start. */
uint64_t pool_steps(const struct pool_book *book);
