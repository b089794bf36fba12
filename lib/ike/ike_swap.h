/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A configuration takes the place of another one: equal connections keep their SAs, others are closed. With
 * many connections that goes in parts, with packets and time in between. New runtimes are in force from the
 * beginning; one that is wanted before its turn gets it then (ike_run_of()), and what a former one has to do
 * is its heir's (ike_swap_heir()).
 */
#include <stdbool.h>
#include <stddef.h>

struct ike;
struct ike_conf;
struct ike_heirs;
struct ike_run;

/* Begins; heirs may be NULL. Takes them, also with an error. 0, or -ENOMEM: the former stays. No other swap
 * is under way. */
int ike_swap_begin(struct ike *ike, const struct ike_conf *conf, struct ike_heirs *heirs);

/* So many connections and SAs more, a connection with many SAs in parts, too. True: there are others. */
bool ike_swap_more(struct ike *ike, size_t most);

/* What is left of a swap that is over, or is given up, goes. No former runtime is marked as lost any more. */
void ike_swap_end(struct ike *ike);

/* The runtime that stands for this one; NULL: its connection is gone. */
struct ike_run *ike_swap_heir(struct ike *ike, struct ike_run *run);

/* All SAs that wait for this runtime are moved: what follows goes over the SAs of its connection. */
void ike_swap_finish(struct ike *ike, const struct ike_run *run);

/* Plans calls for connections that lost an SA in this dispatch. */
void ike_swap_settle(struct ike *ike);
