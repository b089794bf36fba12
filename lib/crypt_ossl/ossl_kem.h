/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Inside the room: ML-KEM (FIPS 203) as OpenSSL has it from 3.5 on. In a build with an older library, and
 * with one that was restricted, nothing of it works.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/types.h>
#include "base_span.h"

/* Whether this build and the library that runs have it. name: "ML-KEM-768". Thread: any. */
bool ossl_kem_has(const char *name);

/* A key pair; NULL: the library failed. */
EVP_PKEY *ossl_kem_pair(const char *name);

/*
 * Makes a secret for the holder of this encapsulation key. ciphertext and secret have room for exactly what
 * the method makes. 0; -EINVAL: no such key is made by anybody honest (FIPS 203 7.2); -EIO: the library
 * failed.
 */
int ossl_kem_seal(const char *name, struct base_span key, uint8_t *ciphertext, size_t ciphertext_len,
                  uint8_t *secret, size_t secret_len);

/* The secret of a ciphertext of the right length; a forged one gives a secret that nobody has (FIPS 203 6.3).
 */
int ossl_kem_open(EVP_PKEY *pair, struct base_span ciphertext, uint8_t *secret, size_t secret_len);
