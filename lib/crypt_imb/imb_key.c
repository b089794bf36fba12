/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From algorithm rows to a suite, and from key bytes to an expanded key. What has no case here does not
 * exist for the data path.
 */
#include "imb_int.h"

#include <errno.h>
#include "base_wipe.h"

static int suite_class(const struct crypt_alg *encr)
{
    switch (encr->id) {
    case CRYPT_ENCR_AES_GCM_16:
        return encr->key_bits == 128   ? IMB_CLASS_GCM128
               : encr->key_bits == 192 ? IMB_CLASS_GCM192
               : encr->key_bits == 256 ? IMB_CLASS_GCM256
                                       : -ENOTSUP;
    case CRYPT_ENCR_CHACHA20_POLY1305:
        return IMB_CLASS_CHACHA;
    case CRYPT_ENCR_AES_CCM_8:
    case CRYPT_ENCR_AES_CCM_12:
    case CRYPT_ENCR_AES_CCM_16:
        /* The library has no CCM of 192 bits. */
        return encr->key_bits == 128 || encr->key_bits == 256 ? IMB_CLASS_CCM : -ENOTSUP;
    case CRYPT_ENCR_3DES:
    case CRYPT_ENCR_AES_CBC:
    case CRYPT_ENCR_NULL:
        return IMB_CLASS_HMAC;
    default:
        return -ENOTSUP;
    }
}

static int hash_of(const struct crypt_alg *integ)
{
    switch (integ->id) {
    case CRYPT_INTEG_HMAC_SHA1_96:
        return IMB_AUTH_HMAC_SHA_1;
    case CRYPT_INTEG_HMAC_SHA2_256_128:
        return IMB_AUTH_HMAC_SHA_256;
    case CRYPT_INTEG_HMAC_SHA2_384_192:
        return IMB_AUTH_HMAC_SHA_384;
    case CRYPT_INTEG_HMAC_SHA2_512_256:
        return IMB_AUTH_HMAC_SHA_512;
    default:
        return -ENOTSUP;
    }
}

int imb_suite_find(const struct crypt_alg *encr, const struct crypt_alg *integ, struct esp_suite *out)
{
    if (!encr || encr->type != CRYPT_TYPE_ENCR)
        return -ENOTSUP;
    int cls = suite_class(encr);
    if (cls < 0)
        return cls;
    bool is_hmac = cls == IMB_CLASS_HMAC;
    if (is_hmac != (integ && integ->id != CRYPT_INTEG_NONE))
        return -ENOTSUP;
    if (is_hmac && hash_of(integ) < 0)
        return -ENOTSUP;
    *out = (struct esp_suite){
        .cls = (uint8_t)cls,
        .iv_bytes = encr->iv_bytes,
        .icv_bytes = is_hmac ? integ->icv_bytes : encr->icv_bytes,
        .align_bytes = encr->block_bytes > 4 ? encr->block_bytes : 4,
        .encr_len = (uint8_t)(encr->key_bytes + encr->salt_bytes),
        .integ_len = is_hmac ? (uint8_t)integ->key_bytes : 0,
    };
    return 0;
}

typedef void (*one_block_fn)(const void *block, void *digest);

/* HMAC's two key blocks, hashed ahead (RFC 2104). */
static void hmac_expand(IMB_MGR *mgr, int hash, const uint8_t *key, size_t len, struct imb_hmac_key *out)
{
    one_block_fn fn = hash == IMB_AUTH_HMAC_SHA_1     ? (one_block_fn)mgr->sha1_one_block
                      : hash == IMB_AUTH_HMAC_SHA_256 ? (one_block_fn)mgr->sha256_one_block
                      : hash == IMB_AUTH_HMAC_SHA_384 ? (one_block_fn)mgr->sha384_one_block
                                                      : (one_block_fn)mgr->sha512_one_block;
    uint8_t block[128];
    memset(block, 0x36, sizeof block);
    for (size_t i = 0; i < len; i++)
        block[i] ^= key[i];
    fn(block, out->ipad);
    memset(block, 0x5c, sizeof block);
    for (size_t i = 0; i < len; i++)
        block[i] ^= key[i];
    fn(block, out->opad);
    base_wipe(block, sizeof block);
}

/* The cipher of class HMAC. */
static void cbc_expand(IMB_MGR *mgr, const struct crypt_alg *encr, const uint8_t *key,
                       struct imb_hmac_key *out)
{
    const size_t len = encr->key_bytes;
    out->cipher = encr->id == CRYPT_ENCR_3DES ? IMB_CIPHER_DES3 : len ? IMB_CIPHER_CBC : IMB_CIPHER_NULL;
    out->key_bytes = (uint8_t)len;
    if (out->cipher == IMB_CIPHER_DES3)
        for (size_t i = 0; i < 3; i++)
            IMB_DES_KEYSCHED(mgr, out->des3[i], key + 8 * i);
    else if (len == 16)
        IMB_AES_KEYEXP_128(mgr, key, out->enc, out->dec);
    else if (len == 24)
        IMB_AES_KEYEXP_192(mgr, key, out->enc, out->dec);
    else if (len == 32)
        IMB_AES_KEYEXP_256(mgr, key, out->enc, out->dec);
}

/* CCM encrypts only, in both directions. */
static void ccm_expand(IMB_MGR *mgr, const struct crypt_alg *encr, const uint8_t *key,
                       struct imb_ccm_key *out)
{
    _Alignas(16) uint8_t unused[sizeof out->enc];
    if (encr->key_bits == 128)
        IMB_AES_KEYEXP_128(mgr, key, out->enc, unused);
    else
        IMB_AES_KEYEXP_256(mgr, key, out->enc, unused);
    base_wipe(unused, sizeof unused);
    out->key_bytes = (uint8_t)encr->key_bytes;
    out->icv_bytes = encr->icv_bytes;
}

static void salt_put(const struct crypt_alg *encr, const uint8_t *encr_key, uint32_t *out)
{
    const size_t len = encr->salt_bytes;
    *out = 0;
    memcpy((uint8_t *)out + sizeof *out - len, encr_key + encr->key_bytes, len);
}

int imb_key_expand(struct esp_ctx *imb, const struct crypt_alg *encr, const struct crypt_alg *integ,
                   const uint8_t *encr_key, size_t encr_len, const uint8_t *integ_key, size_t integ_len,
                   struct esp_key *out)
{
    struct esp_suite suite;
    int err = imb_suite_find(encr, integ, &suite);
    if (err)
        return err;
    if (encr_len != suite.encr_len || integ_len != suite.integ_len || integ_len > 64)
        return -EINVAL;
    union imb_key *data = imb_key_data(out);
    if (encr->salt_bytes)
        salt_put(encr, encr_key, &data->salt);
    switch ((enum imb_class)suite.cls) {
    case IMB_CLASS_GCM128:
        IMB_AES128_GCM_PRE(imb->mgr, encr_key, &data->gcm);
        break;
    case IMB_CLASS_GCM192:
        IMB_AES192_GCM_PRE(imb->mgr, encr_key, &data->gcm);
        break;
    case IMB_CLASS_GCM256:
        IMB_AES256_GCM_PRE(imb->mgr, encr_key, &data->gcm);
        break;
    case IMB_CLASS_CHACHA:
        memcpy(data->chacha, encr_key, sizeof data->chacha);
        break;
    case IMB_CLASS_CCM:
        ccm_expand(imb->mgr, encr, encr_key, &data->ccm);
        break;
    case IMB_CLASS_HMAC:
        data->hmac.hash_alg = (uint32_t)hash_of(integ);
        data->hmac.iv_bytes = suite.iv_bytes;
        data->hmac.icv_bytes = suite.icv_bytes;
        cbc_expand(imb->mgr, encr, encr_key, &data->hmac);
        hmac_expand(imb->mgr, (int)data->hmac.hash_alg, integ_key, integ_len, &data->hmac);
        break;
    case IMB_CLASSES:
        return -ENOTSUP;
    }
    return 0;
}
