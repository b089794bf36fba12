/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How an SA is brought to its end. */

struct ike;
struct ikev2_sa;

/* Marks the SA for our DELETE, with which its children go, or drops it when the peer does not know it. why:
 * static text. */
void ikev2_close(struct ike *ike, struct ikev2_sa *sa, const char *why);

/* INVALID_SYNTAX was sent or came in a protected message: both sides drop the SA without a DELETE (RFC 7296
 * 2.21.2, 2.21.3). One that is neither up nor on its way out stays as it is. */
void ikev2_close_faulty(struct ike *ike, struct ikev2_sa *sa, const char *why);

/* A handshake whose address here is gone: dropped; ours is begun anew from another address at once. */
void ikev2_close_lost_call(struct ike *ike, struct ikev2_sa *sa);
