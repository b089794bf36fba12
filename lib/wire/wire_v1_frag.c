/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments of IKEv1 messages, Microsoft's ([MS-IKEE] 2.2.3) and Cisco's: the only payload of a datagram
 * whose header is a copy of the message's. Joining them is the engine's business.
 */
#include "wire_v1.h"
#include "wire_ike_int.h"

#define FRAG_LAST 1 /* in flags */

enum wire_ike_err wire_v1_fragment_parse(struct base_span body, struct wire_v1_fragment *out)
{
    struct base_reader r = base_reader(body);
    out->id = base_read_u16(&r);
    out->number = base_read_u8(&r);
    out->is_last = base_read_u8(&r) & FRAG_LAST;
    out->data = base_read_rest(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    return out->number == 0 || out->data.len == 0 ? WIRE_IKE_BAD_FIELD : WIRE_IKE_OK;
}

void wire_v1_put_fragment(struct wire_ike_builder *b, const struct wire_v1_fragment *f)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_V1_P_FRAGMENT);
    base_write_u16(&b->w, f->id);
    base_write_u8(&b->w, f->number);
    base_write_u8(&b->w, f->is_last ? FRAG_LAST : 0);
    base_write_span(&b->w, f->data);
    if (f->number == 0 || f->data.len == 0)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}
