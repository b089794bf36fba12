/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HMAC as PRF and as truncated integrity check (RFC 2104, RFC 4868), and SHA-1 for NAT detection. A handshake
 * calls some twenty times with other keys, so HMAC is made of the digest in a context that waits for it: the
 * library's own costs a dozen allocations for each key, and more than the hash.
 */
#include "ossl_room.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <string.h>
#include "base_wipe.h"
#include "ossl_fetch.h"
#include "ossl_ops.h"

#define BLOCK_MAX 128 /* bytes that SHA-384 and SHA-512 take at a time */
#define PAD_INNER 0x36
#define PAD_OUTER 0x5c

/* The digest of first and of all parts. */
static bool digest_of(EVP_MD_CTX *ctx, const EVP_MD *md, struct base_span first,
                      const struct base_span *parts, size_t count, uint8_t *out)
{
    bool ok = EVP_DigestInit_ex2(ctx, md, NULL) == 1 && EVP_DigestUpdate(ctx, first.ptr, first.len) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
    return ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

/* RFC 2104 2. */
static bool hmac_of(EVP_MD_CTX *ctx, const EVP_MD *md, struct base_span key, const struct base_span *parts,
                    size_t count, uint8_t *out)
{
    const size_t block = (size_t)EVP_MD_get_block_size(md), len = (size_t)EVP_MD_get_size(md);
    uint8_t pad[BLOCK_MAX] = {0}, inner[EVP_MAX_MD_SIZE];
    bool ok = block <= sizeof pad;
    if (ok && key.len > block)
        ok = digest_of(ctx, md, key, NULL, 0, pad);
    else if (ok && key.len)
        memcpy(pad, key.ptr, key.len);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= PAD_INNER;
    ok = ok && digest_of(ctx, md, base_span(pad, block), parts, count, inner);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= PAD_INNER ^ PAD_OUTER;
    const struct base_span rest = base_span(inner, len);
    ok = ok && digest_of(ctx, md, base_span(pad, block), &rest, 1, out);
    base_wipe(pad, sizeof pad);
    base_wipe(inner, sizeof inner);
    return ok;
}

int ossl_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
             uint8_t *out)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    if (!alg)
        return -EINVAL;
    const EVP_MD *md = ossl_fetch_hash(prf);
    EVP_MD_CTX *ctx = md ? ossl_fetch_take(md) : NULL;
    const bool ok = ctx && EVP_MD_get_size(md) == alg->out_bytes && hmac_of(ctx, md, key, parts, count, out);
    ossl_fetch_give(md, ctx);
    if (ok)
        return 0;
    base_wipe(out, alg->out_bytes);
    ERR_clear_error();
    return -EIO;
}

int ossl_hkdf(struct base_span secret, struct base_span salt, struct base_span info, uint8_t *out, size_t len)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret.ptr, secret.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt.ptr, salt.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info.ptr, info.len),
        OSSL_PARAM_construct_end()};
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    const bool ok = ctx && EVP_KDF_derive(ctx, out, len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    if (ok)
        return 0;
    base_wipe(out, len);
    ERR_clear_error();
    return -EIO;
}

static int prf_digest(const EVP_MD *md, const struct base_span *parts, size_t count, uint8_t *out,
                      size_t out_bytes)
{
    EVP_MD_CTX *ctx = md ? ossl_fetch_take(md) : NULL;
    const bool ok = ctx && digest_of(ctx, md, BASE_SPAN_NONE, parts, count, out);
    ossl_fetch_give(md, ctx);
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
