/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Several ISAKMP SAs with one peer: which of them goes on, and how long the others stay. IKEv1 has no rule
 * for that. What is up last takes over, as with strongSwan; no other one ends before the peer has shown that
 * it has that too, and one that the peer may have for the newer (a twin) stays until the peer ends it, or
 * shows by which one it goes on. Where the one that took over is lost, the one before it goes on.
 */
#include <stdbool.h>

struct ike;
struct ikev1_sa;

/* Two SAs with a peer at one place: what the older one made goes on under the other, at once or, where that
 * waits for the configuration of the newer one, when it has it. Thread: control. */
void ikev1_heir_replace(struct ike *ike, struct ikev1_sa *older, struct ikev1_sa *newer);
/* Whether an SA whose time is over stays, as it was replaced and the peer has not shown that it has the one
 * that took over, or goes on by that: it is asked there, which shows it by which one we go on. */
bool ikev1_heir_keeps(struct ike *ike, struct ikev1_sa *sa);
/* The peer no longer has this SA, or is silent there: what it made goes on under one that it had taken over
 * from. False: there is none. The caller ends the SA. */
bool ikev1_heir_yield(struct ike *ike, struct ikev1_sa *sa);
/* The peer began something under this SA: it goes on by it. Of twins both then take the one with the lower
 * cookie. */
void ikev1_heir_used(struct ike *ike, struct ikev1_sa *sa);
/* It is dead: it stands for no other one from now on, and those that still do for it end. */
void ikev1_heir_bury(struct ike *ike, struct ikev1_sa *sa);
