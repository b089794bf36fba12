/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: X25519 as a responder needs it (RFC 7748, RFC 8031). */
#include <stdint.h>

#define OSSL_X25519_BYTES 32

/*
 * Makes a key pair, which is gone afterwards: its public value for the answer, and the secret with the
 * peer's. 0; -EINVAL: the peer's value is of low order, and gives zero; -EIO: the library failed. The caller
 * wipes secret on failure. Thread: any.
 */
int ossl_x25519_answer(const uint8_t peer[OSSL_X25519_BYTES], uint8_t public_value[OSSL_X25519_BYTES],
                       uint8_t secret[OSSL_X25519_BYTES]);

/* Gives back what it keeps. No other thread may be in this room. */
void ossl_x25519_close(void);
