/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Shares: what strangers hold here, counted for their addresses and for the prefixes around these (/24 of
 * IPv4, /64 of IPv6: what one party has to itself). When there is too much, the oldest of the greediest
 * address of the greediest prefix goes first, so nobody who holds little pays for one who holds much. Greed
 * is compared by powers of two. All operations take a time that does not depend on how much is held. Thread:
 * control.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"

#define IKE_SHARE_RANKS 21

struct ike;
struct ike_share;

/* Embedded in what is held. All zero: not counted. */
struct ike_share_member {
    struct ike_share_member *prev, *next; /* of its address, the oldest first */
    struct ike_share *of;                 /* its address; NULL: not counted */
};

struct ike_shares {
    struct ike_share **slots; /* hash of addresses and prefixes */
    size_t n_slots;           /* a power of two */
    /* Prefixes by the power of two of what they hold, rings in the order in which they got there. */
    struct ike_share *ranks[IKE_SHARE_RANKS];
};

/* Who holds how much. */
struct ike_share_count {
    uint32_t prefix;  /* what the prefix holds */
    uint32_t address; /* of that, what the address holds */
};

/* The first address of the prefix around an address. Thread: any. */
struct base_addr ike_share_prefix(const struct base_addr *addr);

/* The table, with so many slots (a power of two). 0, or -ENOMEM. */
int ike_share_init(struct ike *ike, size_t n_slots);
/* Frees the table; nothing is counted any more. */
void ike_share_fini(struct ike *ike);

/* Counts one, the youngest of this address. Without memory it stays uncounted. */
void ike_share_add(struct ike *ike, struct ike_share_member *m, const struct base_addr *addr);
/* Counts it no more. One that is not counted is ignored. */
void ike_share_remove(struct ike *ike, struct ike_share_member *m);

/* What an address and its prefix hold. */
struct ike_share_count ike_share_of(const struct ike *ike, const struct base_addr *addr);
/* The same of what is counted, with its address in *addr. */
struct ike_share_count ike_share_held(const struct ike_share_member *m, struct base_addr *addr);

/* The oldest of the greediest, or NULL when nothing is counted. Stays counted. */
struct ike_share_member *ike_share_greediest(const struct ike *ike);
