/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Messages: what was received, and what is sealed and sent (RFC 7296 3.14). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "esp_pair.h"
#include "ike_conf.h"
#include "ike_path.h"
#include "wire_ike.h"

struct ike;
struct ikev2_choice;
struct ikev2_keys;
struct ikev2_sa;
struct ikev2_task;

/* A received message. */
struct ikev2_msg {
    const struct ike_path *path;
    struct base_span raw;
    struct wire_ike_hdr hdr;
    bool is_response;
    struct base_span head;     /* of a sealed one: what is in front of the IV, without a fragment's numbers */
    struct base_span inner;    /* of an opened one: the chain that was sealed */
    size_t plain_len;          /* of an opened one: bytes in ike->v2->plain_in, to be wiped after use */
    struct wire_ike_plds plds; /* of an SK message: the inner ones */
};

/* The header that the SA's message has, but for its length and first payload. */
struct wire_ike_hdr ikev2_msg_header(const struct ikev2_sa *sa, uint8_t exchange, uint32_t msgid,
                                     bool is_response);
/* An empty chain of payloads, in scratch. */
struct wire_ike_builder ikev2_msg_begin(struct ike *ike);
void ikev2_msg_put_notify(struct wire_ike_builder *b, uint16_t type, struct base_span data);
void ikev2_msg_put_choice(struct ike *ike, struct wire_ike_builder *b, const struct ikev2_choice *c,
                          uint64_t spi);
/* Seals the chain as our next request and sends it with retransmission, in fragments where it is long. */
void ikev2_msg_request(struct ike *ike, struct ikev2_sa *sa, uint8_t exchange, struct wire_ike_builder *b);
/*
 * The same, whole, in packets that nobody may cut on their way, each second (ikev2_probe.h). Over: it goes
 * without what is in it, in its first try, and in turns with what it was.
 */
void ikev2_msg_probe(struct ike *ike, struct ikev2_sa *sa, uint8_t exchange, struct wire_ike_builder *b);
void ikev2_msg_probe_over(struct ike *ike, struct ikev2_sa *sa);
/*
 * Sends our request once more; in smaller fragments when it was sent long ones twice without an answer (RFC
 * 7383 2.5.2).
 */
void ikev2_msg_repeat(struct ike *ike, struct ikev2_sa *sa);
/* Seals the chain as the answer to a request, keeps it for duplicates, sends it to where that came from. */
void ikev2_msg_respond(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path, uint8_t exchange,
                       uint32_t msgid, struct wire_ike_builder *b);
/*
 * Sends the last answer again, to where its request came from again, which the caller must have allowed
 * (ikev2_msg_answer_is_for()); in smaller fragments when that was asked
 * for twice before, since then it does not arrive, and its sender takes the larger number (RFC 7383 2.6).
 * may_cut: the SA's keys are those that it is sealed with.
 */
void ikev2_msg_respond_again(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path, bool may_cut);
/*
 * The answer that was given just now (the next one is not bound) makes a child of this mode, with this SPI of
 * ours; 0: further key exchanges come first. Who has that of one in transport mode gets what is for the
 * address that it went to. So it is given again there alone (a NAT may change the port), since a request may
 * have been sent in the name of another host. A peer that moved while it was lost gets no child by it, but
 * TEMPORARY_FAILURE, and asks anew.
 */
void ikev2_msg_answer_bind(struct ikev2_sa *sa, enum esp_mode mode, uint32_t spi_in);
/* Whether who asks from there for the last answer again may have it. */
bool ikev2_msg_answer_is_for(const struct ikev2_sa *sa, const struct ike_path *path);
/*
 * The peer answered a request of ours, or sent by a child: it has the answer to its IKE_AUTH, without which
 * it could not, and does not ask for it again. With certificates that is as large as the SA, so it is not
 * kept until the next request (RFC 7296 2.1). Other answers are, since they may be under way yet.
 */
void ikev2_msg_answer_arrived(struct ikev2_sa *sa);
/* The last answer is dropped when it has not been asked for in several minutes. */
void ikev2_msg_answer_rest(const struct ike *ike, struct ikev2_sa *sa);
/* The answer is one error notify. */
void ikev2_msg_respond_error(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path,
                             uint8_t exchange, uint32_t msgid, uint16_t notify, struct base_span data);
/* The same for the peer's CREATE_CHILD_SA of this task, or what follows it; INVALID_KE_PAYLOAD names the
 * task's group, CHILD_SA_NOT_FOUND the SPI that it does not know (RFC 7296 2.25, 3.10.1). */
void ikev2_msg_refuse(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t, uint16_t notify);
/*
 * Verifies and decrypts; 0, or -EBADMSG (nothing may change), or -EPROTO: authentic, but malformed; *err.
 * -EAGAIN: a fragment that was kept, or is one too many and counted; the message is not complete.
 */
int ikev2_msg_open(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg, enum wire_ike_err *err);
/*
 * Whether a request that was answered has come again: 0, or -EBADMSG: it is forged, -EAGAIN: a fragment other
 * than the first, which asks for nothing (RFC 7383 2.6.1). keys: what the answer was sealed with.
 */
int ikev2_msg_is_repeated(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_keys *keys,
                          struct ikev2_msg *msg);
/* The first error notify of a message, or 0; data, if wanted, gets its content. */
uint16_t ikev2_msg_error(const struct ikev2_msg *msg, struct base_span *data);
/* The first notify of this type. False: there is none. */
bool ikev2_msg_notify(const struct ikev2_msg *msg, uint16_t type, struct wire_ike_notification *out);
bool ikev2_msg_has(const struct ikev2_msg *msg, uint16_t type);

/* The identity in this payload, and its reserved bytes (NULL: not wanted). False: none, or one that is too
 * long. */
bool ikev2_msg_id(const struct ikev2_msg *msg, uint8_t payload, struct ike_id *out, uint8_t reserved[3]);
/* How long it is, however long; 0: there is none. */
size_t ikev2_msg_id_bytes(const struct ikev2_msg *msg, uint8_t payload);
