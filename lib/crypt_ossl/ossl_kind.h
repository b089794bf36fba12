/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what kind of key a key is, and whether it is strong enough to be used at all. */
#include <openssl/types.h>
#include <stdbool.h>
#include "base_text.h"
#include "crypt_sig.h"

#define OSSL_RSA_BITS_MIN 2048
#define OSSL_RSA_BITS_MAX 8192 /* a signature must fit CRYPT_SIG_BYTES_MAX, and end in sensible time */

struct ossl_kind {
    enum crypt_sig_key key;
    int bits;         /* RSA: of the modulus; EC: 256, 384, 521 */
    bool is_pss_only; /* id-RSASSA-PSS: PKCS#1 v1.5 is forbidden to it */
    char text[24];    /* "RSA 2048", "ECDSA P-256", "Ed25519" */
};

/* Fills out. False: this key is not to be used, and why says it as "RSA of 1024 bits, less than 2048". */
bool ossl_kind_of(const EVP_PKEY *pkey, struct ossl_kind *out, struct base_text *why);

/* Whether a key of this kind makes and checks this scheme. */
bool ossl_kind_takes(const struct ossl_kind *kind, const struct crypt_sig_row *row);
