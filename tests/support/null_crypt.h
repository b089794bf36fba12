/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * INSECURE cryptography for simulations and fuzzers: deterministic, fast, and honest about lengths and
 * errors, but it protects nothing. Never part of the product.
 *
 * The PRF mixes 64-bit numbers; two DH sides of one group agree, and groups differ; encryption is the
 * identity with a checksum over key, iv, aad and data as tag. A DH public value is refused as the product
 * refuses one: wrong length, or last 8 bytes zero (toy for "0, not on the curve, low order").
 * Names compare by their bytes. Thread: one at a time, the settings are global.
 */
#include <stdbool.h>
#include <stdint.h>
#include "crypt_ike_ops.h"

extern const struct crypt_ike_ops null_ike_ops;

/* From here on dh_new() makes the keys of this seed, in order. */
void null_crypt_seed(uint64_t seed);

/*
 * For fuzzing behind the authentication: with true, decrypt() takes any tag, and integ() gives all zeros, so
 * that a message ending in icv_bytes of zeros passes.
 */
void null_crypt_accept_all(bool on);

/* DH keys made and not yet freed. */
uint32_t null_crypt_live_keys(void);
