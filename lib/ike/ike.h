/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The IKEv2 engine. Sans-IO: packets, events and time go in by function calls; what must be done comes out
 * as actions. No socket, clock, thread or randomness inside; all of that is in ike_env or the arguments.
 *
 * Use: call one of the ike_on_*() functions, then take actions with ike_next_action() until it says false,
 * then arrange to be called at ike_deadline(). Thread: one at a time, the control core.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "ike_action.h"
#include "ike_conf.h"
#include "ike_env.h"
#include "ike_stats.h"
#include "ike_view.h"

struct ike;
struct pool_book;

/* Makes an engine with a sealed configuration (takes its own reference). env is copied. NULL: no memory. */
struct ike *ike_new(const struct ike_env *env, const struct ike_conf *conf, base_time now);

/* Frees all, keys wiped, without sending. Jobs that are out stay their holder's, who frees them afterwards.
 * First IKE_EV_SHUTDOWN and its actions for a clean goodbye. */
void ike_free(struct ike *ike);

/*
 * A datagram to UDP 500, or to 4500 with the non-ESP marker taken off, of any length that UDP can carry.
 * Borrows msg until return. What a caller without a proved address sends is looked at in one pass and not
 * kept, when it is longer than 4 KB: it gets a COOKIE, and what comes with that is kept within 8 MB for all
 * callers.
 */
void ike_on_packet(struct ike *ike, base_time now, const struct ike_path *path, struct base_span msg);

/*
 * An operator's, data path's or crypto worker's event. INITIATE, TERMINATE and REKEY return -ENOENT when no
 * such connection or SA exists, -ESRCH when an SA is up and the child, or any, is not, -EALREADY when
 * INITIATE finds it up or under way with its children, -EHOSTUNREACH when the connection has no remote
 * address (it can only answer). INITIATE returns how many children it asks for on an SA that is there, or 0
 * for a call. They act at once: no pause after a refusal holds them up. SHUTDOWN returns 1 while there are
 * SAs that it has not closed: it closes so many that their DELETEs fit a send queue, and is to be repeated a
 * little later. All others return 0.
 */
int ike_on_event(struct ike *ike, base_time now, const struct ike_event *ev);

/*
 * To be called when ike_deadline() is reached; earlier or later does no harm. Of many things that are due it
 * does some, so that their datagrams fit a send queue: ike_deadline() is reached still, and it is to be
 * called again.
 */
void ike_on_timer(struct ike *ike, base_time now);

/* When ike_on_timer() wants to be called; BASE_TIME_NEVER when nothing is pending. */
base_time ike_deadline(const struct ike *ike);

/*
 * Takes the oldest action. Spans inside borrow from the engine until the next call of any ike_*()
 * function. False: nothing to do.
 */
bool ike_next_action(struct ike *ike, struct ike_action *out);

/*
 * Copies the SA with the smallest id greater than after_id (0: the first). False: there is none.
 */
bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out);

/*
 * Counts what the connection of this name has; one look at each of its SAs, of which there may be many
 * thousand; one that is closed under former settings is not among them. False: it is not configured.
 */
bool ike_show_presence(const struct ike *ike, const char *name, struct ike_presence *out);

/*
 * The nth child of the SA with this id, n < n_children of its view; several may have one name, those that
 * were replaced come last. False: there is none.
 */
bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out);

/* Copies what the connection of this name has. False: it is not configured. */
bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out);

/* Pools and leases, which are the engine's; to look at them, and to keep them over a restart. */
struct pool_book *ike_pools(const struct ike *ike);

/* Counters since ike_new(), and gauges of now. Thread: any, while the engine lives. */
void ike_stats(const struct ike *ike, struct ike_stats *out);
