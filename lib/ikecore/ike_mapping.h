/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How long a NAT keeps a UDP mapping through which nothing goes (RFC 4787 4.3: some keep it 30 s, some
 * minutes), as silences showed: the longest after which it was still there, and the shortest after which it
 * was gone. The next silence to try is chosen between the two, so that a few tries find the end, and none is
 * longer than IKE_MAPPING_MOST_S. What is known of a NAT stands under one address: ours behind it, or the
 * peer's in front of it.
 *
 * That a mapping was kept shows when the first packet after the silence comes in from outside. One that goes
 * out makes a new mapping where the old one is gone, and most NATs give it the same port, so that nothing
 * shows: it tells only of NATs that were seen to give another one. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"

struct ike;

#define IKE_MAPPING_LEAST_S 5   /* shorter silences end no mapping: something else did */
#define IKE_MAPPING_MOST_S  300 /* no longer silence is tried */
#define IKE_MAPPING_SETS    256 /* a cap on how many NATs are known: of each set of IKE_MAPPING_WAYS the one */
#define IKE_MAPPING_WAYS    8   /* that was not heard of for the longest goes */

/* What is known of one NAT. */
struct ike_mapping {
    struct base_addr nat; /* family none: the place is free */
    uint64_t held_ns;     /* it kept a mapping through such a silence; 0: not known */
    uint64_t lost_ns;     /* it forgot one within such a silence; 0: never seen */
    base_time lost_at;    /* when that was */
    base_time heard_at;
    bool gives_others; /* ports: of a new mapping the peer sees that it is one */
    bool is_doubted;   /* it forgot one within held_ns since: it may be another one by now, or started anew */
};

/* All of them; NULL as list: none yet. */
struct ike_mappings {
    struct ike_mapping *list; /* owned */
};

void ike_mappings_free(struct ike_mappings *m);

/* What is known of this NAT, or NULL: nothing. Borrowed until the next of the functions below. */
const struct ike_mapping *ike_mapping_find(const struct ike *ike, const struct base_addr *nat);

/* A mapping was still there after nothing had gone either way for so long. Less than IKE_MAPPING_LEAST_S
 * tells nothing, here and below. */
void ike_mapping_held(struct ike *ike, const struct base_addr *nat, uint64_t silence_ns);

/* It was gone after nothing had gone out for so long; gives_other: the next packet got another port. */
void ike_mapping_lost(struct ike *ike, const struct base_addr *nat, uint64_t silence_ns, bool gives_other);

/*
 * The next silence to try. m NULL: nothing is known; first_ns: what is tried then. *is_try false: nothing is
 * to be tried, the end is found.
 */
uint64_t ike_mapping_next(const struct ike_mapping *m, uint64_t first_ns, bool *is_try);

/* The longest silence that can be relied on: first_ns while nothing longer is known, and nothing against it.
 */
uint64_t ike_mapping_safe(const struct ike_mapping *m, uint64_t first_ns);
