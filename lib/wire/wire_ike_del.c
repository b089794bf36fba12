/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The delete payload, RFC 7296 3.11: either the IKE SA itself (no SPIs) or a list of ESP or AH SPIs.
 * Whether those SPIs exist is the engine's business.
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

static bool is_field_ok(uint8_t protocol, uint8_t spi_len)
{
    switch (protocol) {
    case WIRE_IKE_PROTO_IKE:
        return spi_len == 0;
    case WIRE_IKE_PROTO_AH:
    case WIRE_IKE_PROTO_ESP:
        return spi_len == 4;
    default:
        return false;
    }
}

enum wire_ike_err wire_ike_delete_parse(struct base_span body, struct wire_ike_delete *out)
{
    struct base_reader r = base_reader(body);
    out->protocol = base_read_u8(&r);
    out->spi_len = base_read_u8(&r);
    out->count = base_read_u16(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    if (!is_field_ok(out->protocol, out->spi_len))
        return WIRE_IKE_BAD_FIELD;
    if (out->spi_len == 0) /* the header names the SA; a count of SPIs without bytes says nothing */
        out->count = 0;
    out->spis = base_read_span(&r, out->count * out->spi_len);
    if (r.failed)
        return WIRE_IKE_SHORT;
    return base_reader_left(&r) ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

uint32_t wire_ike_delete_spi(const struct wire_ike_delete *d, size_t i)
{
    struct base_reader r = base_reader(d->spis);
    base_read_span(&r, i * d->spi_len);
    return base_read_u32(&r);
}

void wire_ike_put_delete(struct wire_ike_builder *b, const struct wire_ike_delete *d)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_DELETE);
    base_write_u8(&b->w, d->protocol);
    base_write_u8(&b->w, d->spi_len);
    base_write_u16(&b->w, (uint16_t)d->count);
    base_write_span(&b->w, d->spis);
    if (d->spis.len != d->count * d->spi_len || d->count > UINT16_MAX)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}
