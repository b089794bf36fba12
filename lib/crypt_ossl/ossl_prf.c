/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HMAC as PRF and as truncated integrity check (RFC 2104, RFC 4868), and SHA-1 for NAT detection. A call
 * duplicates a prepared context: prf+ calls often, and looking a digest up by name costs more than the hash.
 */
#include "ossl_room.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include "base_wipe.h"
#include "ossl_fetch.h"

int ossl_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
             uint8_t *out)
{
    static const uint8_t empty_key[1];
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    if (!alg)
        return -EINVAL;
    const EVP_MAC_CTX *keyless = ossl_fetch_hmac(prf);
    EVP_MAC_CTX *ctx = keyless ? EVP_MAC_CTX_dup(keyless) : NULL;
    /* NULL would mean "keep the key of before", so an empty key needs an address as well. */
    int ok = ctx && EVP_MAC_init(ctx, key.len ? key.ptr : empty_key, key.len, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].len == 0 || EVP_MAC_update(ctx, parts[i].ptr, parts[i].len) == 1;
    size_t len = 0;
    ok = ok && EVP_MAC_final(ctx, out, &len, alg->out_bytes) == 1 && len == alg->out_bytes;
    EVP_MAC_CTX_free(ctx);
    if (ok)
        return 0;
    base_wipe(out, alg->out_bytes);
    ERR_clear_error();
    return -EIO;
}

static int prf_digest(const EVP_MD *md, const struct base_span *parts, size_t count, uint8_t *out,
                      size_t out_bytes)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok = md && ctx && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    if (ok)
        return 0;
    base_wipe(out, out_bytes);
    ERR_clear_error();
    return -EIO;
}

int ossl_sha1(const struct base_span *parts, size_t count, uint8_t out[20])
{
    return prf_digest(ossl_fetch_sha1(), parts, count, out, 20);
}

int ossl_hash(enum crypt_prf prf, const struct base_span *parts, size_t count, uint8_t *out)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    return alg ? prf_digest(ossl_fetch_hash(prf), parts, count, out, alg->out_bytes) : -EINVAL;
}

int ossl_integ(const struct crypt_alg *alg, struct base_span key, const struct base_span *parts, size_t count,
               uint8_t *out)
{
    static const struct {
        enum crypt_integ integ;
        enum crypt_prf prf;
    } same_hash[] = {
        {CRYPT_INTEG_HMAC_SHA1_96, CRYPT_PRF_HMAC_SHA1},
        {CRYPT_INTEG_HMAC_SHA2_256_128, CRYPT_PRF_HMAC_SHA2_256},
        {CRYPT_INTEG_HMAC_SHA2_384_192, CRYPT_PRF_HMAC_SHA2_384},
        {CRYPT_INTEG_HMAC_SHA2_512_256, CRYPT_PRF_HMAC_SHA2_512},
    };
    if (alg->type != CRYPT_TYPE_INTEG || key.len != alg->key_bytes)
        return -EINVAL;
    for (size_t i = 0; i < sizeof same_hash / sizeof same_hash[0]; i++) {
        if (alg->id != same_hash[i].integ)
            continue;
        uint8_t full[CRYPT_PRF_MAX] = {0};
        const int err = ossl_prf(same_hash[i].prf, key, parts, count, full);
        memcpy(out, full, alg->icv_bytes);
        base_wipe(full, sizeof full);
        return err;
    }
    return -EINVAL;
}
