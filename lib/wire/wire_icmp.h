/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * ICMP (RFC 792, 1122, 1191) and ICMPv6 (RFC 4443): echo and errors. Builders make whole IP packets behind
 * room for a link header, ready to send. Rate limits are the caller's: an error per bad packet is a flood.
 */
#include <stdbool.h>
#include "wire_ip.h"

#define WIRE_ICMP_BYTES 8
#define WIRE_ICMP_TTL   64

enum wire_icmp4_type {
    WIRE_ICMP4_ECHO_REPLY = 0,
    WIRE_ICMP4_UNREACHABLE = 3,
    WIRE_ICMP4_SOURCE_QUENCH = 4,
    WIRE_ICMP4_REDIRECT = 5,
    WIRE_ICMP4_ECHO = 8,
    WIRE_ICMP4_TIME_EXCEEDED = 11,
    WIRE_ICMP4_PARAMETER = 12,
};

/* Codes of WIRE_ICMP4_UNREACHABLE. */
enum wire_icmp4_code {
    WIRE_ICMP4_NET = 0,
    WIRE_ICMP4_HOST = 1,
    WIRE_ICMP4_PROTOCOL = 2,
    WIRE_ICMP4_PORT = 3,
    WIRE_ICMP4_FRAG_NEEDED = 4, /* arg: MTU of the next hop (RFC 1191) */
    WIRE_ICMP4_PROHIBITED = 13, /* RFC 1812 5.2.7.1 */
};

enum wire_icmp6_type {
    WIRE_ICMP6_UNREACHABLE = 1,
    WIRE_ICMP6_TOO_BIG = 2, /* arg: MTU of the next hop */
    WIRE_ICMP6_TIME_EXCEEDED = 3,
    WIRE_ICMP6_PARAMETER = 4, /* arg: offset of what is wrong */
    WIRE_ICMP6_INFO = 128,    /* types from here on are no errors */
    WIRE_ICMP6_ECHO = 128,
    WIRE_ICMP6_ECHO_REPLY = 129,
    WIRE_ICMP6_ROUTER_SOLICIT = 133,
    WIRE_ICMP6_NEIGHBOR_SOLICIT = 135,
    WIRE_ICMP6_NEIGHBOR_ADVERT = 136,
    WIRE_ICMP6_REDIRECT = 137,
};

/* Whether a message of this protocol and type tells what became of the packet that it quotes. */
static inline bool wire_icmp_is_error(uint8_t proto, uint8_t type)
{
    return proto == WIRE_PROTO_ICMP6 ? type < WIRE_ICMP6_INFO
                                     : proto == WIRE_PROTO_ICMP4 &&
                                           (type == WIRE_ICMP4_UNREACHABLE ||
                                            type == WIRE_ICMP4_TIME_EXCEEDED || type == WIRE_ICMP4_PARAMETER);
}

/* Codes of WIRE_ICMP6_UNREACHABLE. */
enum wire_icmp6_code {
    WIRE_ICMP6_NO_ROUTE = 0,
    WIRE_ICMP6_PROHIBITED = 1,
    WIRE_ICMP6_ADDRESS = 3,
    WIRE_ICMP6_PORT = 4,
};

/* Codes of WIRE_ICMP6_PARAMETER. */
enum wire_icmp6_parameter {
    WIRE_ICMP6_HEADER_FIELD = 0,
    WIRE_ICMP6_NEXT_HEADER = 1, /* unknown here */
};

struct wire_icmp {
    uint8_t type;
    uint8_t code;
    uint16_t csum_be;
    uint32_t arg_be; /* echo: identifier and sequence; errors: MTU, pointer or zero */
} WIRE_OVERLAY;

struct wire_icmp_view {
    const struct wire_icmp *hdr;
    struct base_span body; /* echo: data; errors: the packet that caused them, usually cut short */
};

/* Checks length and checksum of an IPv6 packet's payload, which covers the addresses. A fragment or another
 * protocol is BAD_FIELD. */
enum wire_pkt_err wire_icmp6_parse(const struct wire_ip6_view *ip, struct wire_icmp_view *out);

/*
 * Turns an ICMP message, an echo request, into its reply, in place: type and checksum.
 * The caller swaps the IP addresses, which changes neither checksum.
 */
void wire_icmp4_make_reply(struct wire_icmp *icmp);
void wire_icmp6_make_reply(struct wire_icmp *icmp);

/*
 * What an error quotes: the IP header of a packet that did not fit, as far as it came back. For IPv4, all
 * that is promised is the header and 8 bytes more. proto and ports or SPI (first 8 bytes) say whose it was.
 */
struct wire_icmp_quote {
    struct base_addr src, dst;
    uint8_t proto;
    struct base_span upper; /* what is left of the upper layer, at least 8 bytes */
};

/* Reads the body of an error. A quoted fragment that is not the first is BAD_FIELD. */
enum wire_pkt_err wire_icmp4_quote_parse(struct base_span body, struct wire_icmp_quote *out);
enum wire_pkt_err wire_icmp6_quote_parse(struct base_span body, struct wire_icmp_quote *out);

/*
 * Builds an error about `packet` (from its IP header on) into buf: IP header, ICMP header, and as much of
 * the packet as fits 576 bytes (RFC 1812 4.3.2.3). It goes from src to the packet's source. Returns its
 * bytes, 0 when cap is too small or packet is not IPv4. Borrows all; no fields of packet are checked but its
 * version.
 */
size_t wire_icmp4_error(void *buf, size_t cap, uint32_t src_be, uint8_t type, uint8_t code, uint32_t arg,
                        struct base_span packet);

/* The same for IPv6, with as much as fits 1280 bytes (RFC 4443 2.4 (c)). */
size_t wire_icmp6_error(void *buf, size_t cap, const uint8_t src[16], uint8_t type, uint8_t code,
                        uint32_t arg, struct base_span packet);

/* Computes csum_be (which must be 0) of an ICMPv6 message of len bytes. */
void wire_icmp6_fill_csum(struct wire_icmp *icmp, size_t len, const uint8_t src[16], const uint8_t dst[16]);
