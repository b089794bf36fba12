/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: the functions that ossl_ops.c puts into ossl_ike_ops. Contracts: crypt_ike_ops.h. */
#include "crypt_ike_ops.h"

int ossl_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
             uint8_t *out);
int ossl_hash(enum crypt_prf prf, const struct base_span *parts, size_t count, uint8_t *out);
int ossl_sha1(const struct base_span *parts, size_t count, uint8_t out[20]);
int ossl_integ(const struct crypt_alg *alg, struct base_span key, const struct base_span *parts, size_t count,
               uint8_t *out);

int ossl_dh_new(enum crypt_dh group, struct crypt_dh_key **out, uint8_t *public_value);
int ossl_dh_answer(struct crypt_dh_turn *turn, enum crypt_dh group, struct base_span peer_public,
                   uint8_t public_value[CRYPT_DH_MAX], uint8_t secret[CRYPT_DH_MAX], size_t *secret_len);
void ossl_dh_turn_end(struct crypt_dh_turn *turn);
int ossl_dh_derive(struct crypt_dh_key *key, struct base_span peer_public, uint8_t secret[CRYPT_DH_MAX],
                   size_t *secret_len);
void ossl_dh_free(struct crypt_dh_key *key);

int ossl_encrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv, struct base_span aad,
                 struct base_span plain, uint8_t *cipher_out, uint8_t *icv);
int ossl_decrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv, struct base_span aad,
                 struct base_span cipher, struct base_span icv, uint8_t *plain_out);

int ossl_dn_equal(struct base_span a, struct base_span b);
int ossl_dn_text(struct base_span der, char *out, size_t out_size);
