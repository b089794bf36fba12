/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The notify payload, RFC 7296 3.10. Its data is handed on as it came: what a type may carry is known to
 * the exchange that handles it.
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

enum wire_ike_err wire_ike_notify_parse(struct base_span body, struct wire_ike_notification *out)
{
    struct base_reader r = base_reader(body);
    out->protocol = base_read_u8(&r);
    out->spi_len = base_read_u8(&r);
    out->type = base_read_u16(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    if (!wire_ike_spi_len_ok(out->spi_len))
        return WIRE_IKE_BAD_FIELD;
    out->spi = wire_ike_read_spi(&r, out->spi_len);
    out->data = base_read_rest(&r);
    return r.failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

void wire_ike_put_notify(struct wire_ike_builder *b, const struct wire_ike_notification *n)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_NOTIFY);
    base_write_u8(&b->w, n->protocol);
    base_write_u8(&b->w, n->spi_len);
    base_write_u16(&b->w, n->type);
    wire_ike_write_spi(&b->w, n->spi, n->spi_len);
    base_write_span(&b->w, n->data);
    wire_ike_pld_end(b, at);
}
