/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What is kept of SA_INIT until AUTH has been checked. */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "crypt_ike_ops.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_nonce.h"
#include "ike_path.h"
#include "ikev2_keymat.h"
#include "wire_ike.h"

struct ike;
struct ikev2_mix;
struct ikev2_ppk;
struct ikev2_sa;
struct ikev2_shown;

/* A request of SA_INIT that another one, with a group of its own, took the place of. */
struct ikev2_offer {
    struct ikev2_offer *next;
    enum crypt_dh group;
    struct crypt_dh_key *dh;
    struct ike_blob msg_i;
    uint16_t public_len;
    uint8_t public_value[CRYPT_DH_MAX];
};

struct eap;
struct ikev2_auth_method;

#define IKEV2_COOKIE_MAX 64

/* len 0: none */
struct ikev2_cookie {
    uint8_t len;
    uint8_t bytes[IKEV2_COOKIE_MAX];
};

/* Of a caller's request with other cookies than the first one that came; AUTH may cover any. */
#define IKEV2_TWINS_MAX      2

/*
 * What a caller sends in IKE_SA_INIT is kept until it has proved who it is. A request above LONG_FROM bytes
 * is answered with a COOKIE first, whatever the load (RFC 7296 2.6), and all of them together have
 * LONG_BYTES_MAX.
 */
#define IKEV2_LONG_FROM      4096
#define IKEV2_LONG_BYTES_MAX (8u << 20)

/* The payloads of a message of IKE_AUTH. */
struct ikev2_kept {
    uint8_t first_type;
    struct ike_blob chain;
};

/* Authentication under way. */
struct ikev2_auth {
    const struct ike_conn_conf *conn; /* responder: what the peer is checked against; a reference, or NULL */
    /* Proofs of each side that are done; who the peer is by each of its own (RFC 4739). */
    uint8_t own_proofs, peer_proofs;
    const struct ike_id *proved[IKE_ROUNDS_MAX]; /* kept (ike_ids.h), by ikev2_auth_add_proved() */
    struct ikev2_shown *shown;                   /* the certificates of these; owned; NULL: none */
    bool is_reloaded;                            /* amid it another configuration came in force */
    bool peer_takes_rounds;                      /* it said MULTIPLE_AUTH_SUPPORTED */
    const struct ikev2_auth_method *late;        /* of the login under way; NULL: there is none */
    bool is_over;                                /* its rounds are, and AUTH of the late method comes */
    uint8_t rounds;
    const struct ikev2_auth_method *login; /* the late method that proved the peer; NULL: none did */
    struct eap *eap;                       /* of a method by EAP, while no job has it */
    uint8_t eap_told;                      /* the fault of it that was explained last */
    bool peer_takes_eap_only;              /* it said so: our AUTH may come by its late method alone */
    struct ike_id named; /* who the peer is by its late method; type 0: by its ID payload alone */
    struct ike_id peer;  /* as it said */
    struct ike_id asked; /* responder: whom it wants; type 0: it did not say */
    uint32_t hashes;     /* that it takes in signatures, CRYPT_HASH_BIT() each; 0: it did not say */
    /* Initiator: credentials of ours that it asked for (ikev2_certreq.h), of each round. */
    uint8_t wanted[IKE_ROUNDS_MAX];
    const struct ikev2_auth_method *checks; /* whose job checks it now */
    uint8_t peer_reserved[3];               /* of its payload */
    struct ikev2_kept kept;                 /* the message that waits for its check, or for the last round */
    struct ikev2_kept begun; /* responder: the first request, once the one of another round is kept */
    /* Where the newest one came from. */
    struct ike_path path;
    struct wire_ike_hdr hdr;
};

struct ikev2_init {
    struct ike_nonce ni;
    struct ike_nonce nr;
    struct ike_blob msg_i; /* the messages as on the wire: AUTH covers them */
    struct ike_blob msg_r;
    struct ikev2_proof_keys proof; /* with sa->keys */
    struct ikev2_auth auth;
    /* Both sides use one (RFC 8784), and the first proofs have not settled it yet; owned; or NULL. */
    struct ikev2_ppk *ppk;
    struct ikev2_mix *mix; /* additional key exchanges; owned; NULL: none */
    /*
     * As initiator: the cookie in our request, and the newest one that came. Whoever is on the way may send
     * one, or an old one comes late, and an answer does not tell which request it is for, while our AUTH
     * covers that one. So one request is out at a time: the newest cookie has its turn when the request would
     * be repeated.
     */
    struct ikev2_cookie cookie, newest;
    struct ike_blob twins[IKEV2_TWINS_MAX]; /* as responder */
    uint8_t n_twins;
    uint8_t n_checked;     /* twins that the caller's proof was checked with after msg_i */
    base_time answered_at; /* as responder, when the answer went */
    uint32_t repeats;      /* how often the same request came again */
    size_t long_bytes;     /* of msg_i, where it counts against IKEV2_LONG_BYTES_MAX; or 0 */
    bool is_proved;        /* as responder: a cookie of ours came back, so the peer's address is its own */
    struct base_addr from; /* as responder: who has keys has received our answer there */
    struct ikev2_offer *offers; /* of other groups, as long as no answer is there; one per group */
    uint16_t refusal; /* the last error notify of the peer, or of whoever forges its answers; 0: none */
};

/* Drops it, but for requests that were laid aside (ikev2_offer_free()). */
void ikev2_init_free(struct ike *ike, struct ikev2_sa *sa);

/* Drops what is there of a PPK; the keys stay as they are. */
void ikev2_init_drop_ppk(struct ikev2_init *init);

/* SK_pi, or SK_pr: the key in the proof of the SA's initiator, or of its responder. Borrows from sa->init. */
struct base_span ikev2_init_sk_p(const struct ikev2_sa *sa, bool of_initiator);

/*
 * Keeps a caller's request for its AUTH. False: no memory, or it is long and the memory for long ones is
 * used up (ikev2_init_has_room()); then the one of before stays.
 */
bool ikev2_init_keep(struct ike *ike, struct ikev2_init *init, struct base_span request);

/*
 * Keeps a request that differs from the one that is kept in its cookie only. False: it does not, or there is
 * no room for it.
 */
bool ikev2_init_keep_twin(struct ike *ike, struct ikev2_init *init, struct base_span request);

/* Whether a request of so many bytes is long: more than any that is in use today. */
bool ikev2_init_is_long(struct base_span request);

/* Whether there is memory for one more long request; of short ones limits.half_open is the limit. */
bool ikev2_init_has_room(const struct ike *ike, struct base_span request);
