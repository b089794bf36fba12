/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP for IPv4: echo replies, errors that we send, errors that we get. Does not decide whether a path MTU
 * is believed: that takes knowledge of live SAs.
 */
#include "wire_icmp.h"

#define QUOTE_UPPER_MIN 8 /* bytes behind the IP header that every error carries (RFC 792) */

void wire_icmp4_make_reply(struct wire_icmp *icmp)
{
    uint16_t before, after;
    memcpy(&before, icmp, sizeof before);
    icmp->type = WIRE_ICMP4_ECHO_REPLY;
    memcpy(&after, icmp, sizeof after);
    icmp->csum_be = wire_csum_update16(icmp->csum_be, before, after);
}

enum wire_pkt_err wire_icmp4_quote_parse(struct base_span body, struct wire_icmp_quote *out)
{
    struct base_reader r = base_reader(body);
    const struct wire_ip4 *h = (const struct wire_ip4 *)base_read_span(&r, WIRE_IP4_BYTES).ptr;
    if (!h)
        return WIRE_PKT_SHORT;
    const size_t hdr_len = (h->ver_ihl & 15u) * 4;
    if (h->ver_ihl >> 4 != 4)
        return WIRE_PKT_BAD_VERSION;
    if (hdr_len < WIRE_IP4_BYTES)
        return WIRE_PKT_BAD_LENGTH;
    base_read_span(&r, hdr_len - WIRE_IP4_BYTES);
    if (wire_be16(h->frag_be) & WIRE_IP4_OFFSET)
        return WIRE_PKT_BAD_FIELD;
    out->src = wire_ip4_addr(h->src_be);
    out->dst = wire_ip4_addr(h->dst_be);
    out->proto = h->proto;
    out->upper = base_read_rest(&r);
    return r.failed || out->upper.len < QUOTE_UPPER_MIN ? WIRE_PKT_SHORT : WIRE_PKT_OK;
}

size_t wire_icmp4_error(void *buf, size_t cap, uint32_t src_be, uint8_t type, uint8_t code, uint32_t arg,
                        struct base_span packet)
{
    const size_t head = WIRE_IP4_BYTES + WIRE_ICMP_BYTES;
    const size_t quoted = packet.len < WIRE_IP4_MIN_MTU - head ? packet.len : WIRE_IP4_MIN_MTU - head;
    struct base_reader r = base_reader(packet);
    const struct wire_ip4 *about = (const struct wire_ip4 *)base_read_span(&r, WIRE_IP4_BYTES).ptr;
    if (!about || about->ver_ihl >> 4 != 4 || cap < head + quoted)
        return 0;
    struct base_writer w = base_writer(buf, cap);
    struct wire_ip4 *ip = (struct wire_ip4 *)base_write_room(&w, WIRE_IP4_BYTES);
    struct wire_icmp *icmp = (struct wire_icmp *)base_write_room(&w, WIRE_ICMP_BYTES);
    base_write(&w, packet.ptr, quoted);
    const struct wire_ip4_make make = {
        .src_be = src_be,
        .dst_be = about->src_be,
        .payload_len = (uint16_t)(WIRE_ICMP_BYTES + quoted),
        .proto = WIRE_PROTO_ICMP4,
        .ttl = WIRE_ICMP_TTL,
    };
    wire_ip4_build(ip, &make);
    *icmp = (struct wire_icmp){.type = type, .code = code, .arg_be = wire_be32(arg)};
    icmp->csum_be = wire_csum(base_span(icmp, WIRE_ICMP_BYTES + quoted));
    return w.pos;
}
