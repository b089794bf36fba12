/* SPDX-License-Identifier: BSD-3-Clause */
/* Digests and DES for EAP and RADIUS, fetched once. */
#include "ossl_eap.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <string.h>
#include "base_wipe.h"
#include "ossl_room.h"

static struct {
    OSSL_LIB_CTX *context; /* of the legacy provider */
    OSSL_PROVIDER *legacy;
    EVP_MD *md4, *md5;
    EVP_CIPHER *des;
    EVP_MAC_CTX *hmac_md5; /* without a key: to be duplicated */
} eap;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static EVP_MAC_CTX *eap_new_hmac(void)
{
    char digest[] = "MD5";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    if (ctx && EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

static void eap_load(void)
{
    eap.context = OSSL_LIB_CTX_new();
    if (eap.context)
        eap.legacy = OSSL_PROVIDER_load(eap.context, "legacy");
    if (eap.legacy) {
        eap.md4 = EVP_MD_fetch(eap.context, "MD4", NULL);
        eap.des = EVP_CIPHER_fetch(eap.context, "DES-ECB", NULL);
    }
    eap.md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    eap.hmac_md5 = eap_new_hmac();
    ERR_clear_error();
}

int ossl_eap_start(void)
{
    pthread_once(&once, eap_load);
    return eap.md4 && eap.des ? 0 : -ENOTSUP;
}

void ossl_eap_fini(void)
{
    EVP_MAC_CTX_free(eap.hmac_md5);
    EVP_MD_free(eap.md4);
    EVP_MD_free(eap.md5);
    EVP_CIPHER_free(eap.des);
    if (eap.legacy)
        OSSL_PROVIDER_unload(eap.legacy);
    OSSL_LIB_CTX_free(eap.context);
    memset(&eap, 0, sizeof eap);
}

static int eap_digest(const EVP_MD *md, const struct base_span *parts, size_t count, uint8_t *out)
{
    if (!md)
        return -ENOTSUP;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = ctx && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok ? 0 : -EIO;
}

static int eap_md4(const struct base_span *parts, size_t count, uint8_t out[16])
{
    ossl_eap_start();
    return eap_digest(eap.md4, parts, count, out);
}

static int eap_md5(const struct base_span *parts, size_t count, uint8_t out[16])
{
    ossl_eap_start();
    return eap_digest(eap.md5, parts, count, out);
}

static int eap_hmac_md5(struct base_span key, const struct base_span *parts, size_t count, uint8_t out[16])
{
    static const uint8_t empty_key[1];
    size_t len = 0;
    ossl_eap_start();
    if (!eap.hmac_md5)
        return -ENOTSUP;
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(eap.hmac_md5);
    int ok = ctx && EVP_MAC_init(ctx, key.len ? key.ptr : empty_key, key.len, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].len == 0 || EVP_MAC_update(ctx, parts[i].ptr, parts[i].len) == 1;
    ok = ok && EVP_MAC_final(ctx, out, &len, 16) == 1 && len == 16;
    EVP_MAC_CTX_free(ctx);
    ERR_clear_error();
    return ok ? 0 : -EIO;
}

/* Seven bytes become eight with seven bits of the key each; the parity bit counts for nothing. */
static void eap_spread_key(const uint8_t key[7], uint8_t out[8])
{
    out[0] = key[0];
    for (size_t i = 1; i < 7; i++)
        out[i] = (uint8_t)(key[i - 1] << (8 - i) | key[i] >> i);
    out[7] = (uint8_t)(key[6] << 1);
}

static int eap_des(const uint8_t key[7], const uint8_t in[8], uint8_t out[8])
{
    uint8_t spread[8];
    int len = 0;
    if (ossl_eap_start() < 0)
        return -ENOTSUP;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    eap_spread_key(key, spread);
    const int ok = ctx && EVP_EncryptInit_ex2(ctx, eap.des, spread, NULL, NULL) == 1 &&
                   EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_EncryptUpdate(ctx, out, &len, in, 8) == 1 &&
                   len == 8;
    EVP_CIPHER_CTX_free(ctx);
    base_wipe(spread, sizeof spread);
    ERR_clear_error();
    return ok ? 0 : -EIO;
}

const struct crypt_eap_ops ossl_eap_ops = {
    .md4 = eap_md4,
    .md5 = eap_md5,
    .sha1 = ossl_sha1,
    .hmac_md5 = eap_hmac_md5,
    .des = eap_des,
};
