/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What main and aggressive mode share: offers and answers, key exchange as jobs, and the end of phase 1. */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_job.h"
#include "ike_wait.h"
#include "ikev1_step.h"

struct ikev1_msg;
struct wire_ike_builder;

/*
 * A first message of main or aggressive mode: a new SA for its sender, answered as the first connection that
 * takes its offer. NULL: malformed, no connection takes it (told, and answered in clear within limits), over
 * the limits of half-open SAs (told), or no memory.
 */
struct ikev1_sa *ikev1_phase1_on_call(struct ike *ike, const struct ikev1_msg *msg, bool is_aggressive);

/* The SA payload of our call, kept for the hashes. group: only with this one, NONE: with all. */
bool ikev1_phase1_put_offer(struct ike *ike, struct ikev1_sa *sa, enum crypt_dh group,
                            struct wire_ike_builder *b);
/* The SA payload of our answer: what was chosen, as it came. */
void ikev1_phase1_put_answer(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b);
/* The answer to our offer: one transform of ours, with our method. */
bool ikev1_phase1_take_answer(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg);

/* Takes the peer's nonce and public value. False: of a length that is none. */
bool ikev1_phase1_take_ke(struct ikev1_sa *sa, const struct ikev1_msg *msg);
/* Our public value and nonce. */
void ikev1_phase1_put_ke(const struct ikev1_sa *sa, struct wire_ike_builder *b);

/* Begins a job of a key exchange with the SA's group. */
bool ikev1_phase1_dh(struct ike *ike, struct ikev1_sa *sa, const struct ike_job_kind *kind,
                     ike_wait_done_fn *done);
/* Takes what it has made: our public value, the secret. False: it failed. */
bool ikev1_phase1_take_dh(struct ike *ike, struct ikev1_sa *sa, struct ike_job *job);
/* The SA that a job was for; NULL: it is gone. */
struct ikev1_sa *ikev1_phase1_of_job(struct ike *ike, uint64_t sa_id, const struct ike_job *job);

/* The key of a pre-shared key for the pair of identities; told when there is none. */
const struct ike_secret *ikev1_phase1_key(struct ike *ike, const struct ikev1_sa *sa,
                                          const struct ike_conn_conf *conn, const struct ike_id *peer);

/* Whether a NAT is there that the connection forbids; that is told. */
bool ikev1_phase1_forbids_nat(struct ike *ike, const struct ikev1_sa *sa, const struct ike_conn_conf *conn);
/* Notes an INITIAL_CONTACT in a message that is authentic when phase 1 is. */
void ikev1_phase1_take_notifies(struct ikev1_sa *sa, const struct ikev1_msg *msg);
/* INITIAL_CONTACT, when the connection has no other SA (RFC 2407 4.6.3.3). */
void ikev1_phase1_put_contact(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b);

/* Whether both are with the same peer and, where users log in, the same user. */
bool ikev1_phase1_is_same_peer(struct ike *ike, const struct ikev1_sa *a, const struct ikev1_sa *b);
/* It failed, which is counted; FAILS. */
enum ikev1_outcome ikev1_phase1_fail(struct ike *ike, struct ikev1_sa *sa);
/*
 * A peer, and its user, are known: older SAs of the same end, or hand over what they have. False: the
 * connection has enough of them; that is told. Where a login comes first, it is called when that is over.
 */
bool ikev1_phase1_settle_peer(struct ike *ike, struct ikev1_sa *sa, bool initial_contact);
/* Both have proved who they are, as this connection: the SA is up. ENDS, LOGS, or FAILS. */
enum ikev1_outcome ikev1_phase1_up(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn);
