/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE_AUTH's two sides and what they share. Proofs and checks are jobs, so a message is kept until its check
 * is done. Everything is verified before anything is committed; the responder's identity must be the
 * configured one before any child exists.
 */
#include <stdbool.h>
#include "ike_conf.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

/* As initiator: asks, or has our proof made first; the keys are there. */
void ikev2_auth_start(struct ike *ike, struct ikev2_sa *sa);

/* ---- handlers of rows ---- */
void ikev2_auth_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
void ikev2_auth_on_round_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
void ikev2_auth_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
void ikev2_auth_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
void ikev2_auth_on_round_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);

/* ---- ikev2_auth_up.c: what it means that both are authenticated ---- */
/* The SA is up, with this peer. */
void ikev2_auth_commit(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *peer);
/* Ends or doubts the SAs with this peer that were there before. */
void ikev2_auth_replace_older(struct ike *ike, struct ikev2_sa *sa, bool initial_contact);
/* Whether no other SA of this connection is up. */
bool ikev2_auth_is_first(const struct ikev2_sa *sa);
