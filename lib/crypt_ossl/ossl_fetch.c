/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one place that asks OpenSSL for algorithms by name. All are fetched at the first use of any; a name
 * that the library does not have (a restricted provider) stays NULL and its users report -EIO.
 */
#include "ossl_fetch.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

static struct {
    enum crypt_prf prf;
    const char *digest;
    EVP_MAC_CTX *keyless;
    EVP_MD *hash;
} hmacs[] = {
    {CRYPT_PRF_HMAC_SHA1, "SHA1", NULL, NULL},
    {CRYPT_PRF_HMAC_SHA2_256, "SHA2-256", NULL, NULL},
    {CRYPT_PRF_HMAC_SHA2_384, "SHA2-384", NULL, NULL},
    {CRYPT_PRF_HMAC_SHA2_512, "SHA2-512", NULL, NULL},
};

static struct {
    uint16_t id, key_bits;
    const char *name;
    EVP_CIPHER *cipher;
} ciphers[] = {
    {CRYPT_ENCR_AES_GCM_16, 128, "AES-128-GCM", NULL},
    {CRYPT_ENCR_AES_GCM_16, 192, "AES-192-GCM", NULL},
    {CRYPT_ENCR_AES_GCM_16, 256, "AES-256-GCM", NULL},
    {CRYPT_ENCR_CHACHA20_POLY1305, 0, "ChaCha20-Poly1305", NULL},
    {CRYPT_ENCR_AES_CCM_16, 128, "AES-128-CCM", NULL},
    {CRYPT_ENCR_AES_CCM_16, 256, "AES-256-CCM", NULL},
    {CRYPT_ENCR_AES_CCM_12, 128, "AES-128-CCM", NULL},
    {CRYPT_ENCR_AES_CCM_12, 256, "AES-256-CCM", NULL},
    {CRYPT_ENCR_AES_CCM_8, 128, "AES-128-CCM", NULL},
    {CRYPT_ENCR_AES_CCM_8, 256, "AES-256-CCM", NULL},
    {CRYPT_ENCR_AES_CBC, 128, "AES-128-CBC", NULL},
    {CRYPT_ENCR_AES_CBC, 192, "AES-192-CBC", NULL},
    {CRYPT_ENCR_AES_CBC, 256, "AES-256-CBC", NULL},
    {CRYPT_ENCR_3DES, 0, "DES-EDE3-CBC", NULL},
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static EVP_MAC_CTX *new_keyless(EVP_MAC *mac, const char *digest)
{
    /* The library reads the name only; its parameter type has no const. */
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    if (ctx && EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

static void fetch_all(void)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    for (size_t i = 0; mac && i < COUNT(hmacs); i++)
        hmacs[i].keyless = new_keyless(mac, hmacs[i].digest);
    for (size_t i = 0; i < COUNT(hmacs); i++)
        hmacs[i].hash = EVP_MD_fetch(NULL, hmacs[i].digest, NULL);
    EVP_MAC_free(mac);
    for (size_t i = 0; i < COUNT(ciphers); i++)
        ciphers[i].cipher = EVP_CIPHER_fetch(NULL, ciphers[i].name, NULL);
}

const EVP_MAC_CTX *ossl_fetch_hmac(enum crypt_prf prf)
{
    pthread_once(&once, fetch_all);
    for (size_t i = 0; i < COUNT(hmacs); i++)
        if (hmacs[i].prf == prf)
            return hmacs[i].keyless;
    return NULL;
}

const EVP_CIPHER *ossl_fetch_cipher(const struct crypt_alg *alg)
{
    pthread_once(&once, fetch_all);
    for (size_t i = 0; i < COUNT(ciphers); i++)
        if (alg->type == CRYPT_TYPE_ENCR && ciphers[i].id == alg->id && ciphers[i].key_bits == alg->key_bits)
            return ciphers[i].cipher;
    return NULL;
}

const EVP_MD *ossl_fetch_hash(enum crypt_prf prf)
{
    pthread_once(&once, fetch_all);
    for (size_t i = 0; i < COUNT(hmacs); i++)
        if (hmacs[i].prf == prf)
            return hmacs[i].hash;
    return NULL;
}

const EVP_MD *ossl_fetch_sha1(void)
{
    return ossl_fetch_hash(CRYPT_PRF_HMAC_SHA1);
}

const EVP_MD *ossl_fetch_sha256(void)
{
    return ossl_fetch_hash(CRYPT_PRF_HMAC_SHA2_256);
}

void ossl_fetch_close(void)
{
    for (size_t i = 0; i < COUNT(hmacs); i++) {
        EVP_MAC_CTX_free(hmacs[i].keyless);
        hmacs[i].keyless = NULL;
        EVP_MD_free(hmacs[i].hash);
        hmacs[i].hash = NULL;
    }
    for (size_t i = 0; i < COUNT(ciphers); i++) {
        EVP_CIPHER_free(ciphers[i].cipher);
        ciphers[i].cipher = NULL;
    }
}
