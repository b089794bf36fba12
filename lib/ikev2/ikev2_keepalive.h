/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What keeps the mapping of a NAT (RFC 3948 4): we send, when we are behind it and nothing else went out.
 * Where the peer tells what it sees of us (MOBIKE), a liveness check goes in the place of a keepalive after a
 * silence that the NAT was not seen to bear yet: its answer says whether the mapping is another one now,
 * which is mended at once (ikev2_mobike.h), and how long the NAT keeps one is known better (ike_mapping.h).
 * Of a NAT in front of the peer the same is learned by the way, from the ports that its packets come from.
 * Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"
#include "ikev2_mobike.h"

struct ike;
struct ike_path;
struct ike_sa_view;
struct ikev2_sa;

/* The silence in front of the liveness check that is out. */
struct ikev2_keepalive {
    uint64_t out_ns;  /* nothing went out */
    uint64_t both_ns; /* nothing went either way */
};

/* The silence that we allow ourselves, in nanoseconds; 0: there is no mapping of ours to keep. *is_try: it is
 * longer than what is known to be borne. */
uint64_t ikev2_keepalive_ns(const struct ike *ike, const struct ikev2_sa *sa, bool *is_try);

/* When it ends; BASE_TIME_NEVER: never. */
base_time ikev2_keepalive_at(const struct ike *ike, const struct ikev2_sa *sa);

/* It has ended: sends a keepalive, or, where an exchange may begin, wants a liveness check. */
void ikev2_keepalive_due(struct ike *ike, struct ikev2_sa *sa, bool may_ask);

/* A liveness check is about to be sent, and is answered. */
void ikev2_keepalive_asks(const struct ike *ike, struct ikev2_sa *sa);
void ikev2_keepalive_answered(struct ike *ike, struct ikev2_sa *sa, enum ikev2_seen seen);

/* Something authentic came from the peer over this path, before life.last_in tells so. */
void ikev2_keepalive_heard(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path);
