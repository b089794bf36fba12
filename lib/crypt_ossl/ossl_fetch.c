/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one place that asks OpenSSL for algorithms by name. All are fetched at the first use of any; a name
 * that the library does not have (a restricted provider) stays NULL and its users report -EIO.
 */
#include "ossl_fetch.h"

#include <openssl/evp.h>
#include <pthread.h>

#define SPARE_MOST                                                                          \
    8 /* contexts of a digest that wait for their next use: more threads than that are rare \
       */

static struct {
    enum crypt_prf prf;
    const char *name;
    EVP_MD *md;
    size_t n_spare; /* under spare_lock */
    EVP_MD_CTX *spare[SPARE_MOST];
} hashes[] = {
    {.prf = CRYPT_PRF_HMAC_SHA1, .name = "SHA1"},
    {.prf = CRYPT_PRF_HMAC_SHA2_256, .name = "SHA2-256"},
    {.prf = CRYPT_PRF_HMAC_SHA2_384, .name = "SHA2-384"},
    {.prf = CRYPT_PRF_HMAC_SHA2_512, .name = "SHA2-512"},
};
static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;

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

static void fetch_all(void)
{
    for (size_t i = 0; i < COUNT(hashes); i++)
        hashes[i].md = EVP_MD_fetch(NULL, hashes[i].name, NULL);
    for (size_t i = 0; i < COUNT(ciphers); i++)
        ciphers[i].cipher = EVP_CIPHER_fetch(NULL, ciphers[i].name, NULL);
}

const EVP_MD *ossl_fetch_hash(enum crypt_prf prf)
{
    pthread_once(&once, fetch_all);
    for (size_t i = 0; i < COUNT(hashes); i++)
        if (hashes[i].prf == prf)
            return hashes[i].md;
    return NULL;
}

EVP_MD_CTX *ossl_fetch_take(const EVP_MD *md)
{
    EVP_MD_CTX *ctx = NULL;
    pthread_mutex_lock(&spare_lock);
    for (size_t i = 0; i < COUNT(hashes); i++)
        if (hashes[i].md == md && hashes[i].n_spare)
            ctx = hashes[i].spare[--hashes[i].n_spare];
    pthread_mutex_unlock(&spare_lock);
    return ctx ? ctx : EVP_MD_CTX_new();
}

/* To begin is to write the digest's own first values over what the last use left. */
void ossl_fetch_give(const EVP_MD *md, EVP_MD_CTX *ctx)
{
    if (ctx && EVP_DigestInit_ex2(ctx, md, NULL) == 1) {
        pthread_mutex_lock(&spare_lock);
        for (size_t i = 0; i < COUNT(hashes) && ctx; i++) {
            if (hashes[i].md != md || hashes[i].n_spare == SPARE_MOST)
                continue;
            hashes[i].spare[hashes[i].n_spare++] = ctx;
            ctx = NULL;
        }
        pthread_mutex_unlock(&spare_lock);
    }
    EVP_MD_CTX_free(ctx);
}

const EVP_CIPHER *ossl_fetch_cipher(const struct crypt_alg *alg)
{
    pthread_once(&once, fetch_all);
    for (size_t i = 0; i < COUNT(ciphers); i++)
        if (alg->type == CRYPT_TYPE_ENCR && ciphers[i].id == alg->id && ciphers[i].key_bits == alg->key_bits)
            return ciphers[i].cipher;
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
    for (size_t i = 0; i < COUNT(hashes); i++) {
        while (hashes[i].n_spare)
            EVP_MD_CTX_free(hashes[i].spare[--hashes[i].n_spare]);
        EVP_MD_free(hashes[i].md);
        hashes[i].md = NULL;
    }
    for (size_t i = 0; i < COUNT(ciphers); i++) {
        EVP_CIPHER_free(ciphers[i].cipher);
        ciphers[i].cipher = NULL;
    }
}
