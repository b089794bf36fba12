/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The cryptography that the IKE engine needs, as a table of functions, so that the engine is free of any
 * library and tests can put a deterministic one in. The product's table is ossl_ike_ops (crypt_ossl).
 *
 * Every function returns 0 or a negative errno: -EINVAL for input that a peer chose badly (answer it or
 * drop it), -EBADMSG for an authentication failure, -EIO when the library failed (give the exchange up).
 * All buffers are borrowed until return. Thread: any; an object is used by one thread at a time.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_alg.h"
#include "crypt_eap_ops.h"

struct crypt_dh_key; /* a private DH value; owned by whoever got it from dh_new */

/*
 * What answers to several peers may share, who came at about the same time: whether and how long a key pair
 * is used again is its owner's own matter (RFC 7296 2.12). Zeros: nothing yet. Plain value of one thread.
 */
struct crypt_dh_turn {
    void *shared; /* the library's */
};

struct crypt_ike_ops {
    /* HMAC of the concatenated parts. out holds the PRF's out_bytes (crypt_alg). key may be empty. */
    int (*prf)(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
               uint8_t *out);

    /* SHA-1 of the concatenated parts, for NAT detection only (RFC 7296 2.23). */
    int (*sha1)(const struct base_span *parts, size_t count, uint8_t out[20]);

    /* The plain hash that a PRF is the HMAC of, over the concatenated parts: IVs and NAT detection of IKEv1
     * (RFC 2409 appendix B, RFC 3947 3.2). out holds the PRF's out_bytes. */
    int (*hash)(enum crypt_prf prf, const struct base_span *parts, size_t count, uint8_t *out);

    /*
     * Makes a key pair. *out is owned by the caller (dh_free). public_value gets exactly the group's
     * out_bytes in IKE's form (RFC 7296 3.4, RFC 5903 x|y, RFC 8031); of a KEM that is the encapsulation key.
     * May take milliseconds (MODP). -ENOTSUP: the library has no such group.
     */
    int (*dh_new)(enum crypt_dh group, struct crypt_dh_key **out, uint8_t *public_value);

    /*
     * The responder's part at once: the shared secret with the initiator's public value, and public_value,
     * the group's answer_bytes, for the answer: a public value whose key is gone, or a KEM's ciphertext.
     * turn: answers of X25519 may share a key pair until dh_turn_end(), 64 at most; NULL: each has its own.
     * Errors are those of dh_new and dh_derive. Thread: any, one at a time for a turn.
     */
    int (*dh_answer)(struct crypt_dh_turn *turn, enum crypt_dh group, struct base_span peer_public,
                     uint8_t public_value[CRYPT_DH_MAX], uint8_t secret[CRYPT_DH_MAX], size_t *secret_len);

    /* Wipes what a turn's answers shared; it may begin anew. Its owner calls this before waiting for work. */
    void (*dh_turn_end)(struct crypt_dh_turn *turn);

    /*
     * The shared secret with the peer's public value; *secret_len gets its length (RFC 5903: x only).
     * -EINVAL: wrong length, encapsulation key with a coefficient too large (FIPS 203 7.2), point not on the
     * curve, 0 / 1 / p-1 for MODP (RFC 6989), all-zero result for X25519 (RFC 8031). May take milliseconds.
     */
    int (*dh_derive)(struct crypt_dh_key *key, struct base_span peer_public, uint8_t secret[CRYPT_DH_MAX],
                     size_t *secret_len);

    /* Wipes and frees. NULL is fine. */
    void (*dh_free)(struct crypt_dh_key *key);

    /*
     * Encrypts `plain` (already padded to the cipher's block) for an SK payload. key is key|salt for an
     * AEAD. AEAD: the tag goes to icv. CBC: only encrypts; icv is NULL and the caller applies integ.
     * iv has alg->iv_bytes. cipher_out may equal plain.ptr.
     */
    int (*encrypt)(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                   struct base_span aad, struct base_span plain, uint8_t *cipher_out, uint8_t *icv);

    /* The reverse. AEAD: -EBADMSG when the tag is wrong, and then plain_out is all zero. */
    int (*decrypt)(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                   struct base_span aad, struct base_span cipher, struct base_span icv, uint8_t *plain_out);

    /* Truncated HMAC over the parts; out gets alg->icv_bytes. */
    int (*integ)(const struct crypt_alg *alg, struct base_span key, const struct base_span *parts,
                 size_t count, uint8_t *out);

    /* Whether two DER-encoded distinguished names are the same (RFC 5280 7.1). 1 yes, 0 no, -EINVAL
     * malformed. */
    int (*dn_equal)(struct base_span a, struct base_span b);

    /* One line of text for a DER-encoded name, "C=NZ, O=Lab, CN=x". 0 or -EINVAL. */
    int (*dn_text)(struct base_span der, char *out, size_t out_size);

    /* That of EAP's methods. NULL: there is none. */
    const struct crypt_eap_ops *eap;
};
