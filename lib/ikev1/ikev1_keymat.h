/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Keys of IKEv1 (RFC 2409 5 and appendix B): SKEYID and what comes of it, the hashes that prove who a side
 * is, the keys of a child, and the chains of IVs. Every function returns 0 or the error of the crypto table.
 * Thread: any.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_alg.h"
#include "crypt_ike_ops.h"
#include "esp_pair.h"

#define IKEV1_IV_MAX  16
#define IKEV1_KEY_MAX 32 /* AES-256 */

/* Keys of an ISAKMP SA. prf_len 0: there are none yet. */
struct ikev1_keys {
    uint8_t prf_len;
    uint8_t encr_len;
    uint8_t skeyid[CRYPT_PRF_MAX];
    uint8_t skeyid_d[CRYPT_PRF_MAX];
    uint8_t skeyid_a[CRYPT_PRF_MAX];
    uint8_t encr[IKEV1_KEY_MAX]; /* Ka of appendix B */
    uint8_t iv[IKEV1_IV_MAX];    /* of phase 1: the last block of its last message, as far as it has come */
};

/* What phase 1 negotiated, of algorithms. */
struct ikev1_keymat_algs {
    enum crypt_prf prf; /* and its hash */
    const struct crypt_alg *encr;
};

/* What the keys and hashes of phase 1 are made of. */
struct ikev1_keymat_in {
    struct base_span psk; /* of a pre-shared key; else empty, and SKEYID is of signatures */
    struct base_span ni, nr;
    struct base_span secret; /* g^xy */
    uint64_t spi_i, spi_r;
    struct base_span public_i, public_r; /* g^xi, g^xr */
};

/* All keys of phase 1, and its first IV. What out had is overwritten. */
int ikev1_keymat_phase1(const struct crypt_ike_ops *ops, const struct ikev1_keymat_algs *algs,
                        const struct ikev1_keymat_in *in, struct ikev1_keys *out);

/*
 * HASH_I, or HASH_R: sa is the body of the initiator's SA payload, id the body of the ID payload of the side
 * that the hash is of.
 */
int ikev1_keymat_proof(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *keys,
                       const struct ikev1_keymat_in *in, bool is_initiator, struct base_span sa,
                       struct base_span id, uint8_t out[CRYPT_PRF_MAX]);

/* The first IV of an exchange of phase 2 (RFC 2409 appendix B). */
int ikev1_keymat_iv(const struct crypt_ike_ops *ops, const struct ikev1_keymat_algs *algs,
                    const struct ikev1_keys *keys, uint32_t msgid, uint8_t out[IKEV1_IV_MAX]);

/* prf(SKEYID_a, parts): HASH(1) to HASH(3), and those of informational exchanges (RFC 2409 5.5, 5.7). */
int ikev1_keymat_hash(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *keys,
                      const struct base_span *parts, size_t count, uint8_t out[CRYPT_PRF_MAX]);

/* KEYMAT of one direction, whose receiver chose the SPI; secret empty: without PFS (RFC 2409 5.5). */
int ikev1_keymat_child(const struct crypt_ike_ops *ops, enum crypt_prf prf, const struct ikev1_keys *keys,
                       struct base_span secret, uint32_t spi, const struct base_span nonces[2],
                       const struct crypt_alg *encr, const struct crypt_alg *integ, struct esp_keymat *out);
