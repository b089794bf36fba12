/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Pairs with the same selectors whose outbound packets the workers share out: each seals with a pair of its
 * own, so that none hands packets to another (RFC 9611 3). A group stands in the lists of selectors as one
 * (sad_fast.h, SAD_SPD_GROUP), whatever pairs come and go. Thread: control.
 */
#include "sad_int.h"

/* Empty tables. 0, or -ENOMEM (then sad_group_fini() is called all the same). */
int sad_group_init(struct sad *sad);
void sad_group_fini(struct sad *sad);

/*
 * Puts a pair that is about to be installed into the group of the pair of p->beside_in, or into a new one
 * where there is none with its selectors, and gives it a home: the worker of the pair that it replaces, or
 * that with the fewest pairs of the group, of several one that asked. A pair that is not shared only gets a
 * home. 0, or -ENOMEM.
 */
int sad_group_join(struct sad *sad, struct sad_pair *pair, const struct esp_pair *p);

/* Its packets are sealed with the pair from now on, by its home first of all. 0, or -ENOMEM. */
int sad_group_activate(struct sad *sad, struct sad_pair *pair);

/* No more: others of the group take its place. */
void sad_group_rest(struct sad *sad, struct sad_pair *pair);

/* The pair leaves; the last one takes the group with it. */
void sad_group_leave(struct sad *sad, struct sad_pair *pair);

/* The outbound direction of a pair is another worker's from now on. */
void sad_group_rehome(struct sad *sad, struct sad_pair *pair, uint16_t worker);

/* How many active pairs its group has; 0: it stands alone, or all of them rest. */
uint32_t sad_group_count(const struct sad *sad, const struct sad_pair *pair);

/* The candidates that stand for a pair: its own or its group's. */
uint32_t sad_group_cands(const struct sad *sad, const struct sad_pair *pair);
