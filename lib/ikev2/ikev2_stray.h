/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What belongs to no SA of ours, most of all after a crash: whoever sent it is told so, and a peer that tells
 * us so is asked whether it is alive (RFC 7296 1.5, 2.21.4). What is told in clear proves nothing. So it is
 * never more than a hint, ends no SA, and is never longer than what it answers; and there is a limit for each
 * network of senders, and one for all. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"

struct ike;
struct ike_event;
struct ikev2_msg;
struct ikev2_sa;

#define IKEV2_STRAY_SHARES 256

/* What was told within the current second. */
struct ikev2_strays {
    base_time since;
    uint32_t told;
    uint8_t shares[IKEV2_STRAY_SHARES]; /* of told, by the sender's network */
};

/* A request for an IKE SA that is not there: INVALID_IKE_SPI. An answer is never answered. */
void ikev2_stray_answer(struct ike *ike, const struct ikev2_msg *msg);

/* A request of a later major version, of which msg->hdr is read and nothing else: INVALID_MAJOR_VERSION. */
void ikev2_stray_answer_version(struct ike *ike, const struct ikev2_msg *msg);

/* A call with a payload that is critical and not known, msg->plds.critical_type:
 * UNSUPPORTED_CRITICAL_PAYLOAD. */
void ikev2_stray_answer_critical(struct ike *ike, const struct ikev2_msg *msg);

/*
 * UNKNOWN_SPI: ESP that has no SA. INVALID_SPI goes to the peer under the IKE SA with it, in the next
 * liveness check; where there is none, in clear.
 */
void ikev2_stray_on_esp(struct ike *ike, const struct ike_event *ev);

/*
 * A message in clear where only protected ones are exchanged. When it is INVALID_IKE_SPI, for `sa`, or
 * INVALID_SPI, for a child of whoever is at its sender's address (sa NULL), that SA gets a liveness check,
 * with a pause between two. True: it was such a hint; false: it is to be counted as something else.
 */
bool ikev2_stray_take_hint(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* INVALID_SPI under the IKE SA itself, so it is true: the peer has no longer the child that we send on. */
void ikev2_stray_take_proof(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
