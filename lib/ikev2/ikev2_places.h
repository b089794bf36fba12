/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Where the two ends of an IKE SA can be reached besides where they are: the pairs of addresses that a
 * request may take (RFC 4555 3.4). Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "ike_conf.h"
#include "ike_path.h"

struct ike;
struct ikev2_sa;

#define IKEV2_PLACES_MAX IKE_ADDRS_MAX /* of a peer; what it names beyond is not kept */
#define IKEV2_PAIRS_AT   2 /* repetitions of a request before it is sent over other pairs of addresses, too */
#define IKEV2_PAIRS_MAX  8 /* that a request is sent over at a time */

/* The peer's further addresses, as it named them last. */
struct ikev2_places {
    uint8_t count;
    struct base_addr list[IKEV2_PLACES_MAX];
};

/* Those of the peer of an SA. */
const struct ikev2_places *ikev2_places_of(const struct ikev2_sa *sa);

/* Copies them, in place of what there was. Without memory that stays. */
void ikev2_places_keep(struct ikev2_sa *sa, const struct ikev2_places *p);

/* The peer is reached at `now` from here on, and no more at `before`, which stays one of its addresses. */
void ikev2_places_exchange(struct ikev2_places *p, const struct base_addr *now,
                           const struct base_addr *before);

/*
 * The nth pair of ends that a request may take by UDP, the present one not among them: where we decide, each
 * address of the peer's with each of ours of its family that is in use and leads there; else the one that the
 * peer was heard over. False: there is no nth.
 */
bool ikev2_places_pair(struct ike *ike, const struct ikev2_sa *sa, size_t n, struct ike_path *out);

/* The present path from the first of our addresses that is in use and leads to the peer's. False: none does.
 */
bool ikev2_places_here(struct ike *ike, const struct ikev2_sa *sa, struct ike_path *out);

/* Whether it is one of these pairs. */
bool ikev2_places_has_pair(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path);

/* Whether the connection allows this address of ours. */
bool ikev2_places_is_allowed(const struct ike_conn_conf *c, const struct base_addr *local);

/* Whether it is an address of an outside port of ours, with a link or without. */
bool ikev2_places_is_ours(struct ike *ike, const struct base_addr *local);

/* Whether our end of this path is still ours, allowed by the SA's connection if that is known, and leads to
 * the other. */
bool ikev2_places_is_usable(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path);
