/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How long ISAKMP SAs and children live: as configured, and no longer than the peer said (RFC 2407 4.5.4). */
#include <stdint.h>

struct ike;
struct ikev1_child;
struct ikev1_sa;

/* The SA is up. */
void ikev1_life_set_sa(struct ike *ike, struct ikev1_sa *sa);
/* The child is made; told_s: the life that the peer named, 0: none. */
void ikev1_life_set_child(struct ike *ike, struct ikev1_child *c, uint32_t told_s);
