/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Traffic selectors and lists of them as sets: what IKE negotiates (RFC 7296 2.9, 3.13), what a configuration
 * asks for, and what the SA tables enforce (RFC 4301 4.4.1). Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_text.h"

#define BASE_TS_MAX 255 /* selectors in a list: as many as a payload of IKE counts (RFC 7296 3.13) */

/* A box of addresses, ports and protocol. OPAQUE ports are start 65535, end 0 (RFC 7296 3.13.1). */
struct base_ts {
    uint8_t protocol; /* 0: any */
    uint16_t port_lo;
    uint16_t port_hi;
    struct base_addr lo; /* of the same family as hi */
    struct base_addr hi;
};

/* The union of its boxes. */
struct base_ts_list {
    size_t count;
    size_t skipped; /* selectors of a type that we do not know, left out of the list */
    struct base_ts list[BASE_TS_MAX];
};

/*
 * What both lists have in common, in the order of what was offered, so that its first selectors are kept (RFC
 * 7296 2.9), and without selectors that lie in others. At most BASE_TS_MAX; skipped counts those that did not
 * fit. False: nothing (answer TS_UNACCEPTABLE). out may be one of the arguments.
 */
bool base_ts_narrow(const struct base_ts_list *policy, const struct base_ts_list *offered,
                    struct base_ts_list *out);

/* Each box of inner lies in one box of outer; false for an empty inner. */
bool base_ts_within(const struct base_ts_list *inner, const struct base_ts_list *outer);

/* One box of the list has all of t. */
bool base_ts_holds(const struct base_ts_list *l, const struct base_ts *t);

/* Some packet lies in both. */
bool base_ts_overlap(const struct base_ts_list *a, const struct base_ts_list *b);

/* Each within the other. */
bool base_ts_equal(const struct base_ts_list *a, const struct base_ts_list *b);

/*
 * Lists that are kept have room for their selectors alone, are never copied by value, and belong to who keeps
 * them (free); none is NULL. Makes *kept a copy of l, or none when l is NULL, in the place of what it was.
 * False: no memory, *kept is none.
 */
bool base_ts_set(struct base_ts_list **kept, const struct base_ts_list *l);

/* Copies the selectors that there are into a list with room for all. */
void base_ts_copy(struct base_ts_list *to, const struct base_ts_list *from);

/* The list has this selector alone. */
static inline void base_ts_set_one(struct base_ts_list *l, const struct base_ts *t)
{
    l->count = 1;
    l->skipped = 0;
    l->list[0] = *t;
}

/* How many selectors; 0 for none. */
static inline size_t base_ts_count(const struct base_ts_list *l)
{
    return l ? l->count : 0;
}

/*
 * A selector of a configuration for addresses that are known only when an SA is up: those that one side gets
 * from the other. Its lo and hi have no family, so it has nothing in common with any but its like.
 */
static inline bool base_ts_is_dynamic(const struct base_ts *t)
{
    return t->lo.family == BASE_AF_NONE;
}

/* Whether one of them is; NULL: no. */
bool base_ts_has_dynamic(const struct base_ts_list *l);

/*
 * Copies a list with a selector for each of these addresses in the place of each dynamic one; without
 * addresses those are left out. l may be NULL: none. What does not fit is counted in skipped.
 */
void base_ts_fill(struct base_ts_list *out, const struct base_ts_list *l, const struct base_addr *addrs,
                  size_t n);

/* The one address that all of them are for. NULL: they have several, or there is something that is not known.
 */
const struct base_addr *base_ts_host(const struct base_ts_list *l);

/* All of them are for this address instead. */
void base_ts_set_host(struct base_ts_list *l, const struct base_addr *host);

/* Appends "10.1.0.0/16[6/443], 10.2.0.1-10.2.0.9, dynamic", or "(none)". */
void base_ts_text(struct base_text *t, const struct base_ts_list *l);
