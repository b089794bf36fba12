/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Messages of IKEv1: begun, protected, sent and repeated; opened and verified. Encryption is CBC, whose IVs
 * go on from message to message of an exchange (RFC 2409 appendix B), and says nothing of who made a message:
 * that does a HASH in it. So an IV is moved on only when that was right.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_path.h"
#include "ikev1_sa.h"
#include "wire_ike.h"
#include "wire_v1.h"

/* A received message. Borrows from the datagram, and from scratch when it was opened. */
struct ikev1_msg {
    const struct ike_path *path;
    struct base_span raw;
    uint64_t raw_hash;
    struct wire_ike_hdr hdr;
    struct wire_v1_plds plds;
    uint8_t next_iv[IKEV1_IV_MAX]; /* of an encrypted one: its last block */
};

struct ikev1_keymat_algs ikev1_msg_algs(const struct ikev1_sa *sa);

/* The n-th payload of a type, or an empty span. */
struct base_span ikev1_msg_body(const struct ikev1_msg *msg, uint8_t type, size_t n);

/* Begins a message in the scratch. */
struct wire_ike_builder ikev1_msg_begin(struct ike *ike, const struct ikev1_sa *sa, uint8_t exchange,
                                        uint32_t msgid, bool is_encrypted);
/* Ends one in clear. Empty: it did not fit. */
struct base_span ikev1_msg_end(struct wire_ike_builder *b);
/* Pads, encrypts and ends it; iv moves on. Empty: it did not fit, or the library failed. */
struct base_span ikev1_msg_seal(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b,
                                uint8_t iv[IKEV1_IV_MAX]);

/* Begins a message of phase 2, encrypted, with a HASH to be filled; *room: where it is, or NULL. */
struct wire_ike_builder ikev1_msg_begin_2(struct ike *ike, const struct ikev1_sa *sa, uint8_t exchange,
                                          uint32_t msgid, uint8_t **room);
/* Fills the HASH over message id, nonce (empty: none) and what follows it, and seals. */
struct base_span ikev1_msg_seal_2(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b,
                                  uint8_t *room, uint32_t msgid, struct base_span nonce,
                                  uint8_t iv[IKEV1_IV_MAX]);

/*
 * Decrypts into the scratch and splits the payloads; the SA's phase 1 has keys. 0, or -EBADMSG: it is not
 * what whoever has the keys would send. Nothing is verified by that.
 */
int ikev1_msg_open(struct ike *ike, const struct ikev1_sa *sa, struct ikev1_msg *msg,
                   const uint8_t iv[IKEV1_IV_MAX]);
/* Whether the HASH in front covers message id, nonce and the rest. In constant time. */
bool ikev1_msg_is_authentic(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_msg *msg,
                            struct base_span nonce);

/* Sends a message of ours as the latest of its exchange, in answer to msg (NULL: to none). is_repeated: by
 * itself, until the next one of the peer comes. False: it is empty, or no memory. */
bool ikev1_flight_send(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f,
                       const struct ikev1_msg *msg, struct base_span bytes, bool is_repeated);
/* Whether a message is the one that ours answered; then ours goes again, within limits. */
bool ikev1_flight_answers(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f,
                          const struct ikev1_msg *msg);
/* Sends it again, within the same limits. */
void ikev1_flight_again(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f);
/* Its time has come: sends again. False: it was sent often enough. */
bool ikev1_flight_on_timer(struct ike *ike, struct ikev1_sa *sa, struct ikev1_flight *f);
/* The peer's next message is there: nothing is to be repeated by itself. */
void ikev1_flight_rest(struct ikev1_flight *f);
void ikev1_flight_free(struct ikev1_flight *f);

/* Sends a message that stands alone. */
void ikev1_msg_send(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path,
                    struct base_span bytes);
