/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walking IPv6 extension headers (RFC 8200 4). Finds the upper layer and the fragment header within fixed
 * bounds; options inside the headers are not looked at. ESP and AH count as upper layers.
 */
#include "wire_ip6.h"

#define EXT_UNIT 8 /* length fields count these, the first one not included */

static bool is_extension(uint8_t next)
{
    return next == WIRE_IP6_HOP_BY_HOP || next == WIRE_IP6_ROUTING || next == WIRE_IP6_FRAGMENT ||
           next == WIRE_IP6_DEST_OPTIONS;
}

/* Reads one extension header; out->proto says which on entry and what follows it on return. */
static void read_extension(struct base_reader *r, struct wire_ip6_view *out)
{
    const bool is_fragment_hdr = out->proto == WIRE_IP6_FRAGMENT;
    out->proto = base_read_u8(r);
    const uint8_t units = base_read_u8(r); /* reserved in a fragment header */
    const uint16_t frag = base_read_u16(r);
    const uint32_t id = base_read_u32(r);
    if (!is_fragment_hdr) {
        base_read_span(r, (size_t)units * EXT_UNIT);
        return;
    }
    out->frag_offset = frag & WIRE_IP6_FRAG_OFFSET;
    out->more_fragments = (frag & WIRE_IP6_FRAG_MORE) != 0;
    out->frag_id = id;
    /* An atomic fragment (RFC 6946) is a whole packet. */
    out->is_fragment = out->frag_offset > 0 || out->more_fragments;
}

enum wire_pkt_err wire_ip6_parse(struct base_span packet, struct wire_ip6_view *out)
{
    struct base_reader whole = base_reader(packet);
    *out = (struct wire_ip6_view){
        .hdr = (const struct wire_ip6 *)base_read_span(&whole, WIRE_IP6_BYTES).ptr,
    };
    if (!out->hdr)
        return WIRE_PKT_SHORT;
    if (wire_be32(out->hdr->vtf_be) >> 28 != 6)
        return WIRE_PKT_BAD_VERSION;
    const struct base_span stated = base_read_span(&whole, wire_be16(out->hdr->payload_len_be));
    if (whole.failed)
        return WIRE_PKT_SHORT;
    struct base_reader r = base_reader(stated);
    out->proto = out->hdr->next;
    for (unsigned n = 0; is_extension(out->proto) && out->frag_offset == 0; n++) {
        if (n == WIRE_IP6_EXT_MAX || (n > 0 && out->proto == WIRE_IP6_HOP_BY_HOP))
            return WIRE_PKT_BAD_FIELD;
        read_extension(&r, out);
        if (r.failed)
            return WIRE_PKT_SHORT;
    }
    out->payload = base_read_rest(&r);
    out->hdr_len = (uint16_t)(WIRE_IP6_BYTES + stated.len - out->payload.len);
    return WIRE_PKT_OK;
}
