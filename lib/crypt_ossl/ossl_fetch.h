/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: OpenSSL's algorithm objects, fetched once per process because a fetch takes a lock. */
#include <openssl/types.h>
#include "crypt_alg.h"

/* An HMAC context with its digest set and no key: to be duplicated, never used. NULL: no such PRF. */
const EVP_MAC_CTX *ossl_fetch_hmac(enum crypt_prf prf);

/* NULL: no such cipher. */
const EVP_CIPHER *ossl_fetch_cipher(const struct crypt_alg *alg);

/* The hash of an HMAC. NULL: no such PRF. */
const EVP_MD *ossl_fetch_hash(enum crypt_prf prf);
const EVP_MD *ossl_fetch_sha1(void);
const EVP_MD *ossl_fetch_sha256(void);

/* Gives all of them back. No other thread may be in this room. */
void ossl_fetch_close(void);
