/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Key derivation of RFC 7296 2.13 to 2.18, pure over crypt_ike_ops. It decides no algorithm and keeps no
 * state; the exchanges say when which keys are made. Whatever is secret on the stack is wiped before return.
 */
#include "ikev2_keymat.h"

#include <errno.h>
#include <string.h>
#include "base_span.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "crypt_ike_ops.h"
#include "esp_pair.h"

#define SEED_PARTS_MAX 4
/* SK_d, SK_pi, SK_pr and two each of SK_a and SK_e: more than any child takes. */
#define KEYMAT_MAX     (3 * CRYPT_PRF_MAX + 2 * CRYPT_INTEG_KEY_MAX + 2 * CRYPT_ENCR_KEY_MAX)

/* Bytes that the PRF makes and wants as key, or 0 for none that Culvert knows. */
static size_t prf_bytes(enum crypt_prf prf)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    return alg ? alg->out_bytes : 0;
}

static int prf_once(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span key,
                    const struct base_span *parts, size_t count, uint8_t out[CRYPT_PRF_MAX])
{
    base_wipe(out, CRYPT_PRF_MAX);
    const int err = prf_bytes(prf) ? ops->prf(prf, key, parts, count, out) : -EINVAL;
    if (err)
        base_wipe(out, CRYPT_PRF_MAX);
    return err;
}

int ikev2_keymat_prf_plus(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span key,
                          const struct base_span *parts, size_t count, uint8_t *out, size_t len)
{
    const size_t block = prf_bytes(prf);
    struct base_span in[SEED_PARTS_MAX + 2] = {BASE_SPAN_NONE};
    uint8_t t[CRYPT_PRF_MAX];
    uint8_t n = 0;
    int err = block == 0 || count > SEED_PARTS_MAX || len > 255 * block ? -EINVAL : 0;

    if (!err && count)
        memcpy(in + 1, parts, count * sizeof *parts);
    /* T1 = prf(K, S | 0x01), Tn = prf(K, Tn-1 | S | n): the first round has an empty T. */
    for (size_t at = 0; !err && at < len; at += block) {
        n++;
        in[count + 1] = base_span(&n, 1);
        err = ops->prf(prf, key, in, count + 2, t);
        if (err)
            break;
        memcpy(out + at, t, len - at < block ? len - at : block);
        in[0] = base_span(t, block);
    }
    base_wipe(t, sizeof t);
    if (err)
        base_wipe(out, len);
    return err;
}

int ikev2_keymat_skeyseed(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span ni,
                          struct base_span nr, struct base_span secret, uint8_t out[CRYPT_PRF_MAX])
{
    uint8_t key[2 * 256]; /* nonces are 16 to 256 bytes, RFC 7296 3.9 */
    struct base_writer w = base_writer(key, sizeof key);
    base_write_span(&w, ni);
    base_write_span(&w, nr);
    if (w.failed) {
        base_wipe(out, CRYPT_PRF_MAX);
        return -EINVAL;
    }
    return prf_once(ops, prf, base_writer_span(&w), &secret, 1, out);
}

int ikev2_keymat_skeyseed_rekey(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span sk_d,
                                struct base_span secret, struct base_span ni, struct base_span nr,
                                struct base_span more, uint8_t out[CRYPT_PRF_MAX])
{
    const struct base_span parts[] = {secret, ni, nr, more};
    return prf_once(ops, prf, sk_d, parts, 4, out);
}

/* Key lengths of the SA, or -EINVAL where cipher and integrity do not belong together (RFC 7296 3.3.3). */
static int keymat_lengths(const struct ikev2_keymat_algs *algs, size_t *encr_len, size_t *integ_len)
{
    const struct crypt_alg *encr = algs->encr, *integ = algs->integ;
    if (!encr || encr->type != CRYPT_TYPE_ENCR || (integ && integ->type != CRYPT_TYPE_INTEG))
        return -EINVAL;
    if (encr->is_aead == (integ != NULL))
        return -EINVAL;
    *encr_len = (size_t)encr->key_bytes + encr->salt_bytes;
    *integ_len = integ ? integ->key_bytes : 0;
    return 0;
}

static void keymat_cut(struct base_reader *r, uint8_t *out, size_t len)
{
    const struct base_span s = base_read_span(r, len);
    if (s.len)
        memcpy(out, s.ptr, s.len);
}

int ikev2_keymat_derive(const struct crypt_ike_ops *ops, const struct ikev2_keymat_algs *algs,
                        struct base_span skeyseed, struct base_span ni, struct base_span nr, uint64_t spi_i,
                        uint64_t spi_r, struct ikev2_keys *out, struct ikev2_proof_keys *proof)
{
    uint8_t keymat[KEYMAT_MAX], spis[16];
    size_t encr_len, integ_len;
    const size_t prf_len = prf_bytes(algs->prf);

    base_wipe(out, sizeof *out);
    if (proof)
        base_wipe(proof, sizeof *proof);
    int err = keymat_lengths(algs, &encr_len, &integ_len);
    if (err)
        return err;
    struct base_writer w = base_writer(spis, sizeof spis);
    base_write_u64(&w, spi_i);
    base_write_u64(&w, spi_r);
    const struct base_span seed[] = {ni, nr, base_writer_span(&w)};
    const size_t len = (proof ? 3 : 1) * prf_len + 2 * integ_len + 2 * encr_len;
    err = ikev2_keymat_prf_plus(ops, algs->prf, skeyseed, seed, 3, keymat, len);
    if (err)
        return err;
    struct base_reader r = base_reader(base_span(keymat, len));
    out->prf_len = (uint8_t)prf_len;
    out->integ_len = (uint8_t)integ_len;
    out->encr_len = (uint8_t)encr_len;
    keymat_cut(&r, out->sk_d, prf_len);
    keymat_cut(&r, out->sk_ai, integ_len);
    keymat_cut(&r, out->sk_ar, integ_len);
    keymat_cut(&r, out->sk_ei, encr_len);
    keymat_cut(&r, out->sk_er, encr_len);
    if (proof) {
        keymat_cut(&r, proof->sk_pi, prf_len);
        keymat_cut(&r, proof->sk_pr, prf_len);
    }
    base_wipe(keymat, sizeof keymat);
    return 0;
}

/* Within a direction the cipher's key comes first (RFC 7296 2.17). */
static void child_cut(struct base_reader *r, size_t encr_len, size_t integ_len, struct esp_keymat *out)
{
    out->encr_len = (uint8_t)encr_len;
    out->integ_len = (uint8_t)integ_len;
    keymat_cut(r, out->encr, encr_len);
    keymat_cut(r, out->integ, integ_len);
}

int ikev2_keymat_child(const struct crypt_ike_ops *ops, const struct ikev2_keymat_algs *algs,
                       struct base_span sk_d, struct base_span secret, struct base_span ni,
                       struct base_span nr, struct base_span more, struct esp_keymat *i_to_r,
                       struct esp_keymat *r_to_i)
{
    uint8_t keymat[KEYMAT_MAX];
    size_t encr_len, integ_len;

    base_wipe(i_to_r, sizeof *i_to_r);
    base_wipe(r_to_i, sizeof *r_to_i);
    int err = keymat_lengths(algs, &encr_len, &integ_len);
    if (err)
        return err;
    const struct base_span seed[] = {secret, ni, nr, more};
    const size_t len = 2 * encr_len + 2 * integ_len;
    err = ikev2_keymat_prf_plus(ops, algs->prf, sk_d, seed, 4, keymat, len);
    if (err)
        return err;
    struct base_reader r = base_reader(base_span(keymat, len));
    child_cut(&r, encr_len, integ_len, i_to_r);
    child_cut(&r, encr_len, integ_len, r_to_i);
    base_wipe(keymat, sizeof keymat);
    return 0;
}

int ikev2_keymat_maced_id(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span sk_p,
                          struct base_span id_body, uint8_t out[CRYPT_PRF_MAX])
{
    base_wipe(out, CRYPT_PRF_MAX);
    return prf_once(ops, prf, sk_p, &id_body, 1, out);
}

int ikev2_keymat_auth_psk(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span psk,
                          struct base_span octets, uint8_t out[CRYPT_PRF_MAX])
{
    static const char pad[] = "Key Pad for IKEv2";
    const struct base_span pad_part = base_span(pad, sizeof pad - 1);
    uint8_t key[CRYPT_PRF_MAX];

    base_wipe(out, CRYPT_PRF_MAX);
    int err = prf_once(ops, prf, psk, &pad_part, 1, key);
    if (!err)
        err = prf_once(ops, prf, base_span(key, prf_bytes(prf)), &octets, 1, out);
    base_wipe(key, sizeof key);
    return err;
}
