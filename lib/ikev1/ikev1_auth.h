/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Proofs of phase 1 (RFC 2409 5.1, 5.4): HASH_I or HASH_R itself with a pre-shared key, or an RSA signature
 * over it, which is a job. What they cover is in the SA's ikev1_hs.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_wait.h"

struct ike;
struct ike_conn_conf;
struct ike_job;
struct ike_secret;
struct ikev1_msg;
struct ikev1_sa;
struct wire_ike_builder;

/* The keys of phase 1 from what is in hs; psk NULL: of signatures. False: the library failed. */
bool ikev1_auth_keys(struct ike *ike, struct ikev1_sa *sa, const struct ike_secret *psk);

/* Sets the body of our ID payload, of an identity of ours. */
bool ikev1_auth_set_id(struct ikev1_sa *sa, const struct ike_conn_conf *conn);
/* Takes the peer's ID: its body, and who that is. False: it is none that can be. */
bool ikev1_auth_take_id(struct ikev1_sa *sa, const struct ikev1_msg *msg);

/* Whether the peer's HASH is right: of a pre-shared key. In constant time. */
bool ikev1_auth_hash_is_right(struct ike *ike, const struct ikev1_sa *sa, struct base_span hash);

/* Begins the job that makes our signature, or that checks the peer's in msg against conn. False: it cannot be
 * begun; of a signature that is told. */
bool ikev1_auth_sign(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn,
                     ike_wait_done_fn *done);
bool ikev1_auth_check(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn,
                      const struct ikev1_msg *msg, ike_wait_done_fn *done);
/* Takes what the job has made. False: it failed. */
bool ikev1_auth_signed(struct ikev1_sa *sa, const struct ike_conn_conf *conn, struct ike_job *job);
/* Whether the peer's signature is right; else it is told why not. */
bool ikev1_auth_checked(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn,
                        struct ike_job *job);

/* Our proof: HASH, or certificates and SIG. False: the library failed. */
bool ikev1_auth_put(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b);
/* A request for a certificate, where the method is by signatures. */
void ikev1_auth_put_request(const struct ikev1_sa *sa, struct wire_ike_builder *b);
