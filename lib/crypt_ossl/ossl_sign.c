/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signatures of AUTH (RFC 7427, RFC 4754, RFC 8420): made by a private key, checked by the public key of a
 * certificate. The digest is part of it: what is signed comes in whole.
 */
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>
#include "ossl_cert.h"
#include "ossl_key.h"
#include "ossl_lib.h"
#include "ossl_pki.h"

#define SIGN_PART_MAX 66 /* octets of r or of s: P-521 */

/* The library's name of a hash; NULL: the scheme hashes by itself. */
static const char *digest_name(enum crypt_hash hash)
{
    static const char *const names[] = {[CRYPT_HASH_SHA1] = "SHA1",
                                        [CRYPT_HASH_SHA2_256] = "SHA256",
                                        [CRYPT_HASH_SHA2_384] = "SHA384",
                                        [CRYPT_HASH_SHA2_512] = "SHA512",
                                        [CRYPT_HASH_IDENTITY] = NULL};
    return names[hash];
}

static bool is_raw(const struct crypt_sig_row *row)
{
    return row->sig >= CRYPT_SIG_ECDSA_P256_RAW && row->sig <= CRYPT_SIG_ECDSA_P521_RAW;
}

static size_t raw_part(const struct crypt_sig_row *row)
{
    return (row->ec_bits + 7u) / 8u;
}

/* Padding and salt of RSA; nothing for the others. */
static bool set_padding(EVP_PKEY_CTX *pctx, const struct crypt_sig_row *row)
{
    if (row->key != CRYPT_SIG_KEY_RSA)
        return true;
    if (!crypt_sig_is_pss(row->sig))
        return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PADDING) == 1;
    return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* DER of the library to r|s. */
static int raw_from_der(const struct crypt_sig_row *row, uint8_t *sig, size_t *len)
{
    const unsigned char *pos = sig;
    const int part = (int)raw_part(row);
    ECDSA_SIG *rs = d2i_ECDSA_SIG(NULL, &pos, (long)*len);
    const bool ok = rs && BN_bn2binpad(ECDSA_SIG_get0_r(rs), sig, part) == part &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(rs), sig + part, part) == part;
    ECDSA_SIG_free(rs);
    *len = ok ? 2 * (size_t)part : 0;
    return ok ? 0 : -EIO;
}

/* r|s to the DER that the library takes. False: not of the right length. */
static bool der_from_raw(const struct crypt_sig_row *row, struct base_span raw,
                         uint8_t der[CRYPT_SIG_BYTES_MAX], size_t *len)
{
    const size_t part = raw_part(row);
    if (raw.len != 2 * part)
        return false;
    ECDSA_SIG *rs = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw.ptr, (int)part, NULL), *s = BN_bin2bn(raw.ptr + part, (int)part, NULL);
    int n = -1;
    if (rs && r && s && ECDSA_SIG_set0(rs, r, s) == 1) {
        unsigned char *pos = der;
        r = s = NULL;
        n = i2d_ECDSA_SIG(rs, &pos);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(rs);
    *len = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static int sign_begun(EVP_MD_CTX *ctx, EVP_PKEY_CTX *pctx, const struct crypt_sig_row *row,
                      struct base_span octets, uint8_t *out, size_t *len)
{
    size_t n = CRYPT_SIG_BYTES_MAX;
    if (!set_padding(pctx, row) || EVP_DigestSign(ctx, out, &n, octets.ptr, octets.len) != 1)
        return -EIO;
    *len = n;
    return is_raw(row) ? raw_from_der(row, out, len) : 0;
}

/* Signs what is a hash already (RFC 2409 5.1). */
static int sign_bare(const struct crypt_key *key, struct base_span octets, uint8_t *out, size_t *len)
{
    size_t n = CRYPT_SIG_BYTES_MAX;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(key->lib, key->pkey, NULL);
    const bool ok = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                    EVP_PKEY_sign(ctx, out, &n, octets.ptr, octets.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    *len = ok ? n : 0;
    return ok ? 0 : -EIO;
}

int ossl_sign(const struct crypt_key *key, enum crypt_sig sig, struct base_span octets, uint8_t *out,
              size_t *len)
{
    const struct crypt_sig_row *row = crypt_sig_row(sig);
    EVP_PKEY_CTX *pctx = NULL;
    *len = 0;
    if (!row || !ossl_kind_takes(&key->kind, row))
        return -EINVAL;
    if (sig == CRYPT_SIG_RSA_BARE)
        return sign_bare(key, octets, out, len);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int err = -EIO;
    if (ctx &&
        EVP_DigestSignInit_ex(ctx, &pctx, digest_name(row->hash), key->lib, NULL, key->pkey, NULL) == 1)
        err = sign_begun(ctx, pctx, row, octets, out, len);
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return err;
}

static int verify_bare(const struct crypt_cert *cert, struct base_span octets, struct base_span signature)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ossl_lib(), cert->pkey, NULL);
    int verified = -EIO;
    if (ctx && EVP_PKEY_verify_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1)
        verified = EVP_PKEY_verify(ctx, signature.ptr, signature.len, octets.ptr, octets.len) == 1;
    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();
    return verified;
}

int ossl_verify(const struct crypt_cert *cert, enum crypt_sig sig, struct base_span octets,
                struct base_span signature)
{
    const struct crypt_sig_row *row = crypt_sig_row(sig);
    uint8_t der[CRYPT_SIG_BYTES_MAX];
    size_t der_len;
    EVP_PKEY_CTX *pctx = NULL;
    if (!row || !cert->is_usable || !ossl_kind_takes(&cert->kind, row) || signature.len > CRYPT_SIG_BYTES_MAX)
        return 0;
    if (sig == CRYPT_SIG_RSA_BARE)
        return verify_bare(cert, octets, signature);
    if (is_raw(row)) {
        if (!der_from_raw(row, signature, der, &der_len))
            return 0;
        signature = base_span(der, der_len);
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int verified = -EIO;
    if (ctx &&
        EVP_DigestVerifyInit_ex(ctx, &pctx, digest_name(row->hash), ossl_lib(), NULL, cert->pkey, NULL) ==
            1 &&
        set_padding(pctx, row))
        /* Less than 0 is a signature that is none even in form. */
        verified = EVP_DigestVerify(ctx, signature.ptr, signature.len, octets.ptr, octets.len) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return verified;
}

/* How well a scheme serves a key, lower is better: the hash that matches the strength of the key first. */
static unsigned scheme_rank(const struct ossl_kind *kind, const struct crypt_sig_row *row, bool prefers_pss)
{
    const bool is_strong = kind->key == CRYPT_SIG_KEY_RSA ? kind->bits > 4096 : kind->bits > 256;
    const enum crypt_hash fits = kind->bits == 521 ? CRYPT_HASH_SHA2_512
                                 : is_strong       ? CRYPT_HASH_SHA2_384
                                                   : CRYPT_HASH_SHA2_256;
    /* Stronger ones come next, weaker ones last. */
    const unsigned hash = row->hash >= fits ? row->hash - fits : 8u + (unsigned)(fits - row->hash);
    return hash + (crypt_sig_is_pss(row->sig) == prefers_pss ? 0 : 32u);
}

size_t ossl_key_schemes(const struct crypt_key *key, uint32_t hashes, bool prefers_pss,
                        enum crypt_sig out[CRYPT_SIGS])
{
    unsigned ranks[CRYPT_SIGS];
    size_t n = 0;
    for (enum crypt_sig sig = CRYPT_SIG_NONE + 1; sig < CRYPT_SIGS; sig++) {
        const struct crypt_sig_row *row = crypt_sig_row(sig);
        const bool is_asked =
            row->method == CRYPT_SIG_METHOD_DIGITAL ? (hashes & CRYPT_HASH_BIT(row->hash)) != 0 : hashes == 0;
        if (!row->method || !is_asked || !ossl_kind_takes(&key->kind, row))
            continue;
        const unsigned rank = scheme_rank(&key->kind, row, prefers_pss);
        size_t at = n++;
        for (; at > 0 && ranks[at - 1] > rank; at--) {
            ranks[at] = ranks[at - 1];
            out[at] = out[at - 1];
        }
        ranks[at] = rank;
        out[at] = sig;
    }
    return n;
}
