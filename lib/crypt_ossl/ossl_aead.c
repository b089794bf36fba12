/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ciphers of the SK payload: AES-GCM and ChaCha20-Poly1305, whose nonce is salt | IV (RFC 5282 4,
 * RFC 7634 2), and AES-CBC, which leaves integrity to the caller. Nothing is padded here.
 */
#include "ossl_room.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include "base_wipe.h"
#include "ossl_fetch.h"

#define NONCE_MAX 16

/* A context with key and nonce set, in *out for the caller to free. */
static int open_cipher(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                       size_t data_len, int encrypts, EVP_CIPHER_CTX **out)
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
    const int ok = ctx && !w.failed && (size_t)EVP_CIPHER_get_iv_length(cipher) == w.pos &&
                   EVP_CipherInit_ex2(ctx, cipher, bare_key.ptr, nonce, encrypts, NULL) == 1 &&
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
static int run(EVP_CIPHER_CTX *ctx, struct base_span aad, struct base_span data, uint8_t *out)
{
    int n = 0;
    if (aad.len > INT_MAX)
        return 0;
    if (aad.len && EVP_CipherUpdate(ctx, NULL, &n, aad.ptr, (int)aad.len) != 1)
        return 0;
    n = 0;
    return data.len == 0 ||
           (EVP_CipherUpdate(ctx, out, &n, data.ptr, (int)data.len) == 1 && (size_t)n == data.len);
}

int ossl_encrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv, struct base_span aad,
                 struct base_span plain, uint8_t *cipher_out, uint8_t *icv)
{
    EVP_CIPHER_CTX *ctx;
    uint8_t rest[EVP_MAX_BLOCK_LENGTH]; /* stays empty: the data are whole blocks */
    int n = 0;
    const int err = open_cipher(alg, key, iv, plain.len, 1, &ctx);
    if (err)
        return err;
    int ok = run(ctx, alg->is_aead ? aad : BASE_SPAN_NONE, plain, cipher_out) &&
             EVP_CipherFinal_ex(ctx, rest, &n) == 1 && n == 0;
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
    int err = open_cipher(alg, key, iv, cipher.len, 0, &ctx);
    if (err) {
        base_wipe(plain_out, cipher.len);
        return err;
    }
    int ok = 1;
    if (alg->is_aead) {
        memcpy(tag, icv.ptr, icv.len); /* the library's parameter has no const */
        ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, alg->icv_bytes, tag) == 1;
    }
    ok = ok && run(ctx, alg->is_aead ? aad : BASE_SPAN_NONE, cipher, plain_out);
    if (!ok)
        err = -EIO;
    else if (EVP_CipherFinal_ex(ctx, rest, &n) != 1 || n != 0)
        err = alg->is_aead ? -EBADMSG : -EIO;
    EVP_CIPHER_CTX_free(ctx);
    if (err) {
        base_wipe(plain_out, cipher.len);
        ERR_clear_error();
    }
    return err;
}
