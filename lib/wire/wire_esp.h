/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * ESP geometry (RFC 4303 section 2): header | IV | inner packet | padding | pad length | next header | ICV.
 * No cryptography: where things lie, and how large they get.
 */
#include <stdbool.h>
#include "base_addr.h"
#include "wire_ip4.h"
#include "wire_ip6.h"
#include "wire_udp.h"

#define WIRE_ESP_BYTES         8   /* SPI and sequence number */
#define WIRE_ESP_TRAILER_BYTES 2   /* pad length and next header */
#define WIRE_ESP_ALIGN         4   /* the ciphertext ends on this at least */
#define WIRE_ESP_SPI_MIN       256 /* 0 to 255 are reserved */

/* Where fields of the header are; the SPI comes first. */
enum wire_esp_at { WIRE_ESP_AT_SEQ = 4 };

/* Sizes that a transform gives to ESP. */
struct wire_esp_geom {
    uint8_t iv_len;
    uint8_t icv_len;
    uint8_t block; /* the cipher's block: a power of two, 1 to 64; 1 for counter modes */
};

/* What inner + padding + trailer is a multiple of. */
static inline size_t wire_esp_align(const struct wire_esp_geom *g)
{
    return g->block > WIRE_ESP_ALIGN ? g->block : WIRE_ESP_ALIGN;
}

/* Bytes of outer IP header and, with encap, UDP header (RFC 3948 3.2). */
static inline size_t wire_esp_outer_len(enum base_family outer, bool encap)
{
    return (outer == BASE_AF_IP6 ? WIRE_IP6_BYTES : WIRE_IP4_BYTES) + (encap ? WIRE_UDP_BYTES : 0u);
}

/*
 * Largest inner packet whose outer packet fits outer_mtu: the tunnel's MTU. outer_len is
 * wire_esp_outer_len(). 0 when none does.
 */
size_t wire_esp_max_inner(const struct wire_esp_geom *g, size_t outer_mtu, size_t outer_len);
