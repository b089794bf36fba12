/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what a crypt_cert is. It never changes once made. Contracts: crypt_pki_ops.h. */
#include <openssl/types.h>
#include <stdint.h>
#include "crypt_pki_ops.h"
#include "ossl_kind.h"

#define OSSL_DN_MAX 192 /* of a name within a sentence, with NUL; a longer one is cut */

struct crypt_cert {
    _Atomic uint32_t refs;
    enum crypt_cert_form form;
    X509 *x509;     /* owned; NULL: a raw key */
    EVP_PKEY *pkey; /* owned; NULL: of no kind that the library reads */
    bool is_usable; /* the key may be used; otherwise flaw says why not */
    struct ossl_kind kind;
    char flaw[96];
    uint8_t *der; /* owned */
    size_t der_len;
};

/*
 * Parses without judging the key. max: octets that it may have. 0, or -EINVAL with "is not a certificate" or
 * the like in why, to follow a name.
 */
int ossl_cert_new(enum crypt_cert_form form, struct base_span der, size_t max, struct crypt_cert **out,
                  struct base_text *why);

/* A name in text, escaped, for a sentence. Returns out. */
const char *ossl_cert_dn(const X509_NAME *name, char out[OSSL_DN_MAX]);
/* The subject, or "the raw key". */
const char *ossl_cert_text(const struct crypt_cert *cert, char out[OSSL_DN_MAX]);

/* Seconds since 1970; INT64_MIN: not a time. */
int64_t ossl_cert_time(const ASN1_TIME *time);

/* SHA-1 of the SubjectPublicKeyInfo (RFC 7296 3.7). False: the library failed. */
bool ossl_cert_key_hash(const X509 *x509, uint8_t out[CRYPT_CA_HASH_BYTES]);

int ossl_cert_parse(enum crypt_cert_form form, struct base_span der, struct crypt_cert **out,
                    struct base_text *why);
struct crypt_cert *ossl_cert_get(struct crypt_cert *cert);
void ossl_cert_put(struct crypt_cert *cert);
struct base_span ossl_cert_der(const struct crypt_cert *cert);
struct base_span ossl_cert_subject(const struct crypt_cert *cert);
bool ossl_cert_same_key(const struct crypt_cert *a, const struct crypt_cert *b);
