/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IKE_SA_INIT's two sides and what they share. Nothing in it is authenticated. */
#include <stdbool.h>
#include "ikev2_step.h"
#include "ikev2_task.h"

struct ike;
struct ike_job;
struct ikev2_msg;
struct ikev2_sa;

/* Begins the call of an SA that has its connection and nothing else. */
void ikev2_init_start(struct ike *ike, struct ikev2_sa *sa);

/* Our request goes with the newest cookie from now on. False: there is none but that which it has. */
bool ikev2_init_next_cookie(struct ike *ike, struct ikev2_sa *sa);

/* ---- handlers of rows ---- */
enum ikev2_outcome ikev2_init_on_request(struct ike *ike, struct ikev2_sa *none, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_init_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_init_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);

/* ---- ikev2_x_init_keys.c: how the key exchange ends ---- */
/* The SA's keys from a job that made the secret. False: there are none, which is explained and counted. */
bool ikev2_init_take_secret(struct ike *ike, struct ikev2_sa *sa, struct ike_job *job);
/* The attempt failed, which is counted. TURNS. */
enum ikev2_outcome ikev2_init_fail(struct ike *ike, struct ikev2_sa *sa);
/* The same for a job of key exchange that has failed, explained. TURNS. */
enum ikev2_outcome ikev2_init_fail_job(struct ike *ike, struct ikev2_sa *sa, const struct ike_job *job);
