/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building messages: header, payload chain, lengths and the SK frame (RFC 7296 3.1, 3.2, 3.14). Does no
 * encryption; the caller fills the room that wire_ike_put_sk() and
 * wire_ike_put_skf() return. Structured payloads write their
 * bodies in the file that also parses them.
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

#define HDR_NEXT_AT   16
#define HDR_LENGTH_AT 24
#define CHAIN_ENDED   SIZE_MAX /* of next_at: an SK or SKF payload must be the last (RFC 7296 3.14) */

struct wire_ike_builder wire_ike_build(void *buf, size_t cap, const struct wire_ike_hdr *hdr)
{
    struct wire_ike_builder b = {base_writer(buf, cap), HDR_NEXT_AT};
    base_write_u64(&b.w, hdr->spi_i);
    base_write_u64(&b.w, hdr->spi_r);
    base_write_u8(&b.w, WIRE_IKE_P_NONE);
    base_write_u8(&b.w, hdr->version);
    base_write_u8(&b.w, hdr->exchange);
    base_write_u8(&b.w, hdr->flags);
    base_write_u32(&b.w, hdr->msgid);
    base_write_u32(&b.w, WIRE_IKE_HDR_BYTES);
    return b;
}

struct wire_ike_builder wire_ike_build_chain(void *buf, size_t cap)
{
    struct wire_ike_builder b = {base_writer(buf, cap), 0};
    base_write_u8(&b.w, WIRE_IKE_P_NONE);
    return b;
}

uint8_t wire_ike_chain_first(const struct wire_ike_builder *b)
{
    return b->w.pos > 0 ? b->w.buf[0] : (uint8_t)WIRE_IKE_P_NONE;
}

struct base_span wire_ike_chain_bytes(const struct wire_ike_builder *b)
{
    return b->w.failed ? BASE_SPAN_NONE : base_span(b->w.buf + 1, b->w.pos - 1);
}

struct base_span wire_ike_finish(struct wire_ike_builder *b)
{
    if (b->w.pos > WIRE_IKE_MSG_MAX)
        b->w.failed = true;
    base_patch_u32(&b->w, HDR_LENGTH_AT, (uint32_t)b->w.pos);
    return b->w.failed ? BASE_SPAN_NONE : base_writer_span(&b->w);
}

size_t wire_ike_pld_begin(struct wire_ike_builder *b, uint8_t type)
{
    const size_t at = b->w.pos;
    if (b->next_at == CHAIN_ENDED)
        b->w.failed = true;
    base_write_u8(&b->w, WIRE_IKE_P_NONE);
    base_write_u8(&b->w, 0);
    base_write_u16(&b->w, WIRE_IKE_GENERIC_BYTES);
    base_patch_u8(&b->w, b->next_at, type);
    b->next_at = at;
    return at;
}

void wire_ike_pld_end(struct wire_ike_builder *b, size_t at)
{
    const size_t length = b->w.pos - at;
    if (length > UINT16_MAX)
        b->w.failed = true;
    base_patch_u16(&b->w, at + 2, (uint16_t)length);
}

void wire_ike_put_raw(struct wire_ike_builder *b, uint8_t type, struct base_span body)
{
    const size_t at = wire_ike_pld_begin(b, type);
    base_write_span(&b->w, body);
    wire_ike_pld_end(b, at);
}

void wire_ike_put_ke(struct wire_ike_builder *b, uint16_t group, struct base_span value)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_KE);
    base_write_u16(&b->w, group);
    base_write_u16(&b->w, 0);
    base_write_span(&b->w, value);
    wire_ike_pld_end(b, at);
}

void wire_ike_put_auth(struct wire_ike_builder *b, uint8_t method, struct base_span data)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_AUTH);
    base_write_u8(&b->w, method);
    base_write_u8(&b->w, 0);
    base_write_u16(&b->w, 0);
    base_write_span(&b->w, data);
    wire_ike_pld_end(b, at);
}

void wire_ike_put_nonce(struct wire_ike_builder *b, struct base_span nonce)
{
    wire_ike_put_raw(b, WIRE_IKE_P_NONCE, nonce);
}

/* Room in an SK or SKF payload, which is the last one and says what its content begins with. */
static uint8_t *build_sealed_room(struct wire_ike_builder *b, size_t at, uint8_t inner_first, size_t len)
{
    uint8_t *room = base_write_room(&b->w, len);
    wire_ike_pld_end(b, at);
    base_patch_u8(&b->w, at, inner_first);
    b->next_at = CHAIN_ENDED;
    return b->w.failed ? NULL : room;
}

uint8_t *wire_ike_put_sk(struct wire_ike_builder *b, uint8_t inner_first, size_t iv_len, size_t cipher_len,
                         size_t icv_len)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_SK);
    return build_sealed_room(b, at, inner_first, iv_len + cipher_len + icv_len);
}

uint8_t *wire_ike_put_skf(struct wire_ike_builder *b, uint8_t inner_first, uint16_t number, uint16_t total,
                          size_t iv_len, size_t cipher_len, size_t icv_len)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_SKF);
    base_write_u16(&b->w, number);
    base_write_u16(&b->w, total);
    return build_sealed_room(b, at, inner_first, iv_len + cipher_len + icv_len);
}
