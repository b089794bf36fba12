/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys of IKEv1. Each value is one HMAC over parts in the order of the RFC; longer ones are chains of them.
 */
#include "ikev1_keymat.h"

#include <errno.h>
#include <string.h>
#include "base_wipe.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static size_t keymat_prf_bytes(enum crypt_prf prf)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    return alg ? alg->out_bytes : 0;
}

/* Cookies as they are on the wire. */
static struct base_span keymat_cookie(uint8_t bytes[8], uint64_t cookie)
{
    struct base_writer w = base_writer(bytes, 8);
    base_write_u64(&w, cookie);
    return base_span(bytes, 8);
}

/*
 * K1 | K2 | ..., as many bytes as are asked for: K1 = prf(key, seed), and each further one of the one before
 * it and the seed (RFC 2409 5.5); of the keys of phase 1 the seed is a zero for K1 alone (appendix B).
 */
static int keymat_expand(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span key,
                         const struct base_span *seed, size_t n_seed, uint8_t *out, size_t len)
{
    static const uint8_t zero[1];
    const size_t prf_len = keymat_prf_bytes(prf);
    uint8_t block[CRYPT_PRF_MAX];
    struct base_span parts[8];
    int rc = prf_len && n_seed < COUNT(parts) ? 0 : -EINVAL;
    for (size_t at = 0; rc == 0 && at < len; at += prf_len) {
        size_t n = 0;
        if (at)
            parts[n++] = base_span(block, prf_len);
        else if (n_seed == 0)
            parts[n++] = base_span(zero, 1);
        for (size_t i = 0; i < n_seed; i++)
            parts[n++] = seed[i];
        uint8_t next[CRYPT_PRF_MAX];
        rc = ops->prf(prf, key, parts, n, next);
        memcpy(block, next, prf_len);
        base_wipe(next, sizeof next);
        if (rc == 0)
            memcpy(out + at, block, len - at < prf_len ? len - at : prf_len);
    }
    base_wipe(block, sizeof block);
    return rc;
}

/* SKEYID: of the key and the nonces, or of the nonces and the secret (RFC 2409 5). */
static int keymat_skeyid(const struct crypt_ike_ops *ops, enum crypt_prf prf,
                         const struct ikev1_keymat_in *in, uint8_t *out)
{
    uint8_t nonces[2 * 256];
    struct base_writer w = base_writer(nonces, sizeof nonces);
    base_write_span(&w, in->ni);
    base_write_span(&w, in->nr);
    const struct base_span both = base_writer_span(&w);
    if (w.failed)
        return -EINVAL;
    return in->psk.len ? ops->prf(prf, in->psk, &both, 1, out) : ops->prf(prf, both, &in->secret, 1, out);
}

/* SKEYID_d, SKEYID_a or SKEYID_e, numbers 0 to 2: each of the one before it. */
static int keymat_next(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *k,
                       const struct ikev1_keymat_in *in, const uint8_t *before, uint8_t number, uint8_t *out)
{
    uint8_t ci[8], cr[8];
    struct base_span parts[5];
    size_t n = 0;
    if (before)
        parts[n++] = base_span(before, k->prf_len);
    parts[n++] = in->secret;
    parts[n++] = keymat_cookie(ci, in->spi_i);
    parts[n++] = keymat_cookie(cr, in->spi_r);
    parts[n++] = base_span(&number, 1);
    return ops->prf(prf, base_span(k->skeyid, k->prf_len), parts, n, out);
}

/* The key of the cipher: SKEYID_e itself, or what it is expanded to when that is too short. */
static int keymat_encr(const struct crypt_ike_ops *ops, enum crypt_prf prf, const uint8_t *skeyid_e,
                       size_t prf_len, struct ikev1_keys *k)
{
    if (k->encr_len > prf_len)
        return keymat_expand(ops, prf, base_span(skeyid_e, prf_len), NULL, 0, k->encr, k->encr_len);
    memcpy(k->encr, skeyid_e, k->encr_len);
    return 0;
}

static int keymat_first_iv(const struct crypt_ike_ops *ops, const struct ikev1_keymat_algs *algs,
                           const struct ikev1_keymat_in *in, uint8_t *out)
{
    const struct base_span parts[] = {in->public_i, in->public_r};
    uint8_t full[CRYPT_PRF_MAX] = {0};
    const int rc = ops->hash(algs->prf, parts, COUNT(parts), full);
    memcpy(out, full, algs->encr->iv_bytes);
    return rc;
}

int ikev1_keymat_phase1(const struct crypt_ike_ops *ops, const struct ikev1_keymat_algs *algs,
                        const struct ikev1_keymat_in *in, struct ikev1_keys *out)
{
    struct ikev1_keys k = {.prf_len = (uint8_t)keymat_prf_bytes(algs->prf),
                           .encr_len = (uint8_t)algs->encr->key_bytes};
    uint8_t skeyid_e[CRYPT_PRF_MAX] = {0};
    int rc = k.prf_len && k.encr_len <= sizeof k.encr && algs->encr->iv_bytes <= sizeof k.iv ? 0 : -EINVAL;
    if (rc == 0)
        rc = keymat_skeyid(ops, algs->prf, in, k.skeyid);
    if (rc == 0)
        rc = keymat_next(ops, algs->prf, &k, in, NULL, 0, k.skeyid_d);
    if (rc == 0)
        rc = keymat_next(ops, algs->prf, &k, in, k.skeyid_d, 1, k.skeyid_a);
    if (rc == 0)
        rc = keymat_next(ops, algs->prf, &k, in, k.skeyid_a, 2, skeyid_e);
    if (rc == 0)
        rc = keymat_encr(ops, algs->prf, skeyid_e, k.prf_len, &k);
    if (rc == 0)
        rc = keymat_first_iv(ops, algs, in, k.iv);
    if (rc == 0)
        *out = k;
    base_wipe(&k, sizeof k);
    base_wipe(skeyid_e, sizeof skeyid_e);
    return rc;
}

int ikev1_keymat_proof(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *keys,
                       const struct ikev1_keymat_in *in, bool is_initiator, struct base_span sa,
                       struct base_span id, uint8_t out[CRYPT_PRF_MAX])
{
    uint8_t ci[8], cr[8];
    const struct base_span i = keymat_cookie(ci, in->spi_i), r = keymat_cookie(cr, in->spi_r);
    const struct base_span parts[] = {is_initiator ? in->public_i : in->public_r,
                                      is_initiator ? in->public_r : in->public_i,
                                      is_initiator ? i : r,
                                      is_initiator ? r : i,
                                      sa,
                                      id};
    return ops->prf(prf, base_span(keys->skeyid, keys->prf_len), parts, COUNT(parts), out);
}

int ikev1_keymat_iv(const struct crypt_ike_ops *ops, const struct ikev1_keymat_algs *algs,
                    const struct ikev1_keys *keys, uint32_t msgid, uint8_t out[IKEV1_IV_MAX])
{
    uint8_t id[4], full[CRYPT_PRF_MAX] = {0};
    struct base_writer w = base_writer(id, sizeof id);
    base_write_u32(&w, msgid);
    const struct base_span parts[] = {base_span(keys->iv, algs->encr->iv_bytes), base_span(id, sizeof id)};
    const int rc = ops->hash(algs->prf, parts, COUNT(parts), full);
    memcpy(out, full, algs->encr->iv_bytes);
    return rc;
}

int ikev1_keymat_hash(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *keys,
                      const struct base_span *parts, size_t count, uint8_t out[CRYPT_PRF_MAX])
{
    return ops->prf(prf, base_span(keys->skeyid_a, keys->prf_len), parts, count, out);
}

int ikev1_keymat_child(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *keys,
                       struct base_span secret, uint32_t spi, const struct base_span nonces[2],
                       const struct crypt_alg *encr, const struct crypt_alg *integ, struct esp_keymat *out)
{
    static const uint8_t esp = 3; /* PROTO_IPSEC_ESP (RFC 2407 4.4.1) */
    uint8_t spi_bytes[4], all[CRYPT_ENCR_KEY_MAX + CRYPT_INTEG_KEY_MAX];
    struct base_writer w = base_writer(spi_bytes, sizeof spi_bytes);
    base_write_u32(&w, spi);
    const struct base_span seed[] = {secret, base_span(&esp, 1), base_span(spi_bytes, sizeof spi_bytes),
                                     nonces[0], nonces[1]};
    const size_t encr_len = (size_t)encr->key_bytes + encr->salt_bytes;
    const size_t integ_len = integ ? integ->key_bytes : 0;
    if (encr_len > sizeof out->encr || integ_len > sizeof out->integ)
        return -EINVAL;
    const int rc = keymat_expand(ops, prf, base_span(keys->skeyid_d, keys->prf_len), seed, COUNT(seed), all,
                                 encr_len + integ_len);
    if (rc == 0) {
        *out = (struct esp_keymat){.encr_len = (uint8_t)encr_len, .integ_len = (uint8_t)integ_len};
        memcpy(out->encr, all, encr_len);
        memcpy(out->integ, all + encr_len, integ_len);
    }
    base_wipe(all, sizeof all);
    return rc;
}
