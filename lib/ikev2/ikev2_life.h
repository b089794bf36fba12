/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How long SAs and children live. */

struct ike;
struct ikev2_child;
struct ikev2_sa;

/* It is up from now on: sets its soft and hard end. */
void ikev2_life_start_sa(struct ike *ike, struct ikev2_sa *sa);

/* Lifetimes of the configuration for what lives: rekeying is due by its age, and it has a whole life from now
 * to get there. */
void ikev2_life_set_sa(struct ike *ike, struct ikev2_sa *sa);
void ikev2_life_set_child(struct ike *ike, struct ikev2_child *c);
