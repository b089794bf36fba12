/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbour solicitations and advertisements, RFC 4861 4.3, 4.4 and 7.1. Options other than the link-layer
 * address are stepped over. Keeps no cache and sends nothing.
 */
#include "wire_ndp.h"

#define OPT_SOURCE_MAC 1
#define OPT_TARGET_MAC 2
#define OPT_UNIT       8 /* option lengths count these */
#define FLAG_SOLICITED 0x40000000u
#define FLAG_OVERRIDE  0x20000000u

/* Reads the options; a length of zero voids the whole packet (RFC 4861 4.6). */
static enum wire_pkt_err read_options(struct base_reader *r, struct wire_ndp *out)
{
    const uint8_t wanted = out->is_advert ? OPT_TARGET_MAC : OPT_SOURCE_MAC;
    while (base_reader_left(r) > 0) {
        const uint8_t type = base_read_u8(r);
        const uint8_t units = base_read_u8(r);
        if (r->failed)
            return WIRE_PKT_SHORT;
        if (units == 0)
            return WIRE_PKT_BAD_LENGTH;
        struct base_reader body = base_reader(base_read_span(r, units * (size_t)OPT_UNIT - 2));
        if (r->failed)
            return WIRE_PKT_SHORT;
        if (type != wanted || units != 1)
            continue;
        memcpy(out->mac, base_read_span(&body, WIRE_MAC_BYTES).ptr, WIRE_MAC_BYTES);
        out->has_mac = true;
    }
    return WIRE_PKT_OK;
}

/* The rules of RFC 4861 7.1 that look at the addresses. */
static bool is_valid(const struct wire_ip6 *ip, const struct wire_ndp *ndp)
{
    uint8_t group[16];
    if (wire_ip6_is_multicast(ndp->target) || (ndp->has_mac && !wire_mac_is_unicast(ndp->mac)))
        return false;
    if (ndp->is_advert)
        return !(wire_ip6_is_multicast(ip->dst) && ndp->is_solicited);
    if (!wire_ip6_is_unspecified(ip->src))
        return true;
    wire_ndp_solicited_node(ndp->target, group);
    return memcmp(ip->dst, group, sizeof group) == 0 && !ndp->has_mac;
}

enum wire_pkt_err wire_ndp_parse(const struct wire_ip6_view *ip, struct wire_ndp *out)
{
    struct wire_icmp_view icmp;
    enum wire_pkt_err e = wire_icmp6_parse(ip, &icmp);
    if (e != WIRE_PKT_OK)
        return e;
    if ((icmp.hdr->type != WIRE_ICMP6_NEIGHBOR_SOLICIT && icmp.hdr->type != WIRE_ICMP6_NEIGHBOR_ADVERT) ||
        icmp.hdr->code != 0 || ip->hdr->hop_limit != WIRE_NDP_HOP_LIMIT)
        return WIRE_PKT_BAD_FIELD;
    const uint32_t flags = wire_be32(icmp.hdr->arg_be);
    *out = (struct wire_ndp){.is_advert = icmp.hdr->type == WIRE_ICMP6_NEIGHBOR_ADVERT};
    out->is_solicited = out->is_advert && (flags & FLAG_SOLICITED);
    out->is_override = out->is_advert && (flags & FLAG_OVERRIDE);
    struct base_reader r = base_reader(icmp.body);
    const struct base_span target = base_read_span(&r, sizeof out->target);
    if (r.failed)
        return WIRE_PKT_SHORT;
    memcpy(out->target, target.ptr, sizeof out->target);
    e = read_options(&r, out);
    if (e != WIRE_PKT_OK)
        return e;
    return is_valid(ip->hdr, out) ? WIRE_PKT_OK : WIRE_PKT_BAD_FIELD;
}

void wire_ndp_build(void *buf, const uint8_t src[16], const uint8_t dst[16], const struct wire_ndp *ndp)
{
    struct base_writer w = base_writer(buf, WIRE_NDP_PACKET_BYTES);
    struct wire_ip6 *ip = (struct wire_ip6 *)base_write_room(&w, WIRE_IP6_BYTES);
    struct wire_icmp *icmp = (struct wire_icmp *)base_write_room(&w, WIRE_ICMP_BYTES);
    const uint32_t flags = (ndp->is_solicited ? FLAG_SOLICITED : 0) | (ndp->is_override ? FLAG_OVERRIDE : 0);
    const struct wire_ip6_make make = {
        .src = src,
        .dst = dst,
        .payload_len = WIRE_NDP_BYTES,
        .proto = WIRE_PROTO_ICMP6,
        .hop_limit = WIRE_NDP_HOP_LIMIT,
    };
    wire_ip6_build(ip, &make);
    *icmp = (struct wire_icmp){
        .type = ndp->is_advert ? WIRE_ICMP6_NEIGHBOR_ADVERT : WIRE_ICMP6_NEIGHBOR_SOLICIT,
        .arg_be = ndp->is_advert ? wire_be32(flags) : 0,
    };
    base_write(&w, ndp->target, sizeof ndp->target);
    base_write_u8(&w, ndp->is_advert ? OPT_TARGET_MAC : OPT_SOURCE_MAC);
    base_write_u8(&w, 1);
    base_write(&w, ndp->mac, sizeof ndp->mac);
    wire_icmp6_fill_csum(icmp, WIRE_NDP_BYTES, ip->src, ip->dst);
}

void wire_ndp_solicited_node(const uint8_t addr[16], uint8_t group[16])
{
    static const uint8_t prefix[13] = {0xff, 0x02, [11] = 0x01, [12] = 0xff};
    memcpy(group, prefix, sizeof prefix);
    memcpy(group + sizeof prefix, addr + sizeof prefix, 16 - sizeof prefix);
}

void wire_ndp_group_mac(const uint8_t group[16], uint8_t mac[WIRE_MAC_BYTES])
{
    mac[0] = 0x33;
    mac[1] = 0x33;
    memcpy(mac + 2, group + 12, 4);
}
