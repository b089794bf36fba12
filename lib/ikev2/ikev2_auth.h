/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Authentication as a conversation (RFC 7296 1.2, 2.15, 2.16). Each side proves its identity by a method, a
 * row below; a proof and a check are jobs. A late method (EAP) has no AUTH in the first message: rounds come
 * first, and then the AUTH of both sides. The conversation's state is sa->init->auth; what goes over the wire
 * in which order is ikev2_x_auth.c.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_conf.h"
#include "ike_job_auth.h"
#include "ikev2_task.h"
#include "wire_ike.h"

struct ike;
struct ikev2_job_row;
struct ikev2_msg;
struct ikev2_sa;

#define IKEV2_AUTH_ROUNDS_MAX 32 /* messages of a late method before its AUTH */

enum ikev2_auth_step {
    IKEV2_AUTH_MORE,  /* what was put is to be sent, and another message comes */
    IKEV2_AUTH_DONE,  /* the rounds are over: both sides can make their AUTH now */
    IKEV2_AUTH_WAITS, /* a job is out, and resume gets it */
    IKEV2_AUTH_FAILED /* explained; the peer is refused, and gets what was put */
};

struct ikev2_auth_method {
    const char *name;
    enum ike_auth_kind kind; /* the sides that are configured so use it */
    uint8_t number;          /* of its AUTH payload (RFC 7296 3.8) */
    bool is_late;
    /*
     * A job with this method's credential for the connection: to make our AUTH data, or to check the peer's.
     * The conversation fills the rest. NULL: there is no credential (explained), or no memory.
     */
    struct ike_job_auth *(*prove)(struct ike *ike, const struct ikev2_sa *sa,
                                  const struct ike_conn_conf *conn);
    struct ike_job_auth *(*check)(struct ike *ike, const struct ikev2_sa *sa,
                                  const struct ike_conn_conf *conn);
    /* Puts what shows the key of a proof, before its AUTH payload. NULL: nothing. */
    void (*put)(struct wire_ike_builder *b, const struct ike_conn_conf *conn,
                const struct ike_job_auth *proof);
    /* The certificates that a good check rests on; borrowed. NULL: there are none. */
    const struct crypt_marks *(*shown)(const struct ikev2_sa *sa, const struct ike_job_auth *check);
    /* Tells why a check that ran said no. NULL: the key is another one. */
    void (*explain)(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                    const struct ike_job_auth *check);
    /*
     * A late method's: takes what the peer sent and puts the payloads of our next message into b. Called by
     * the responder for each request, by the initiator for each answer; there DONE puts nothing. What takes
     * its time goes into a job with this row (WAITS), but for the answer to the first request.
     */
    enum ikev2_auth_step (*round)(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                  struct wire_ike_builder *b, const struct ikev2_job_row *row);
    /* The same, with the job that is back; not WAITS. NULL: round hands none out. */
    enum ikev2_auth_step (*resume)(struct ike *ike, struct ikev2_sa *sa, struct ike_job *job,
                                   struct wire_ike_builder *b);
    /*
     * As initiator, when the peer ends the rounds by a refusal: tells what they know of it. False: nothing.
     * NULL: never anything.
     */
    bool (*tell)(struct ike *ike, struct ikev2_sa *sa);
    /* As responder, when the SA is up: what the login brought beside. NULL: nothing. */
    void (*granted)(struct ike *ike, struct ikev2_sa *sa);
    /* Both sides prove a key that only they know by it, so that the gateway needs no other proof (RFC 5998).
     */
    bool is_mutual;
};

/*
 * A job by a key that both sides have, whatever it comes from (RFC 7296 2.15, 2.16). NULL: no memory, or the
 * key is longer than IKE_PSK_MAX.
 */
struct ike_job_auth *ikev2_auth_shared_job(struct base_span key, bool is_check);

/* The methods; of those of one kind the first is what we use ourselves. NULL behind the last. */
extern const struct ikev2_auth_method *const ikev2_auth_methods[];
extern const struct ikev2_auth_method ikev2_auth_psk;
extern const struct ikev2_auth_method ikev2_auth_eap_mschap, ikev2_auth_eap_tls, ikev2_auth_eap_radius;
#define IKEV2_AUTH_SIGS 5
extern const struct ikev2_auth_method ikev2_auth_sig[IKEV2_AUTH_SIGS]; /* the first is RFC 7427's */

/* The method that a peer's AUTH payload names; NULL: none that the connection wants of the peer. */
const struct ikev2_auth_method *ikev2_auth_by_number(const struct ike *ike, const struct ike_conn_conf *conn,
                                                     uint8_t number);

/* The method of a caller that sends no AUTH in its first message; NULL: the connection wants one at once. */
const struct ikev2_auth_method *ikev2_auth_late(const struct ike *ike, const struct ike_conn_conf *conn);

/* What we prove ourselves by on this connection; NULL: nothing of that kind. */
const struct ikev2_auth_method *ikev2_auth_own(const struct ike *ike, const struct ike_conn_conf *conn);

/*
 * Hands out the job that makes our AUTH data, or the one that checks the peer's; the row's done gets it. To
 * prove by NULL, no method, fails. False: nothing is under way (explained when a credential lacks).
 */
bool ikev2_auth_prove(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_auth_method *m,
                      const struct ike_conn_conf *conn, const struct ikev2_job_row *row);
bool ikev2_auth_check(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_auth_method *m,
                      const struct ike_conn_conf *conn, struct base_span proof,
                      const struct ikev2_job_row *row);

/*
 * The identities or the AUTH payload of a message could not be read: explained. What a caller is told of it.
 */
uint16_t ikev2_auth_unread(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg);

/*
 * Whether a check that is back says that the peer is who `conn` expects. No: explained, as a wrong proof, or
 * as a check that failed here; the peer is to be refused either way.
 */
bool ikev2_auth_is_proved(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                          struct ike_job *job);

/* The peer has proved itself once more, as this identity. False: no memory. */
bool ikev2_auth_add_proved(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *id);

/* The AUTH payload of a proof that was made by `m` for `conn`, and what shows its key. */
void ikev2_auth_put(struct wire_ike_builder *b, const struct ikev2_auth_method *m,
                    const struct ike_conn_conf *conn, const struct ike_job_auth *a);

/*
 * Whether the peer can do all rounds of the connection (RFC 4739); no: explained. As initiator, before ours
 * begins; as responder, in its first request.
 */
bool ikev2_auth_takes_rounds(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn);

/*
 * Whether a message with the peer's AUTH of a round announces another one just where the connection has
 * one (RFC 4739 2.1); no: explained.
 */
bool ikev2_auth_ends_round(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                           const struct ikev2_msg *msg);

/*
 * Who we are to this peer: the connection's local.id, or, to a caller that asked for another identity of
 * ours, that one, to the byte.
 */
const struct ike_id *ikev2_auth_local_id(const struct ikev2_sa *sa, const struct ike_conn_conf *conn);

/* An identity of the conversation, IDi or IDr. */
void ikev2_auth_put_id(struct wire_ike_builder *b, uint8_t payload, const struct ike_id *id);

/* Keeps the payloads of a message until its check is done; as responder, the first request stays. 0, or
 * -ENOMEM. */
int ikev2_auth_keep(struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* The message that is kept, with the path and the id of the one that is worked on. Borrows from the SA. */
void ikev2_auth_kept(const struct ikev2_sa *sa, struct ikev2_msg *out);

/* As responder, the first request, which says what else the caller wants; so, too. */
void ikev2_auth_begun(const struct ikev2_sa *sa, struct ikev2_msg *out);

/* A request is to be answered: this is where it came from, and its id. */
void ikev2_auth_take_path(struct ikev2_sa *sa, const struct ikev2_msg *msg);

/*
 * The responder checks the peer against this connection from now on (a reference to its configuration is
 * kept); NULL: none.
 */
void ikev2_auth_set_conn(struct ikev2_sa *sa, const struct ike_conn_conf *conn);

/*
 * What the peer is checked against; for a responder after a new configuration: the same connection of that
 * one. NULL: it has changed or is gone.
 */
const struct ike_conn_conf *ikev2_auth_conn(const struct ike *ike, struct ikev2_sa *sa);
