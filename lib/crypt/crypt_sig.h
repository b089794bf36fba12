/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Signature schemes of IKE: one row each, with the method of authentication that carries it (RFC 7296 3.8),
 * the hash that the peer must have announced (RFC 7427 4), and the AlgorithmIdentifier that stands before a
 * signature of method 14 (RFC 7427 3 and Appendix A). No cryptography is done here. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

enum crypt_sig {
    CRYPT_SIG_NONE = 0,
    CRYPT_SIG_RSA_SHA1, /* PKCS#1 v1.5 with SHA-1, method 1; weak */
    CRYPT_SIG_RSA_SHA2_256,
    CRYPT_SIG_RSA_SHA2_384,
    CRYPT_SIG_RSA_SHA2_512,
    CRYPT_SIG_PSS_SHA2_256, /* RSASSA-PSS, MGF1 with the same hash, salt as long as the hash */
    CRYPT_SIG_PSS_SHA2_384,
    CRYPT_SIG_PSS_SHA2_512,
    CRYPT_SIG_ECDSA_SHA2_256, /* Ecdsa-Sig-Value in DER, with a key of any of the three curves */
    CRYPT_SIG_ECDSA_SHA2_384,
    CRYPT_SIG_ECDSA_SHA2_512,
    CRYPT_SIG_ECDSA_P256_RAW, /* r|s, RFC 4754: curve and hash are one with the method, 9 */
    CRYPT_SIG_ECDSA_P384_RAW, /* 10 */
    CRYPT_SIG_ECDSA_P521_RAW, /* 11 */
    CRYPT_SIG_ED25519,
    CRYPT_SIG_ED448,
    CRYPT_SIG_RSA_BARE, /* PKCS#1 v1.5 of the octets themselves, without a name of a hash: IKEv1 (RFC
                           2409 5.1) */
    CRYPT_SIGS
};

/* Hash algorithms of SIGNATURE_HASH_ALGORITHMS, by IANA's number (RFC 7427 7, RFC 8420 2). */
enum crypt_hash {
    CRYPT_HASH_SHA1 = 1,
    CRYPT_HASH_SHA2_256 = 2,
    CRYPT_HASH_SHA2_384 = 3,
    CRYPT_HASH_SHA2_512 = 4,
    CRYPT_HASH_IDENTITY = 5,
};

/* A set of hashes: bit CRYPT_HASH_BIT(h) for each. */
#define CRYPT_HASH_BIT(hash) (1u << (hash))
/* What we announce: all that a scheme of method 14 uses, hence not SHA-1. */
#define CRYPT_HASHES_OURS                                                        \
    (CRYPT_HASH_BIT(CRYPT_HASH_SHA2_256) | CRYPT_HASH_BIT(CRYPT_HASH_SHA2_384) | \
     CRYPT_HASH_BIT(CRYPT_HASH_SHA2_512) | CRYPT_HASH_BIT(CRYPT_HASH_IDENTITY))

enum crypt_sig_key { CRYPT_SIG_KEY_RSA, CRYPT_SIG_KEY_EC, CRYPT_SIG_KEY_ED25519, CRYPT_SIG_KEY_ED448 };

#define CRYPT_SIG_METHOD_DIGITAL 14   /* RFC 7427: AlgorithmIdentifier and signature */
#define CRYPT_SIG_ALGID_MAX      68   /* octets of an AlgorithmIdentifier that we make */
#define CRYPT_SIG_BYTES_MAX      1024 /* of a signature: RSA with 8192 bits */

struct crypt_sig_row {
    enum crypt_sig sig;
    const char *name;       /* for people: "RSA-PSS with SHA2-256" */
    enum crypt_sig_key key; /* the kind of key that makes it */
    enum crypt_hash hash;
    uint8_t method;       /* 1, 9, 10, 11 or 14; 0: not of IKEv2 */
    bool is_weak;         /* to be taken and made only where a connection allows what is weak */
    uint16_t ec_bits;     /* the one curve it takes: 256, 384, 521; 0: does not apply */
    const uint8_t *algid; /* DER of the AlgorithmIdentifier; NULL unless the method is 14 */
    size_t algid_len;
};

/* The row of a scheme; NULL for what is none. */
const struct crypt_sig_row *crypt_sig_row(enum crypt_sig sig);

/* "RSA-PSS with SHA2-256"; "none" for what is no scheme. */
const char *crypt_sig_name(enum crypt_sig sig);

/* Whether it is one of RSASSA-PSS. */
bool crypt_sig_is_pss(enum crypt_sig sig);

/* The scheme of a method that is none of RFC 7427's: 1, 9, 10, 11. CRYPT_SIG_NONE: no such method. */
enum crypt_sig crypt_sig_of_method(uint8_t method);

/*
 * The scheme of a peer's AlgorithmIdentifier, the whole of it and no more. Parameters of RSA (PKCS#1 v1.5)
 * and of hashes may be absent or NULL; those of PSS must be the scheme's. CRYPT_SIG_NONE: malformed, SHA-1,
 * or not known here.
 */
enum crypt_sig crypt_sig_of_algid(struct base_span der);

/*
 * Splits the AUTH data of method 14: a length octet, that many of AlgorithmIdentifier, and the signature,
 * which may not be empty. False: it does not fit.
 */
bool crypt_sig_split(struct base_span data, struct base_span *algid, struct base_span *signature);

/* What stands before a signature of this scheme of method 14: the length octet and the AlgorithmIdentifier.
 */
void crypt_sig_write_algid(struct base_writer *w, enum crypt_sig sig);

/* "SHA2-256" of a number of RFC 7427's registry; NULL: unknown. */
const char *crypt_hash_name(uint16_t hash);
