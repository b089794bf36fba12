/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How long SAs, children and authentications live. */
#include <stdint.h>

struct ike;
struct ikev2_child;
struct ikev2_sa;

/* It is up from now on: sets its soft and hard end. */
void ikev2_life_start_sa(struct ike *ike, struct ikev2_sa *sa);

/* Lifetimes of the configuration for what lives: rekeying is due by its age, and it has a whole life from now
 * to get there. */
void ikev2_life_set_sa(struct ike *ike, struct ikev2_sa *sa);
void ikev2_life_set_child(struct ike *ike, struct ikev2_child *c);

/* A soft limit in bytes or packets, up to a tenth lower, so that those of many do not come at once. 0 stays.
 */
uint64_t ikev2_life_soft(struct ike *ike, uint64_t limit);

/* Seconds that an authentication with this peer lasts: its row's reauth_s, else the connection's; 0: for
 * ever.
 */
uint32_t ikev2_life_auth_s(const struct ikev2_sa *sa);

/* Both have just proved who they are: reauth_s counts from now. */
void ikev2_life_set_auth(struct ike *ike, struct ikev2_sa *sa);
/* The peer says that the authentication ends in so many seconds (AUTH_LIFETIME, RFC 4478): ours is repeated
 * before, with a margin; who was called itself is not told so. */
void ikev2_life_told_auth(struct ike *ike, struct ikev2_sa *sa, uint32_t seconds);
/* A rekeyed SA lives on the authentication of the old one. */
void ikev2_life_inherit_auth(const struct ikev2_sa *old, struct ikev2_sa *heir);
