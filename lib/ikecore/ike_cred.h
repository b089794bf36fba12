/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Credentials of signatures as a configuration holds them: keys of ours with what they are shown by, and what
 * a peer's certificate or key is held against. Loaded once, shared by all connections of a configuration that
 * name the same files, and never changed after that. Thread: any; making and freeing: the owner's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_pki_ops.h"

#define IKE_CREDS_MAX    4                     /* keys of one connection: RSA and ECDSA, old and new */
#define IKE_PINNED_MAX   4                     /* certificates or keys that a peer may have, by file */
#define IKE_CRED_CAS_MAX (CRYPT_CHAIN_MAX + 1) /* authorities that one of our certificates comes from */

#define IKE_CAS_MAX      32 /* authorities that are named to a peer; of more than that, none is: any will do */

/* Authorities by the hashes of their keys, as CERTREQ names them (RFC 7296 3.7). */
struct ike_cas {
    size_t n; /* 0: any */
    uint8_t hashes[IKE_CAS_MAX][CRYPT_CA_HASH_BYTES];
};

/* A key of ours, and the certificate or the raw public key that shows it. */
struct ike_cred {
    struct crypt_key *key;    /* a reference */
    struct crypt_certs certs; /* the key's own first, then who issued it; never empty */
    bool is_raw;              /* a raw public key, without a certificate */
    /* Authorities that a peer may ask for it by (RFC 7296 3.7). */
    size_t n_cas;
    uint8_t cas[IKE_CRED_CAS_MAX][CRYPT_CA_HASH_BYTES];
};

/* What we prove ourselves by, in order of preference. */
struct ike_creds {
    struct ike_creds *next; /* of the configuration */
    size_t n;
    struct ike_cred list[IKE_CREDS_MAX];
};

/* What a peer's proof is held against. One of both is there, or both; then a peer must fulfil both. */
struct ike_anchor {
    struct ike_anchor *next;                   /* of the configuration */
    struct crypt_trust *trust;                 /* authorities; a reference, or NULL */
    struct ike_cas cas;                        /* of trust */
    size_t n_pinned;                           /* the peer has one of these */
    struct crypt_cert *pinned[IKE_PINNED_MAX]; /* certificates or raw public keys; references */
};

/* Empty ones, at the head of a list. NULL: no memory. */
struct ike_creds *ike_creds_new(struct ike_creds **list);
struct ike_anchor *ike_anchor_new(struct ike_anchor **list);

/*
 * Takes over a key and its certificates (the caller's references; certs becomes empty) as the next one, and
 * notes which authorities a peer may ask for it by: those in the chain, and of `trust` (NULL: none) the one
 * that issued its last. False: there are IKE_CREDS_MAX; nothing is taken.
 */
bool ike_creds_add(const struct crypt_pki_ops *pki, struct ike_creds *creds, struct crypt_key *key,
                   struct crypt_certs *certs, const struct crypt_trust *trust);

/* Takes over a trust, the caller's reference. */
void ike_anchor_set_trust(const struct crypt_pki_ops *pki, struct ike_anchor *anchor,
                          struct crypt_trust *trust);

/* The authorities of all anchors, to be freed. NULL: none has any, or no memory. */
struct ike_cas *ike_anchors_cas(const struct ike_anchor *list);

/* Frees a whole list with its references. NULL is fine. */
void ike_creds_free(const struct crypt_pki_ops *pki, struct ike_creds *list);
void ike_anchors_free(const struct crypt_pki_ops *pki, struct ike_anchor *list);

/* Whether both show the same, to the byte; NULL: nothing. Keys and revocation lists are not compared. */
bool ike_creds_equal(const struct crypt_pki_ops *pki, const struct ike_creds *a, const struct ike_creds *b);
bool ike_anchor_equal(const struct crypt_pki_ops *pki, const struct ike_anchor *a,
                      const struct ike_anchor *b);

/* Whether a revocation list of the authorities names one of the certificates. NULL: there are none. */
bool ike_anchor_revokes(const struct crypt_pki_ops *pki, const struct ike_anchor *anchor,
                        const struct crypt_marks *shown);

/* Whether an authority by this hash may ask for it. */
bool ike_cred_is_of(const struct ike_cred *cred, struct base_span ca_hash);

/* Whether one of the certificates names this identity (crypt_pki_ops.cert_names). NULL: none does. */
bool ike_creds_name(const struct crypt_pki_ops *pki, const struct ike_creds *creds, uint8_t id_type,
                    struct base_span id);
