/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: OpenSSL's algorithm objects, fetched once per process because a fetch takes a lock. */
#include <openssl/types.h>
#include "crypt_alg.h"

/* The digest behind the HMAC of a PRF. NULL: no such PRF. */
const EVP_MD *ossl_fetch_hash(enum crypt_prf prf);

/*
 * A context for a digest of ossl_fetch_hash(), the caller's until it gives it back: to be begun with
 * EVP_DigestInit_ex2(). NULL: no memory. What was hashed is wiped when it is given back; NULL is fine then.
 * One that was used before costs no allocation.
 */
EVP_MD_CTX *ossl_fetch_take(const EVP_MD *md);
void ossl_fetch_give(const EVP_MD *md, EVP_MD_CTX *ctx);

/* NULL: no such cipher. */
const EVP_CIPHER *ossl_fetch_cipher(const struct crypt_alg *alg);

const EVP_MD *ossl_fetch_sha1(void);
const EVP_MD *ossl_fetch_sha256(void);

/* Gives all of them back. No other thread may be in this room. */
void ossl_fetch_close(void);
