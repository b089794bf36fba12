/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: X25519 as a responder needs it (RFC 7748, RFC 8031). */
#include <stdint.h>
#include "crypt_ike_ops.h"

#define OSSL_X25519_BYTES 32

/*
 * The public value of a key pair for the answer, and the secret with the peer's. The pair is the turn's,
 * which makes one where it has none or this one has answered 64 times; without a turn it is a new one, which
 * is gone afterwards. 0; -EINVAL: the peer's value is of low order, and gives zero; -EIO: the library failed.
 * The caller wipes secret on failure. Thread: any.
 */
int ossl_x25519_answer(struct crypt_dh_turn *turn, const uint8_t peer[OSSL_X25519_BYTES],
                       uint8_t public_value[OSSL_X25519_BYTES], uint8_t secret[OSSL_X25519_BYTES]);

/* The turn's key pair is gone. */
void ossl_x25519_turn_end(struct crypt_dh_turn *turn);

/* Gives back what it keeps. No other thread may be in this room. */
void ossl_x25519_close(void);
