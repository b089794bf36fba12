/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * ESP geometry (RFC 4303 section 2): header | IV | inner packet | padding | pad length | next header | ICV.
 * No cryptography: where things lie, how large they get, and whether a decrypted trailer is sound.
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
#define WIRE_ESP_AAD_MAX       12

struct wire_esp {
    uint32_t spi_be;
    uint32_t seq_be; /* low half with ESN */
} WIRE_OVERLAY;

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

/* Padding bytes behind an inner packet, 0 to align - 1. */
static inline size_t wire_esp_pad_len(const struct wire_esp_geom *g, size_t inner_len)
{
    return -(inner_len + WIRE_ESP_TRAILER_BYTES) & (wire_esp_align(g) - 1);
}

/* Bytes that are encrypted: inner packet, padding, trailer. */
static inline size_t wire_esp_cipher_len(const struct wire_esp_geom *g, size_t inner_len)
{
    return inner_len + wire_esp_pad_len(g, inner_len) + WIRE_ESP_TRAILER_BYTES;
}

/* Bytes of the whole ESP packet, from SPI to the end of the ICV. */
static inline size_t wire_esp_len(const struct wire_esp_geom *g, size_t inner_len)
{
    return WIRE_ESP_BYTES + g->iv_len + wire_esp_cipher_len(g, inner_len) + g->icv_len;
}

/* Bytes of outer IP header and, with encap, UDP header (RFC 3948 3.2). */
static inline size_t wire_esp_outer_len(enum base_family outer, bool encap)
{
    return (outer == BASE_AF_IP6 ? WIRE_IP6_BYTES : WIRE_IP4_BYTES) + (encap ? WIRE_UDP_BYTES : 0u);
}

/*
 * Largest inner packet whose outer packet fits outer_mtu: the tunnel's MTU. 0 when none does.
 */
size_t wire_esp_max_inner(const struct wire_esp_geom *g, size_t outer_mtu, enum base_family outer,
                          bool encap);

/* Ciphertext of an ESP packet by its length alone: where it lies between IV and ICV. */
struct wire_esp_view {
    const struct wire_esp *hdr;
    struct base_span iv;
    struct base_span cipher;
    struct base_span icv;
};

/* Splits an ESP packet. BAD_LENGTH: the ciphertext is empty or not a multiple of the block. */
static inline enum wire_pkt_err wire_esp_parse(const struct wire_esp_geom *g, struct base_span esp,
                                               struct wire_esp_view *out)
{
    struct base_reader r = base_reader(esp);
    out->hdr = (const struct wire_esp *)base_read_span(&r, WIRE_ESP_BYTES).ptr;
    out->iv = base_read_span(&r, g->iv_len);
    if (r.failed || base_reader_left(&r) < (size_t)g->icv_len + WIRE_ESP_TRAILER_BYTES)
        return WIRE_PKT_SHORT;
    out->cipher = base_read_span(&r, base_reader_left(&r) - g->icv_len);
    out->icv = base_read_rest(&r);
    return out->cipher.len & (wire_esp_align(g) - 1) ? WIRE_PKT_BAD_LENGTH : WIRE_PKT_OK;
}

/* Writes padding 1, 2, 3, ... and the trailer at `at`: pad_len + 2 bytes (RFC 4303 2.4). */
static inline void wire_esp_write_trailer(uint8_t *at, size_t pad_len, uint8_t next)
{
    for (size_t i = 0; i < pad_len; i++)
        at[i] = (uint8_t)(i + 1);
    at[pad_len] = (uint8_t)pad_len;
    at[pad_len + 1] = next;
}

/*
 * Reads the trailer of decrypted, authenticated bytes: the inner packet and its next header. BAD_LENGTH: more
 * padding than bytes. BAD_FIELD: the padding is not 1, 2, 3, ... (RFC 4303 2.4).
 */
static inline enum wire_pkt_err wire_esp_read_trailer(struct base_span plain, struct base_span *inner,
                                                      uint8_t *next)
{
    if (plain.len < WIRE_ESP_TRAILER_BYTES)
        return WIRE_PKT_SHORT;
    struct base_reader tail =
        base_reader(base_span(plain.ptr + plain.len - WIRE_ESP_TRAILER_BYTES, WIRE_ESP_TRAILER_BYTES));
    const size_t pad_len = base_read_u8(&tail);
    *next = base_read_u8(&tail);
    if (pad_len > plain.len - WIRE_ESP_TRAILER_BYTES)
        return WIRE_PKT_BAD_LENGTH;
    struct base_reader r = base_reader(plain);
    *inner = base_read_span(&r, plain.len - WIRE_ESP_TRAILER_BYTES - pad_len);
    for (size_t i = 1; i <= pad_len; i++)
        if (base_read_u8(&r) != (uint8_t)i)
            return WIRE_PKT_BAD_FIELD;
    return WIRE_PKT_OK;
}

/*
 * Additional authenticated data of an AEAD (RFC 4106 5): SPI, sequence; with ESN its high half between
 * them. Returns the bytes written, 8 or 12.
 */
static inline size_t wire_esp_aad(uint8_t out[WIRE_ESP_AAD_MAX], uint32_t spi_be, uint64_t seq, bool esn)
{
    struct base_writer w = base_writer(out, WIRE_ESP_AAD_MAX);
    base_write(&w, &spi_be, sizeof spi_be);
    if (esn)
        base_write_u64(&w, seq);
    else
        base_write_u32(&w, (uint32_t)seq);
    return w.pos;
}
