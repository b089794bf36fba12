/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A post-quantum preshared key (RFC 8784): it is mixed into SK_d, SK_pi and SK_pr of a new IKE SA when both
 * sides say USE_PPK and have the one that the initiator names. Where neither demands it, the initiator adds a
 * proof without it. The initiator's first AUTH and the answer to it settle that. Later rounds (RFC 4739) say
 * nothing of it and are proved by the keys as they are then, which no RFC says: strongSwan does it so.
 * Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_alg.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ikev2_keymat.h"

struct ike;
struct ike_job_auth;
struct ikev2_msg;
struct ikev2_sa;
struct wire_ike_builder;

/* Kept with sa->init, in secret memory; NULL there: not both sides said USE_PPK, or it is settled. */
struct ikev2_ppk {
    bool is_mixed;         /* the SA's keys have it; those without it are below */
    bool is_fallback;      /* as responder: the caller is checked by its proof without it */
    struct ike_blob plain; /* as initiator: our proof without it, when it is made; owned */
    uint8_t sk_d[CRYPT_PRF_MAX];
    struct ikev2_proof_keys proof;
};

/* Both said USE_PPK. False: no memory, and it is as if they had not. */
bool ikev2_ppk_agree(struct ikev2_sa *sa);

/* ---- initiator ---- */

/* Whether IKE_AUTH may begin: not with a peer that does not use one when it is required. Explained. */
bool ikev2_ppk_admits(struct ike *ike, const struct ikev2_sa *sa);

/* Before our proof is made: mixes the keys, unless a proof without it comes first. 0, or a negative errno. */
int ikev2_ppk_prepare(struct ike *ike, struct ikev2_sa *sa);

/* A proof is there. True: it was the one without the PPK and is kept, and another one is to be made. */
bool ikev2_ppk_keeps(struct ikev2_sa *sa, const struct ike_job_auth *proof);

/* PPK_IDENTITY, and NO_PPK_AUTH where a proof without it was made, behind our AUTH. */
void ikev2_ppk_put(const struct ikev2_sa *sa, struct wire_ike_builder *b);

/* Before the peer's proof is checked: whether it uses the PPK; where it does not, its keys go back. False: it
 * is required; explained. */
bool ikev2_ppk_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* The peer's proof that this was asked of is good: it is settled. */
void ikev2_ppk_settle(struct ikev2_sa *sa);

/* ---- responder ---- */

/*
 * Before the caller's proof is checked: RFC 8784, table 1. *proof is what to check, of AUTH or of
 * NO_PPK_AUTH. False: AUTHENTICATION_FAILED; explained.
 */
bool ikev2_ppk_judge(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                     const struct ikev2_msg *msg, struct base_span *proof);

/* The same proof once more. */
struct base_span ikev2_ppk_proof(const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                 struct base_span auth);

/* Beside our AUTH that answers that proof: PPK_IDENTITY, where the PPK is in the keys. It is settled. */
void ikev2_ppk_confirm(struct ikev2_sa *sa, struct wire_ike_builder *b);
