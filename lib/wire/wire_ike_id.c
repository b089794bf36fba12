/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Identification payloads IDi and IDr, RFC 7296 3.5. Only addresses have a fixed size; names and key-ids are
 * raw bytes, embedded zeros included, and are compared as such by whoever owns identities.
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

static bool is_length_ok(uint8_t type, size_t len)
{
    switch (type) {
    case WIRE_IKE_ID_IP4:
        return len == 4;
    case WIRE_IKE_ID_IP6:
        return len == 16;
    default:
        return true;
    }
}

enum wire_ike_err wire_ike_id_parse(struct base_span body, struct wire_ike_id *out)
{
    struct base_reader r = base_reader(body);
    out->type = base_read_u8(&r);
    for (size_t i = 0; i < sizeof out->reserved; i++)
        out->reserved[i] = base_read_u8(&r);
    out->data = base_read_rest(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    return is_length_ok(out->type, out->data.len) ? WIRE_IKE_OK : WIRE_IKE_BAD_LENGTH;
}

void wire_ike_put_id(struct wire_ike_builder *b, uint8_t payload, const struct wire_ike_id *id)
{
    const size_t at = wire_ike_pld_begin(b, payload);
    base_write_u8(&b->w, id->type);
    base_write(&b->w, id->reserved, sizeof id->reserved);
    base_write_span(&b->w, id->data);
    wire_ike_pld_end(b, at);
}
