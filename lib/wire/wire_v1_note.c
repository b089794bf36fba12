/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKEv1's notification and delete payloads (RFC 2408 3.14, 3.15), each for a DOI and with SPIs of a width of
 * its own, and its certificates, which have IKEv2's form. What they mean is the engine's business.
 */
#include "wire_v1.h"
#include "wire_ike_int.h"

#define NOTE_DOI_IPSEC 1

enum wire_ike_err wire_v1_notify_parse(struct base_span body, struct wire_v1_notification *out)
{
    struct base_reader r = base_reader(body);
    const uint32_t doi = base_read_u32(&r);
    out->protocol = base_read_u8(&r);
    const uint8_t spi_len = base_read_u8(&r);
    out->type = base_read_u16(&r);
    out->spi = base_read_span(&r, spi_len);
    out->data = base_read_rest(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    return doi > NOTE_DOI_IPSEC || spi_len > WIRE_V1_COOKIES_BYTES ? WIRE_IKE_BAD_FIELD : WIRE_IKE_OK;
}

void wire_v1_put_notify(struct wire_ike_builder *b, const struct wire_v1_notification *n)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_V1_P_NOTIFY);
    base_write_u32(&b->w, NOTE_DOI_IPSEC);
    base_write_u8(&b->w, n->protocol);
    base_write_u8(&b->w, (uint8_t)n->spi.len);
    base_write_u16(&b->w, n->type);
    base_write_span(&b->w, n->spi);
    base_write_span(&b->w, n->data);
    if (n->spi.len > WIRE_V1_COOKIES_BYTES)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}

/* The width of a protocol's SPIs, or 0. */
static uint8_t delete_spi_len(uint8_t protocol)
{
    switch (protocol) {
    case WIRE_V1_PROTO_ISAKMP:
        return WIRE_V1_COOKIES_BYTES;
    case WIRE_V1_PROTO_AH:
    case WIRE_V1_PROTO_ESP:
        return 4;
    default:
        return 0;
    }
}

enum wire_ike_err wire_v1_delete_parse(struct base_span body, struct wire_v1_delete *out)
{
    struct base_reader r = base_reader(body);
    const uint32_t doi = base_read_u32(&r);
    out->protocol = base_read_u8(&r);
    out->spi_len = base_read_u8(&r);
    out->count = base_read_u16(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    if (doi != NOTE_DOI_IPSEC || out->spi_len == 0 || out->spi_len != delete_spi_len(out->protocol))
        return WIRE_IKE_BAD_FIELD;
    out->spis = base_read_span(&r, out->count * out->spi_len);
    if (r.failed)
        return WIRE_IKE_SHORT;
    return base_reader_left(&r) ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

struct base_span wire_v1_delete_spi(const struct wire_v1_delete *d, size_t i)
{
    struct base_reader r = base_reader(d->spis);
    base_read_span(&r, i * d->spi_len);
    return base_read_span(&r, d->spi_len);
}

void wire_v1_put_delete(struct wire_ike_builder *b, const struct wire_v1_delete *d)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_V1_P_DELETE);
    base_write_u32(&b->w, NOTE_DOI_IPSEC);
    base_write_u8(&b->w, d->protocol);
    base_write_u8(&b->w, d->spi_len);
    base_write_u16(&b->w, (uint16_t)d->count);
    base_write_span(&b->w, d->spis);
    if (d->count > UINT16_MAX || d->spi_len != delete_spi_len(d->protocol) ||
        d->spis.len != d->count * d->spi_len)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}

void wire_v1_put_cert(struct wire_ike_builder *b, uint8_t payload, const struct wire_ike_cert *cert)
{
    wire_ike_put_cert(b, payload, cert);
}
