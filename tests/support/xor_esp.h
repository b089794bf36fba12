/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A second back end of ESP: no cryptography, so that a reader sees by hand what a packet must look like.
 * Payload is XORed with a byte of the key, the nonce and the place; the ICV is a sum over key, nonce,
 * associated data and payload. AEADs have an 8-byte IV and a 16-byte ICV as they must; what comes with an
 * integrity algorithm has the sizes of the rows. Its keys are larger than any of the product's.
 */
#include "esp_ops.h"

extern const struct esp_ops xor_esp_ops;

/* Calls since the start of the program, and what they were given. */
struct xor_esp_count {
    unsigned contexts; /* that live */
    unsigned calls;    /* of seal and open */
    unsigned pkts;
    unsigned refuse; /* set by a test: so many packets that come next are refused by seal */
};
extern struct xor_esp_count xor_esp_count;
