/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CERT and CERTREQ payloads (RFC 7296 3.6, 3.7), of one form: an encoding and bytes. What is in the bytes,
 * and whether an encoding is taken, is decided by who authenticates.
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

enum wire_ike_err wire_ike_cert_parse(struct base_span body, struct wire_ike_cert *out)
{
    struct base_reader r = base_reader(body);
    out->encoding = base_read_u8(&r);
    out->data = base_read_rest(&r);
    return r.failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

void wire_ike_put_cert(struct wire_ike_builder *b, uint8_t payload, const struct wire_ike_cert *cert)
{
    const size_t at = wire_ike_pld_begin(b, payload);
    base_write_u8(&b->w, cert->encoding);
    base_write_span(&b->w, cert->data);
    wire_ike_pld_end(b, at);
}

size_t wire_ike_certreq_count(const struct wire_ike_cert *c)
{
    return c->encoding == WIRE_IKE_CERT_X509 ? c->data.len / WIRE_IKE_CA_HASH_BYTES : 0;
}

struct base_span wire_ike_certreq_hash(const struct wire_ike_cert *c, size_t i)
{
    struct base_reader r = base_reader(c->data);
    base_read_span(&r, i * WIRE_IKE_CA_HASH_BYTES);
    return base_read_span(&r, WIRE_IKE_CA_HASH_BYTES);
}
