/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Redirect (RFC 5685): a gateway sends a client to another one, in its answer to IKE_SA_INIT (to which nobody
 * is known yet, so all callers go), in that to IKE_AUTH (the connection's), or while the SA is up. A client
 * goes there when it has said that it can. In IKE_SA_INIT nothing is authentic: only an answer that holds our
 * nonce counts, so whoever sends one has seen our request. What the client checks of its peer stays as
 * configured. The client is the one that deletes the SA which it leaves; one that does not is helped after
 * ike->conf->redirect_grace_s (5, 6). Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base_span.h"
#include "base_time.h"
#include "wire_ike.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

#define IKEV2_REDIRECT_BYTES_MAX (2 + 255 + 256) /* type, length, identity, nonce */

struct ikev2_redirect {
    bool is_supported; /* the peer is a client that can be redirected */
    bool is_client;    /* we are */
    base_time at;      /* when it is sent elsewhere, to ike->v2->redirect_to; 0: not */
    base_time ends_at; /* it was sent elsewhere: we end the SA then, if the client has not; 0: not */
};

/* A rekeyed SA is what the one before was. */
void ikev2_redirect_inherit(const struct ikev2_sa *from, struct ikev2_sa *to);

/* The body of a REDIRECT to `to` (address or host name) with a nonce (may be empty). False: it is none. */
bool ikev2_redirect_body(const char *to, struct base_span nonce, struct base_writer *out);

/* ---- IKE_SA_INIT ---- */
/* Whether a caller is sent elsewhere, to ike->conf->redirect_to. */
bool ikev2_redirect_wants(const struct ike *ike, const struct ikev2_msg *msg);
/* We are sent elsewhere: the SA has ended, and the other gateway is called. False: it is not so. */
bool ikev2_redirect_on_init(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* ---- while the SA is up ---- */
/* Whether it is time for this one. */
bool ikev2_redirect_is_due(const struct ike *ike, const struct ikev2_sa *sa);
/* Sends it. */
void ikev2_redirect_start(struct ike *ike, struct ikev2_sa *sa);
/* It is answered. */
void ikev2_redirect_on_answer(struct ike *ike, struct ikev2_sa *sa);
/* When a client that was sent elsewhere has had its time; BASE_TIME_NEVER: none. */
base_time ikev2_redirect_end(const struct ikev2_sa *sa);
/* It had, and is still here: the SA ends. */
void ikev2_redirect_expire(struct ike *ike, struct ikev2_sa *sa);
/* The peer's request may send us elsewhere. */
void ikev2_redirect_on_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
