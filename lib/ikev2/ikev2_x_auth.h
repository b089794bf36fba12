/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE_AUTH's two sides and what they share. Proofs and checks are jobs, so a message is kept until its check
 * is done. Everything is verified before anything is committed; the responder's identity must be the
 * configured one before any child exists.
 */
#include <stdbool.h>
#include <stddef.h>
#include "ike_conf.h"
#include "ikev2_step.h"
#include "ikev2_task.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

/* As initiator: asks (ROUNDS), or has our proof made first (PROVES); the keys are there. TURNS: it failed. */
enum ikev2_outcome ikev2_auth_start(struct ike *ike, struct ikev2_sa *sa);

/* ---- handlers of rows ---- */
enum ikev2_outcome ikev2_auth_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_auth_on_round_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_auth_on_given_up(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_auth_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_auth_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
enum ikev2_outcome ikev2_auth_on_round_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);

/* ---- ikev2_auth_up.c: what it means that both are authenticated ---- */
/* The SA is up, with its remote_id set; its state follows when the handler is done. */
void ikev2_auth_commit(struct ike *ike, struct ikev2_sa *sa);
/*
 * Whether `unique` of the connection, or the limit of SAs of an identity, refuses this peer, which proved to
 * be `peer`: its SAs on this connection count, and nobody else's. True: explained, and the oldest of its SAs
 * is asked for a sign of life.
 */
bool ikev2_auth_is_one_too_many(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                                const struct ike_id *peer);
/*
 * Ends or doubts SAs with this peer that were there before: INITIAL_CONTACT ends them where the connection
 * says so, else the latest is asked for a sign of life; one beyond the limit of an identity is closed.
 */
void ikev2_auth_replace_older(struct ike *ike, struct ikev2_sa *sa, bool initial_contact);
/*
 * Whether our call says INITIAL_CONTACT: no other SA of this connection is up, and nobody calls from where
 * the peer is. Else both might call at the same time, and the peer end its own SA, for which we end ours.
 */
bool ikev2_auth_says_contact(const struct ike *ike, const struct ikev2_sa *sa);

/* What follows when the jobs of each side come back. */
const struct ikev2_job_row *ikev2_auth_ask_jobs(size_t *count);
const struct ikev2_job_row *ikev2_auth_answer_jobs(size_t *count);
