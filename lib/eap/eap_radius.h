/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A login that a RADIUS server decides (RFC 3579): the peer's EAP packets go on in Access-Requests, the
 * server's come back. Requests and answers carry a Message-Authenticator, and an answer without a right one
 * is none (CVE-2024-3596). Pure: who sends and waits is ctl's. Thread: any, one at a time for a conversation.
 */
#include <stdint.h>
#include "base_span.h"
#include "base_text.h"
#include "eap.h"
#include "wire_radius.h"

/* What goes with a packet to a server, and is held against its answer. */
struct eap_radius_ask {
    const struct crypt_eap_ops *ops;
    struct base_span secret;
    uint8_t id;
    uint8_t authenticator[16]; /* of an Access-Request: random */
    const char *nas_id, *calling, *called;
};

/* What happened to a session (RFC 2866 5.1). */
enum eap_radius_status { EAP_RADIUS_START = 1, EAP_RADIUS_STOP = 2, EAP_RADIUS_INTERIM = 3 };

/* Inner packets of a session, in one direction. */
struct eap_radius_count {
    uint64_t pkts, bytes;
};

/* Who is accounted for. */
struct eap_radius_session {
    struct eap_name user;
    struct eap_grant grant;
    char id[24];
    enum eap_radius_status status;
    /* But for START: */
    uint32_t seconds;
    struct eap_radius_count in, out; /* in: from the peer */
};

/*
 * The request that takes the peer's packet on. *len gets its length. 0; -EINVAL: the packet is none that may
 * come now (the conversation has failed); -EIO and what the ops return.
 */
int eap_radius_request(struct eap *e, struct base_span packet, const struct eap_radius_ask *ask,
                       uint8_t out[WIRE_RADIUS_MAX], size_t *len);

/*
 * Takes an answer; *step gets what it means, e->out the packet for the peer. 0; -EBADMSG: it is not from
 * somebody who knows the secret, or no answer at all: it is as if it had not come.
 */
int eap_radius_take(struct eap *e, struct base_span answer, const struct eap_radius_ask *ask,
                    enum eap_step *step);

/* Whether an accepted login is of this group: a Class or a Filter-Id of the answer says just that. */
bool eap_radius_is_of(const struct eap *e, struct base_span group);
/* Those groups as text, as many as fit. */
void eap_radius_add_groups(const struct eap *e, struct base_text *t);
/* Refuses an accepted login, for this fault: e->out is Failure, and there is no key. */
void eap_radius_refuse(struct eap *e, enum eap_fault fault);

/* An Accounting-Request (RFC 2866); ask->authenticator gets what its answer is held against. As above. */
int eap_radius_account(const struct eap_radius_session *s, struct eap_radius_ask *ask,
                       uint8_t out[WIRE_RADIUS_MAX], size_t *len);
/* Whether an Accounting-Response answers it. 0 or -EBADMSG. */
int eap_radius_accounted(struct base_span answer, const struct eap_radius_ask *ask);
