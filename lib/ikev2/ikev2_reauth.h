/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Repeated authentication, make before break (RFC 7296 2.8.3, RFC 4478): a new IKE SA with its children is
 * made beside the old one, which is closed when all of them are there. When it is due stands in ikev2_life.h,
 * the call in ikev2_event.c, what becomes of the pairs in ikev2_children.h.
 */
#include <stdbool.h>

struct ike;
struct ikev2_sa;

/* Whether another SA is being made in this one's place: nothing else of it is renewed meanwhile. */
bool ikev2_reauth_is_on(const struct ike *ike, const struct ikev2_sa *sa);

/* `fresh` is made in the place of `old`. */
void ikev2_reauth_begin(struct ikev2_sa *old, struct ikev2_sa *fresh);

/* An SA that is being replaced is rekeyed by the peer: its heir is what is to be replaced. */
void ikev2_reauth_pass_on(struct ike *ike, struct ikev2_sa *old, struct ikev2_sa *heir);

/* Once `fresh` is up and has the children that it is to have, the old one is closed. Others: nothing. */
void ikev2_reauth_settle(struct ike *ike, struct ikev2_sa *fresh);

/* An SA ends. Was it made in another's place, that one tries again after a pause; did the peer close it, and
 * nothing brings it back, the call for another one in its place is given up. */
void ikev2_reauth_ended(struct ike *ike, const struct ikev2_sa *sa);
