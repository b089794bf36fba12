/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What keeps the mapping of a NAT (RFC 3948 4): we send, when we are behind it and nothing else went out. How
 * long the silences may be is learned (ike_mapping.h), where the peer helps: asked in a liveness check to
 * call us after so many seconds, it says that it will, and we are silent until then. When its call comes, the
 * NAT has kept the mapping; when none comes, it is made anew by a liveness check of ours. What MOBIKE tells
 * of where the peer sees us counts as well, and what comes from the peer by itself. Of a NAT in front of the
 * peer the same is learned by the way: from answers to what we ask, and from the ports that its packets come
 * from.
 *
 * The peer is asked by a status notify for private use, which others ignore (RFC 7296 3.10.1). Thread:
 * control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"
#include "ikev2_mobike.h"

struct ike;
struct ike_path;
struct ikev2_msg;
struct ikev2_sa;
struct wire_ike_builder;

#define IKEV2_N_CALL_ME 40970 /* seconds, 16 bits; in the answer: empty */

struct ikev2_keepalive {
    uint16_t asked_s;      /* the liveness check that is out asks to be called after that; 0: it does not */
    bool is_refused;       /* the peer does not know what we ask, or it leads nowhere: it is asked no more */
    uint8_t voids;         /* silences in a row that something else ended */
    uint64_t try_ns;       /* the silence until its call; 0: none is waited for */
    base_time waits_until; /* with try_ns */
    base_time call_at;     /* the peer wants to be called; 0: it does not */
    uint64_t out_ns;       /* nothing went out for so long before our newest request, */
    uint64_t both_ns;      /* nor came in */
};

/* The silence that we allow ourselves, in nanoseconds; 0: there is no mapping of ours to keep. */
uint64_t ikev2_keepalive_ns(const struct ike *ike, const struct ikev2_sa *sa);

/* When something is to be done; BASE_TIME_NEVER: never. */
base_time ikev2_keepalive_at(const struct ike *ike, const struct ikev2_sa *sa);

/* It is time: sends a keepalive, or, where an exchange may begin, wants a liveness check. */
void ikev2_keepalive_due(struct ike *ike, struct ikev2_sa *sa, bool may_ask);

/* Adds to a liveness check of ours what is to be asked, and takes what its answer says, and what that tells
 * of where the peer sees us. */
void ikev2_keepalive_put(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b);
void ikev2_keepalive_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                              enum ikev2_seen seen);

/* The peer's request may ask for a call; the answer says that it will come. */
void ikev2_keepalive_on_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                struct wire_ike_builder *b);

/* A request, or an answer to our newest one, came from the peer over this path, before life.last_in says so.
 */
void ikev2_keepalive_heard(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path,
                           bool is_response);
