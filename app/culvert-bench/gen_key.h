/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Keys and SPIs of SAs whose keys were made by hand ("manual" of a laboratory's culvertd), for all commands
 * that seal for them. They protect nothing, so they are not wiped. Thread: one. */
#include <stdbool.h>
#include <stdint.h>

#define GEN_NONCE_BYTES 32

/* Key and salt in hex out of a file (blanks and line ends do not count): 20 or 36 bytes into keymat. Returns
 * how many, 0 after a sentence on stderr. */
uint32_t gen_key_read(const char *file, uint8_t keymat[36]);

/* SPIs, one a line (0x12345678, or digits), of a file; # begins a comment. *count of them, for the caller to
 * free; NULL after a sentence on stderr. */
uint32_t *gen_key_spis(const char *file, uint32_t *count);

/* The nonce of `culvertctl show manual`, 64 hex digits. False: it is none. */
bool gen_key_nonce(const char *hex, uint8_t nonce[GEN_NONCE_BYTES]);

/* What the gateway seals with (HKDF-SHA256, RFC 5869): key and salt of its first SA. The salt of each further
 * one is one more, as a number in network order. False: no memory. */
bool gen_key_out(const uint8_t *keymat, uint32_t bytes, const uint8_t nonce[GEN_NONCE_BYTES],
                 uint8_t out[36]);

/* The sequence number after the last one that was sent by these SAs, `count` of them: each run goes on where
 * the last one ended, as it is kept in a file beside the SPIs. 1 when there is none, or one of other SPIs. */
uint64_t gen_key_next(const char *spis_file, const uint32_t *spis, uint32_t count);

/* Keeps it, or what was kept of these SAs when that is more; a sentence on stderr when that fails. */
void gen_key_next_keep(const char *spis_file, const uint32_t *spis, uint32_t count, uint64_t next);
