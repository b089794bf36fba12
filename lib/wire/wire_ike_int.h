/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the wire_ike_*.c files share: SPIs of variable width, and payload framing for builders. */
#include "wire_ike.h"

#define WIRE_IKE_GENERIC_BYTES 4 /* next payload, critical bit, length (RFC 7296 3.2) */

/* Widths of an SPI that this protocol knows: none, ESP or AH, IKE. */
static inline bool wire_ike_spi_len_ok(uint8_t len)
{
    return len == 0 || len == 4 || len == 8;
}

/* Reads an SPI of a width that wire_ike_spi_len_ok() accepted. */
static inline uint64_t wire_ike_read_spi(struct base_reader *r, uint8_t len)
{
    return len == 8 ? base_read_u64(r) : len == 4 ? base_read_u32(r) : 0;
}

/* Writes an SPI; a width that the parsers refuse fails the writer. */
static inline void wire_ike_write_spi(struct base_writer *w, uint64_t spi, uint8_t len)
{
    if (len == 8)
        base_write_u64(w, spi);
    else if (len == 4)
        base_write_u32(w, (uint32_t)spi);
    else if (len != 0)
        w->failed = true;
}

/*
 * Starts a payload: links it to the one before and writes its generic header. Returns the offset to hand
 * to wire_ike_pld_end() when the body is written. Fails the writer after an SK payload.
 */
size_t wire_ike_pld_begin(struct wire_ike_builder *b, uint8_t type);

/* Writes the payload's length; one that does not fit 16 bits fails the writer. */
void wire_ike_pld_end(struct wire_ike_builder *b, size_t at);
