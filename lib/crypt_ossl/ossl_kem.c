/* SPDX-License-Identifier: BSD-3-Clause */
/* ML-KEM: the two sides of a key encapsulation. Which numbers IKE gives it, and where it is used, is
 * ossl_dh.c. */
#include "ossl_kem.h"

#include <errno.h>
#include <openssl/evp.h>

bool ossl_kem_has(const char *name)
{
#ifdef OSSL_HAS_ML_KEM
    EVP_KEM *kem = EVP_KEM_fetch(NULL, name, NULL);
    EVP_KEM_free(kem);
    return kem != NULL;
#else
    (void)name;
    return false;
#endif
}

EVP_PKEY *ossl_kem_pair(const char *name)
{
    EVP_PKEY *pair = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    if (ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_generate(ctx, &pair) != 1)
        pair = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pair;
}

int ossl_kem_seal(const char *name, struct base_span key, uint8_t *ciphertext, size_t ciphertext_len,
                  uint8_t *secret, size_t secret_len)
{
    size_t made = ciphertext_len, shared = secret_len;
    /* It checks the key's length and its coefficients. */
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key_ex(NULL, name, NULL, key.ptr, key.len);
    EVP_PKEY_CTX *ctx = peer ? EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL) : NULL;
    int err = peer ? -EIO : -EINVAL;
    if (ctx && EVP_PKEY_encapsulate_init(ctx, NULL) == 1 &&
        EVP_PKEY_encapsulate(ctx, ciphertext, &made, secret, &shared) == 1 && made == ciphertext_len &&
        shared == secret_len)
        err = 0;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    return err;
}

int ossl_kem_open(EVP_PKEY *pair, struct base_span ciphertext, uint8_t *secret, size_t secret_len)
{
    size_t shared = secret_len;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL);
    const bool is_good = ctx && EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
                         EVP_PKEY_decapsulate(ctx, secret, &shared, ciphertext.ptr, ciphertext.len) == 1 &&
                         shared == secret_len;
    EVP_PKEY_CTX_free(ctx);
    return is_good ? 0 : -EIO;
}
