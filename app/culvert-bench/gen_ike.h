/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Frames with IKE_SA_INIT requests (RFC 7296 1.2) as a flood has them: well formed, each from another address
 * and port, with SPI, key and nonce that nobody knows. */
#include <stdint.h>

#define GEN_IKE_FRAME 186u /* bytes of such a frame */

struct gen_ike {
    uint8_t mac_dst[6], mac_src[6];
    uint32_t src; /* first source address, host order; the others count up from it */
    uint32_t sources;
    uint32_t dst;
    uint64_t rng; /* not 0 */
    uint64_t turn;
};

/* Writes the next frame at data (METER_PKT_MAX bytes). Returns its length in bytes. */
uint32_t gen_ike_next(struct gen_ike *g, uint8_t *data);
