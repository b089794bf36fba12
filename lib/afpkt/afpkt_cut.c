/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments of TCP (RFC 9293) and UDP. Each is a whole packet: lengths, the sequence number, IPv4's ID one
 * after the other, flags that belong to the first or the last segment alone, and checksums over all of it.
 */
#include "afpkt_cut.h"

#include <string.h>
#include "wire_eth.h"
#include "wire_ip.h"
#include "wire_udp.h"

#define ETH_QINQ 0x88a8 /* service tag, IEEE 802.1ad */
#define TAGS_MAX 2
#define EXT_MAX  512 /* bytes of IPv6 with extension headers */

enum { TCP_BYTES = 20, TCP_AT_SEQ = 4, TCP_AT_OFFSET = 12, TCP_AT_FLAGS = 13, TCP_AT_CSUM = 16 };
enum { TCP_FIN = 0x01, TCP_PSH = 0x08, TCP_CWR = 0x80 };

static uint16_t get16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return wire_be16(v);
}

static void put16(uint8_t *p, uint32_t v)
{
    const uint16_t be = wire_be16((uint16_t)v);
    memcpy(p, &be, sizeof be);
}

/* Behind the tags. */
static bool cut_find_ip(struct afpkt_cut *c, uint32_t len)
{
    uint16_t type = 0;
    c->l3 = WIRE_ETH_BYTES;
    for (int tags = 0; tags <= TAGS_MAX && len > c->l3; tags++) {
        type = get16(c->frame + c->l3 - 2);
        if (type != WIRE_ETH_VLAN && type != ETH_QINQ)
            break;
        c->l3 += WIRE_VLAN_BYTES;
    }
    c->is6 = type == WIRE_ETH_IP6;
    return len > c->l3 && (c->is6 || type == WIRE_ETH_IP4);
}

/* Where the upper layer is, and where it ends. */
static bool cut_find_upper4(struct afpkt_cut *c, uint32_t len, uint8_t proto)
{
    const uint8_t *ip = c->frame + c->l3;
    if (len < c->l3 + WIRE_IP4_BYTES)
        return false;
    const uint32_t hdr = wire_ip4_hdr_len(ip), total = wire_ip_len(ip, false);
    c->l4 = c->l3 + hdr;
    c->end = c->l3 + total;
    return ip[0] >> 4 == 4 && hdr >= WIRE_IP4_BYTES && total >= hdr && c->end <= len &&
           ip[WIRE_IP4_AT_PROTO] == proto &&
           !(get16(ip + WIRE_IP4_AT_FRAG) & (WIRE_IP4_MF | WIRE_IP4_OFFSET));
}

static bool cut_find_upper6(struct afpkt_cut *c, uint32_t len, uint8_t proto)
{
    struct wire_ip6_view v;
    if (wire_ip6_parse(base_span(c->frame + c->l3, len - c->l3), &v) != WIRE_PKT_OK || v.is_fragment ||
        v.hdr_len > EXT_MAX)
        return false;
    c->l4 = c->l3 + v.hdr_len;
    c->end = c->l4 + (uint32_t)v.payload.len;
    return v.proto == proto;
}

static bool cut_find_payload(struct afpkt_cut *c)
{
    const uint8_t *l4 = c->frame + c->l4;
    uint32_t hdr = WIRE_UDP_BYTES;
    if (!c->is_udp) {
        if (c->end < c->l4 + TCP_BYTES)
            return false;
        hdr = (l4[TCP_AT_OFFSET] >> 4) * 4u;
        if (hdr < TCP_BYTES)
            return false;
    }
    c->headers = c->l4 + hdr;
    c->at = c->headers;
    return c->at < c->end;
}

/* Whether frames of this kind carry this version of IP; UDP's kind is of both. */
static bool kind_is_of(uint8_t kind, bool is6)
{
    return kind == AFPKT_GSO_UDP || kind == (is6 ? AFPKT_GSO_TCP6 : AFPKT_GSO_TCP4);
}

bool afpkt_cut_begin(struct afpkt_cut *c, const uint8_t *frame, uint32_t len, uint8_t type, uint16_t size,
                     bool is_summed)
{
    const uint8_t kind = type & (uint8_t)~AFPKT_GSO_ECN;
    struct afpkt_cut n = {.frame = frame, .size = size, .is_udp = kind == AFPKT_GSO_UDP};
    const uint8_t proto = n.is_udp ? WIRE_PROTO_UDP : WIRE_PROTO_TCP;
    if (size == 0 || !cut_find_ip(&n, len) || !kind_is_of(kind, n.is6) ||
        !(n.is6 ? cut_find_upper6(&n, len, proto) : cut_find_upper4(&n, len, proto)) || !cut_find_payload(&n))
        return false;
    n.has_sum = !n.is_udp || is_summed || get16(frame + n.l4 + WIRE_UDP_AT_CSUM) != 0;
    *c = n;
    return true;
}

static uint64_t pseudo_sum(const struct afpkt_cut *c, const uint8_t *ip, uint32_t len)
{
    return wire_ip_pseudo(ip, c->is6, c->is_udp ? WIRE_PROTO_UDP : WIRE_PROTO_TCP, len);
}

static void put_ip(const struct afpkt_cut *c, uint8_t *ip, uint32_t len)
{
    if (c->is6) {
        put16(ip + WIRE_IP6_AT_LEN, len - WIRE_IP6_BYTES);
        return;
    }
    put16(ip + WIRE_IP4_AT_LEN, len);
    put16(ip + WIRE_IP4_AT_ID, get16(ip + WIRE_IP4_AT_ID) + (uint32_t)c->count);
    memset(ip + WIRE_IP4_AT_CSUM, 0, 2);
    const uint16_t csum = wire_csum(base_span(ip, c->l4 - c->l3));
    memcpy(ip + WIRE_IP4_AT_CSUM, &csum, sizeof csum);
}

/* Sequence number and flags; payload: bytes of this segment. */
static void put_tcp(const struct afpkt_cut *c, uint8_t *tcp, uint32_t payload)
{
    uint32_t seq;
    memcpy(&seq, tcp + TCP_AT_SEQ, sizeof seq);
    seq = wire_be32(wire_be32(seq) + (c->at - c->headers));
    memcpy(tcp + TCP_AT_SEQ, &seq, sizeof seq);
    if (c->count > 0)
        tcp[TCP_AT_FLAGS] &= (uint8_t)~TCP_CWR;
    if (c->at + payload < c->end)
        tcp[TCP_AT_FLAGS] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
}

uint32_t afpkt_cut_next(struct afpkt_cut *c, uint8_t *out)
{
    const uint32_t payload = afpkt_cut_largest(c) - c->headers, len = c->headers + payload;
    const uint32_t upper = len - c->l4;
    uint8_t *ip = out + c->l3, *l4 = out + c->l4;
    uint8_t *field = l4 + (c->is_udp ? WIRE_UDP_AT_CSUM : TCP_AT_CSUM);
    memcpy(out, c->frame, c->headers);
    memcpy(out + c->headers, c->frame + c->at, payload);
    put_ip(c, ip, len - c->l3);
    if (c->is_udp)
        put16(l4 + WIRE_UDP_AT_LEN, upper);
    else
        put_tcp(c, l4, payload);
    memset(field, 0, 2);
    if (c->has_sum) {
        const uint16_t csum =
            wire_csum_udp(wire_csum_fold(wire_csum_add(pseudo_sum(c, ip, upper), base_span(l4, upper))));
        memcpy(field, &csum, sizeof csum);
    }
    c->at += payload;
    c->count++;
    return len;
}
