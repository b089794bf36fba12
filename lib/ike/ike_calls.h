/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Calling peers: when a configuration or an operator says so, and again when an SA is lost. */

#include <stdbool.h>

struct ike;
struct ike_conf;
struct ike_event;
struct ike_run;

/* Runtimes for a configuration, of which a reference is taken. 0, or -ENOMEM. */
int ike_run_init(struct ike *ike, const struct ike_conf *conf);
void ike_run_fini(struct ike *ike);
/* Gives numbers to those connections that have none yet. */
void ike_run_number(struct ike *ike);

/*
 * Calls the peer, for this child or, with NULL, for all; on an SA that is live asks for what it lacks. 0: it
 * is called, more: so many children are asked for, -EHOSTUNREACH: no address or no way, -EALREADY: all is up,
 * or under way.
 */
int ike_run_initiate(struct ike *ike, struct ike_run *run, const char *child);
/* RESOLVED: calls the peer, or says why it cannot be. */
void ike_run_resolved(struct ike *ike, struct ike_run *run, const struct ike_event *ev);
/* A packet wants a child that has no SA. 0: it is being made, or is there; -ENOENT: packets do not make it
 * now; -EAGAIN, -EHOSTUNREACH: not at the moment. */
int ike_run_trap(struct ike *ike, struct ike_run *run, const char *child);
void ike_run_on_timer(struct ike *ike, struct ike_run *run);

/* What is wanted now and has no SA is made: by a call, which is planned, or on the SA that lives. */
void ike_run_plan(struct ike *ike, struct ike_run *run);
/* The connection lost an SA: plans a call where one is wanted. */
void ike_run_lost(struct ike *ike, struct ike_run *run, bool was_up);
