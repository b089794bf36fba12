/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Keys: SKEYSEED, the seven keys of an IKE SA, keys of child SAs and the octets that a pre-shared key signs
 * (RFC 7296 2.13 to 2.18). Pure functions over crypt_ike_ops.
 *
 * All return 0 or a negative errno: -EINVAL when an algorithm has no row or does not fit its place, -EIO
 * and what else the ops return (give the exchange up). On failure outputs are all zero. Inputs are borrowed
 * until return; ni and nr are the bare nonces, without payload header. Thread: any.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_ike_ops.h"
#include "ike_action.h"

/* The algorithms that keys are cut for. */
struct ikev2_keymat_algs {
    enum crypt_prf prf;            /* of the IKE SA (for an IKE SA: the negotiated one) */
    const struct crypt_alg *encr;  /* never NULL */
    const struct crypt_alg *integ; /* NULL with an AEAD */
};

/* The keys of an IKE SA as long as it lives. Plain value, wiped with the SA. */
struct ikev2_keys {
    uint8_t prf_len;   /* of sk_d, and of those of the proofs */
    uint8_t integ_len; /* of sk_ai and sk_ar; 0 with an AEAD */
    uint8_t encr_len;  /* of sk_ei and sk_er: key | salt */
    uint8_t sk_d[CRYPT_PRF_MAX];
    uint8_t sk_ai[CRYPT_INTEG_KEY_MAX];
    uint8_t sk_ar[CRYPT_INTEG_KEY_MAX];
    uint8_t sk_ei[CRYPT_ENCR_KEY_MAX];
    uint8_t sk_er[CRYPT_ENCR_KEY_MAX];
};

/* The two more that nobody needs when both sides have proved who they are. Plain value, wiped by its owner.
 */
struct ikev2_proof_keys {
    uint8_t sk_pi[CRYPT_PRF_MAX];
    uint8_t sk_pr[CRYPT_PRF_MAX];
};

/* prf+ (RFC 7296 2.13): len bytes, at most 255 times the PRF's output (else -EINVAL). */
int ikev2_keymat_prf_plus(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span key,
                          const struct base_span *parts, size_t count, uint8_t *out, size_t len);

/* SKEYSEED = prf(Ni | Nr, g^ir) of an initial exchange (RFC 7296 2.14). out gets the PRF's out_bytes. */
int ikev2_keymat_skeyseed(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span ni,
                          struct base_span nr, struct base_span secret, uint8_t out[CRYPT_PRF_MAX]);

/*
 * The secrets of additional key exchanges, in `more`, stand behind the nonces (RFC 9370 2.2.4); without any
 * the first of these two is also what follows an additional one of a new IKE SA (2.2.2).
 *
 * SKEYSEED = prf(SK_d, g^ir | Ni | Nr | more) of a rekeyed IKE SA (RFC 7296 2.18). prf and sk_d are the OLD
 * SA's, so out gets the old PRF's out_bytes; nonces and secret are of the rekey exchange.
 */
int ikev2_keymat_skeyseed_rekey(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span sk_d,
                                struct base_span secret, struct base_span ni, struct base_span nr,
                                struct base_span more, uint8_t out[CRYPT_PRF_MAX]);

/*
 * {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr) (RFC 7296
 * 2.14), with the SPIs of the new SA. An AEAD has no SK_ai and SK_ar, and its salts are the last bytes of
 * SK_ei and SK_er (RFC 5282 7.1). proof gets the last two; NULL: a rekeyed SA, where nobody proves anything,
 * and they are not made.
 */
int ikev2_keymat_derive(const struct crypt_ike_ops *ops, const struct ikev2_keymat_algs *algs,
                        struct base_span skeyseed, struct base_span ni, struct base_span nr, uint64_t spi_i,
                        uint64_t spi_r, struct ikev2_keys *out, struct ikev2_proof_keys *proof);

/*
 * KEYMAT = prf+(SK_d, [g^ir |] Ni | Nr [| more]) of a child SA (RFC 7296 2.17), cut into both directions:
 * i_to_r is what the exchange's initiator sends with. secret is empty without a KE payload. nonces are of the
 * exchange that makes the child; algs->prf is the IKE SA's. The spi fields are left alone.
 */
int ikev2_keymat_child(const struct crypt_ike_ops *ops, const struct ikev2_keymat_algs *algs,
                       struct base_span sk_d, struct base_span secret, struct base_span ni,
                       struct base_span nr, struct base_span more, struct esp_keymat *i_to_r,
                       struct esp_keymat *r_to_i);

/*
 * prf(SK_p, id_body), the last part of the octets that are signed (RFC 7296 2.15): SK_pi with the body of IDi
 * behind the generic header, or SK_pr with that of IDr. out gets the PRF's out_bytes.
 */
int ikev2_keymat_maced_id(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span sk_p,
                          struct base_span id_body, uint8_t out[CRYPT_PRF_MAX]);

/*
 * AUTH = prf(prf(PSK, "Key Pad for IKEv2"), octets) (RFC 7296 2.15). The octets of the initiator are its
 * first message as sent last (with the cookie, if any), the responder's nonce and its MACed identity; the
 * other way round for the responder's. out gets the PRF's out_bytes; compare with base_equal_secret().
 */
int ikev2_keymat_auth_psk(const struct crypt_ike_ops *ops, enum crypt_prf prf, struct base_span psk,
                          struct base_span octets, uint8_t out[CRYPT_PRF_MAX]);
