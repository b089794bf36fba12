/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKEv2 as the engine's doors see it (RFC 7296). It has its part of the engine behind ike->v2; functions mark
 * what they want, and ikev2_settle() does it. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_action.h"
#include "ike_env.h"
#include "ike_path.h"
#include "ike_view.h"

struct ike;
struct ike_run;
struct ikev2_sa;
struct ike_timer;

/* IKEv2's part of an engine, with tables for the configuration's caps. 0, or -ENOMEM. */
int ikev2_new(struct ike *ike, const struct ike_conf *conf);

/* Frees it with all SAs, nothing sent. */
void ikev2_free(struct ike *ike);

/* A datagram whose header says IKEv2. Borrows until return. */
void ikev2_on_packet(struct ike *ike, const struct ike_path *path, struct base_span bytes);

/* A datagram with a whole header of a later major version: counted, and answered within limits (RFC
 * 7296 2.5). */
void ikev2_on_later_version(struct ike *ike, const struct ike_path *path, struct base_span bytes);

/* A timer of an SA was reached and is cleared. */
void ikev2_on_timer(struct ike *ike, struct ike_timer *t);

/* Ends a dispatch: buries the dead, starts what is due, sets timers. Once, at the end of each door. */
void ikev2_settle(struct ike *ike);

/* Whether a connection has an SA that is up or being made by us. */
bool ikev2_has_live(const struct ike *ike, const struct ike_run *run);

/* Calls the peer, for the children that are WANTED or ASKED for (ike_run.h), or for all. 0, or -ENOMEM. */
int ikev2_call(struct ike *ike, struct ike_run *run, const struct ike_path *path);

/* The same in the place of an SA that is up, to where that has its peer, for the children that it has
 * (ikev2_reauth.h). False: there is no room for one more now. */
bool ikev2_call_again(struct ike *ike, struct ikev2_sa *old);

/*
 * Marks those children that a connection with a live SA lacks, or the one that is named, to be made; is_now:
 * at once, else when what the peer has just refused may be asked for again. Returns how many; 0: they are
 * there, or under way.
 */
int ikev2_make_children(struct ike *ike, struct ike_run *run, const char *child, bool is_now);

/* DELETE for a child. 0, -ENOENT: no SA is up, -ESRCH: the child is not. */
int ikev2_terminate_child(struct ike *ike, struct ike_run *run, const char *child);

/* DELETE for up to `most` SAs of a connection. 0, 1: it has others, or -ENOENT: it has none. */
int ikev2_terminate(struct ike *ike, struct ike_run *run, size_t most);

/* REKEY of a connection. 0, -ENOENT: no SA of it is up, -ESRCH: one is, but no child of it, or not this. */
int ikev2_rekey(struct ike *ike, struct ike_run *run, const struct ike_event *ev);

/* Repeats the authentication of a connection. 0, -ENOENT: no SA of it is up, -EHOSTUNREACH: the peer calls.
 */
int ikev2_reauthenticate(struct ike *ike, struct ike_run *run);

/* REDIRECT: clients of a connection (NULL: all) are sent to `to`, some at a time. How many they are. */
int ikev2_redirect_clients(struct ike *ike, const struct ike_run *run, const char *to);

/*
 * Up to *most SAs of a runtime that goes: each to that of `conn`, the same connection in the new
 * configuration, whose difference asks for no new SA; or, where that cannot be for this one, and with NULL,
 * closed under the old one. *most is less by their number; when it is 0, others may be left. Whether all of
 * them went over.
 */
bool ikev2_hand_over(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn, size_t *most);

/* DELETE for the next `most` SAs, the oldest first; again for those that follow. 0: there are no more. */
size_t ikev2_shut_down(struct ike *ike, size_t most);

/* SA_SOFT, SA_HARD, SA_FAILED, PEER_MOVED, PATH_MTU, TRAFFIC or UNKNOWN_SPI; a child that is not there is
 * ignored. */
void ikev2_on_event(struct ike *ike, const struct ike_event *ev);

/* The SA with the smallest number greater than after_id. False: there is none. */
bool ikev2_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out);
/* The same among those of a runtime. */
void ikev2_show_presence(const struct ike *ike, const struct ike_run *run, struct ike_presence *out);
/* The nth child of the SA with this number, replaced ones last. False: there is none. */
bool ikev2_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out);
