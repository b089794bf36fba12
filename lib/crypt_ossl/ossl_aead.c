/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ciphers of the SK payload: AES-GCM, AES-CCM and ChaCha20-Poly1305, whose nonce is salt | IV (RFC 5282
 * 4, RFC 7634 2), and AES-CBC and 3DES-CBC, which leave integrity to the caller. Nothing is padded here.
 *
 * CCM wants to know before the first byte how long nonce, tag and data are, takes the data at once, and says
 * there already whether the tag is right (RFC 3610 2.2, 2.5).
 */
#include "ossl_room.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include "base_wipe.h"
#include "ossl_fetch.h"

#define NONCE_MAX 16

static bool is_ccm(const struct crypt_alg *alg)
{
    return alg->id >= CRYPT_ENCR_AES_CCM_8 && alg->id <= CRYPT_ENCR_AES_CCM_16;
}

/* What an AEAD is told ahead of its key. tag: the one to be expected; NULL: it will be computed. */
static bool set_sizes(EVP_CIPHER_CTX *ctx, const struct crypt_alg *alg, size_t nonce_len, uint8_t *tag)
{
    if (!alg->is_aead)
        return true;
    return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce_len, NULL) == 1 &&
           ((!tag && !is_ccm(alg)) ||
            EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, alg->icv_bytes, tag) == 1);
}

/*
 * A context with sizes, key and nonce set, in *out for the caller to free. tag: of what is to be decrypted
 * with an AEAD; NULL: it encrypts, or there is none.
 */
static int open_cipher(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                       size_t data_len, uint8_t *tag, int encrypts, EVP_CIPHER_CTX **out)
{
    uint8_t nonce[NONCE_MAX];
    struct base_reader r = base_reader(key);
    struct base_writer w = base_writer(nonce, sizeof nonce);

    *out = NULL;
    if (alg->type != CRYPT_TYPE_ENCR || key.len != (size_t)alg->key_bytes + alg->salt_bytes ||
        iv.len != alg->iv_bytes || data_len > INT_MAX || data_len % alg->block_bytes)
        return -EINVAL;
    const struct base_span bare_key = base_read_span(&r, alg->key_bytes);
    base_write_span(&w, base_read_rest(&r));
    base_write_span(&w, iv);
    const EVP_CIPHER *cipher = ossl_fetch_cipher(alg);
    EVP_CIPHER_CTX *ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;
    const int ok = ctx && !w.failed && EVP_CipherInit_ex2(ctx, cipher, NULL, NULL, encrypts, NULL) == 1 &&
                   set_sizes(ctx, alg, w.pos, tag) && (size_t)EVP_CIPHER_CTX_get_iv_length(ctx) == w.pos &&
                   EVP_CipherInit_ex2(ctx, NULL, bare_key.ptr, nonce, encrypts, NULL) == 1 &&
                   EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
    base_wipe(nonce, sizeof nonce);
    if (!ok) {
        EVP_CIPHER_CTX_free(ctx);
        ERR_clear_error();
        return -EIO;
    }
    *out = ctx;
    return 0;
}

/* Feeds aad and data; data_len fits an int. */
static int run(EVP_CIPHER_CTX *ctx, const struct crypt_alg *alg, struct base_span aad, struct base_span data,
               uint8_t *out)
{
    static const uint8_t nothing[1];
    uint8_t nowhere[1];
    int n = 0;
    if (!alg->is_aead)
        aad = BASE_SPAN_NONE;
    if (aad.len > INT_MAX)
        return 0;
    if (is_ccm(alg) && EVP_CipherUpdate(ctx, NULL, &n, NULL, (int)data.len) != 1)
        return 0;
    if (aad.len && EVP_CipherUpdate(ctx, NULL, &n, aad.ptr, (int)aad.len) != 1)
        return 0;
    n = 0;
    if (data.len == 0 && !is_ccm(alg))
        return 1;
    return EVP_CipherUpdate(ctx, data.len ? out : nowhere, &n, data.len ? data.ptr : nothing,
                            (int)data.len) == 1 &&
           (size_t)n == data.len;
}

int ossl_encrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv, struct base_span aad,
                 struct base_span plain, uint8_t *cipher_out, uint8_t *icv)
{
    EVP_CIPHER_CTX *ctx;
    uint8_t rest[EVP_MAX_BLOCK_LENGTH]; /* stays empty: the data are whole blocks */
    int n = 0;
    const int err = open_cipher(alg, key, iv, plain.len, NULL, 1, &ctx);
    if (err)
        return err;
    int ok = run(ctx, alg, aad, plain, cipher_out) && EVP_CipherFinal_ex(ctx, rest, &n) == 1 && n == 0;
    if (ok && alg->is_aead)
        ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, alg->icv_bytes, icv) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (ok)
        return 0;
    /* In place, the output may still be clear text. */
    base_wipe(cipher_out, plain.len);
    ERR_clear_error();
    return -EIO;
}

int ossl_decrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv, struct base_span aad,
                 struct base_span cipher, struct base_span icv, uint8_t *plain_out)
{
    EVP_CIPHER_CTX *ctx;
    uint8_t rest[EVP_MAX_BLOCK_LENGTH], tag[CRYPT_INTEG_KEY_MAX];
    int n = 0;
    if (alg->is_aead && icv.len != alg->icv_bytes) {
        base_wipe(plain_out, cipher.len);
        return -EBADMSG;
    }
    if (alg->is_aead)
        memcpy(tag, icv.ptr, icv.len); /* the library's parameter has no const */
    int err = open_cipher(alg, key, iv, cipher.len, alg->is_aead ? tag : NULL, 0, &ctx);
    if (err) {
        base_wipe(plain_out, cipher.len);
        return err;
    }
    if (!run(ctx, alg, aad, cipher, plain_out))
        err = is_ccm(alg) ? -EBADMSG : -EIO;
    else if (EVP_CipherFinal_ex(ctx, rest, &n) != 1 || n != 0)
        err = alg->is_aead ? -EBADMSG : -EIO;
    EVP_CIPHER_CTX_free(ctx);
    if (err) {
        base_wipe(plain_out, cipher.len);
        ERR_clear_error();
    }
    return err;
}
