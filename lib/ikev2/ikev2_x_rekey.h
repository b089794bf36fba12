/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Rekeying of the IKE SA. */
#include <stdint.h>

struct ike;
struct ikev2_msg;
struct ikev2_sa;
struct ikev2_task;

/* Starts the exchange. */
void ikev2_rekey_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t);

/* A request to rekey the IKE SA. */
void ikev2_rekey_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
/* The answer to our request to rekey the IKE SA, with SA and nonce, and one without. */
void ikev2_rekey_response(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
void ikev2_rekey_refused(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
/* An additional key exchange of our rekeying failed, with this notify. */
void ikev2_rekey_follow_failed(struct ike *ike, struct ikev2_sa *sa, uint16_t notify);
/* A request on an SA that is a rival: when it concerns children, the peer has decided for that SA. */
void ikev2_rekey_claim(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
/* Our rekeying came to nothing: the peer's, if any, takes over. */
void ikev2_rekey_dropped(struct ike *ike, struct ikev2_sa *sa);
