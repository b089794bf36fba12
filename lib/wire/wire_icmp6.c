/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPv6: echo replies, errors that we send, errors that we get (RFC 4443). Neighbour discovery has a file
 * of its own. Does not decide whether a path MTU is believed.
 */
#include "wire_icmp.h"

#define QUOTE_UPPER_MIN 8 /* an SPI and sequence, or ports: less says nothing about whose packet it was */

enum wire_pkt_err wire_icmp6_parse(const struct wire_ip6_view *ip, struct wire_icmp_view *out)
{
    struct base_reader r = base_reader(ip->payload);
    out->hdr = (const struct wire_icmp *)base_read_span(&r, WIRE_ICMP_BYTES).ptr;
    if (!out->hdr)
        return WIRE_PKT_SHORT;
    if (ip->is_fragment || ip->proto != WIRE_PROTO_ICMP6)
        return WIRE_PKT_BAD_FIELD;
    out->body = base_read_rest(&r);
    const uint64_t sum =
        wire_csum_pseudo6(ip->hdr->src, ip->hdr->dst, WIRE_PROTO_ICMP6, (uint32_t)ip->payload.len);
    return wire_csum_fold(wire_csum_add(sum, ip->payload)) == 0 ? WIRE_PKT_OK : WIRE_PKT_BAD_CSUM;
}

void wire_icmp6_make_reply(struct wire_icmp *icmp)
{
    uint16_t before, after;
    memcpy(&before, icmp, sizeof before);
    icmp->type = WIRE_ICMP6_ECHO_REPLY;
    memcpy(&after, icmp, sizeof after);
    icmp->csum_be = wire_csum_update16(icmp->csum_be, before, after);
}

/*
 * The quoted packet is cut short, so its stated length cannot be checked against bytes: the parser is shown a
 * header that states what is there.
 */
enum wire_pkt_err wire_icmp6_quote_parse(struct base_span body, struct wire_icmp_quote *out)
{
    uint8_t copy[WIRE_IP6_MIN_MTU];
    struct wire_ip6_view v;
    const size_t len = body.len < sizeof copy ? body.len : sizeof copy;
    if (len < WIRE_IP6_BYTES)
        return WIRE_PKT_SHORT;
    memcpy(copy, body.ptr, len);
    ((struct wire_ip6 *)copy)->payload_len_be = wire_be16((uint16_t)(len - WIRE_IP6_BYTES));
    const enum wire_pkt_err e = wire_ip6_parse(base_span(copy, len), &v);
    if (e != WIRE_PKT_OK)
        return e;
    if (v.frag_offset > 0)
        return WIRE_PKT_BAD_FIELD;
    struct base_reader r = base_reader(base_span(body.ptr, len));
    base_read_span(&r, v.hdr_len);
    out->src = wire_ip6_addr(v.hdr->src);
    out->dst = wire_ip6_addr(v.hdr->dst);
    out->proto = v.proto;
    out->upper = base_read_rest(&r);
    return out->upper.len < QUOTE_UPPER_MIN ? WIRE_PKT_SHORT : WIRE_PKT_OK;
}

void wire_icmp6_fill_csum(struct wire_icmp *icmp, size_t len, const uint8_t src[16], const uint8_t dst[16])
{
    const uint64_t sum = wire_csum_pseudo6(src, dst, WIRE_PROTO_ICMP6, (uint32_t)len);
    icmp->csum_be = wire_csum_fold(wire_csum_add(sum, base_span(icmp, len)));
}

size_t wire_icmp6_error(void *buf, size_t cap, const uint8_t src[16], uint8_t type, uint8_t code,
                        uint32_t arg, struct base_span packet)
{
    const size_t head = WIRE_IP6_BYTES + WIRE_ICMP_BYTES;
    const size_t quoted = packet.len < WIRE_IP6_MIN_MTU - head ? packet.len : WIRE_IP6_MIN_MTU - head;
    struct base_reader r = base_reader(packet);
    const struct wire_ip6 *about = (const struct wire_ip6 *)base_read_span(&r, WIRE_IP6_BYTES).ptr;
    if (!about || wire_be32(about->vtf_be) >> 28 != 6 || cap < head + quoted)
        return 0;
    struct base_writer w = base_writer(buf, cap);
    struct wire_ip6 *ip = (struct wire_ip6 *)base_write_room(&w, WIRE_IP6_BYTES);
    struct wire_icmp *icmp = (struct wire_icmp *)base_write_room(&w, WIRE_ICMP_BYTES);
    if (!ip || !icmp) /* never after the check of cap, which gcc's flow analysis does not see for every CPU */
        return 0;
    base_write(&w, packet.ptr, quoted);
    const struct wire_ip6_make make = {
        .src = src,
        .dst = about->src,
        .payload_len = (uint16_t)(WIRE_ICMP_BYTES + quoted),
        .proto = WIRE_PROTO_ICMP6,
        .hop_limit = WIRE_ICMP_TTL,
    };
    wire_ip6_build(ip, &make);
    *icmp = (struct wire_icmp){.type = type, .code = code, .arg_be = wire_be32(arg)};
    wire_icmp6_fill_csum(icmp, WIRE_ICMP_BYTES + quoted, ip->src, ip->dst);
    return w.pos;
}
