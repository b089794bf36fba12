/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKEv1 as the engine's doors see it (RFC 2407, 2408, 2409, 3947). It has its part of the engine behind
 * ike->v1; functions mark what they want, and ikev1_settle() does it. What they are and return is as of the
 * functions of their names in ikev2.h. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_action.h"
#include "ike_path.h"
#include "ike_view.h"

struct ike;
struct ike_run;
struct ike_timer;

int ikev1_new(struct ike *ike, const struct ike_conf *conf);
void ikev1_free(struct ike *ike);

/* Whether a connection of this version is configured, or an SA of one is still there. */
bool ikev1_is_spoken(struct ike *ike);

/* A datagram whose header says IKEv1. Borrows until return. */
void ikev1_on_packet(struct ike *ike, const struct ike_path *path, struct base_span bytes);
void ikev1_on_timer(struct ike *ike, struct ike_timer *t);
void ikev1_settle(struct ike *ike);

bool ikev1_has_live(const struct ike *ike, const struct ike_run *run);
int ikev1_call(struct ike *ike, struct ike_run *run, const struct ike_path *path);
int ikev1_make_children(struct ike *ike, struct ike_run *run, const char *child, bool is_now);
int ikev1_terminate_child(struct ike *ike, struct ike_run *run, const char *child);
int ikev1_terminate(struct ike *ike, struct ike_run *run, size_t most);
int ikev1_rekey(struct ike *ike, struct ike_run *run, const struct ike_event *ev);
int ikev1_reauthenticate(struct ike *ike, struct ike_run *run);
bool ikev1_hand_over(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn, size_t *most);
size_t ikev1_shut_down(struct ike *ike, size_t most);
void ikev1_on_event(struct ike *ike, const struct ike_event *ev);

bool ikev1_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out);
void ikev1_show_presence(const struct ike *ike, const struct ike_run *run, struct ike_presence *out);
bool ikev1_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out);
