/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the packet headers of this room share: byte order, layout and error causes.
 *
 * Header structs overlay bytes in place, at any alignment, without a copy; fields that end in _be are in
 * network order. The parse functions are the only way to get such a struct from received bytes: they check
 * every length first, and everything they return lies inside the given span. All of it is inline or
 * stateless: any thread.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

#define WIRE_OVERLAY __attribute__((packed, may_alias))

/* Why a packet is malformed. The data path counts each as a drop reason. */
enum wire_pkt_err {
    WIRE_PKT_OK = 0,
    WIRE_PKT_SHORT,       /* ends inside a header, or before the length that a header states */
    WIRE_PKT_BAD_VERSION, /* IP version nibble contradicts the Ethernet type */
    WIRE_PKT_BAD_LENGTH,  /* a length field is smaller than what it must cover */
    WIRE_PKT_BAD_FIELD,   /* a value that the RFC forbids */
    WIRE_PKT_BAD_CSUM,    /* checksum does not verify */
};

enum wire_ip_proto {
    WIRE_PROTO_ICMP4 = 1,
    WIRE_PROTO_IP4 = 4, /* IPv4 in IP: ESP tunnel mode, next header */
    WIRE_PROTO_TCP = 6,
    WIRE_PROTO_UDP = 17,
    WIRE_PROTO_DCCP = 33,
    WIRE_PROTO_IP6 = 41, /* IPv6 in IP */
    WIRE_PROTO_ESP = 50,
    WIRE_PROTO_ICMP6 = 58,
    WIRE_PROTO_NONE = 59, /* nothing follows; in ESP: a dummy packet (RFC 4303 2.6) */
    WIRE_PROTO_SCTP = 132,
    WIRE_PROTO_UDP_LITE = 136,
};

/* Host to network order and back. */
static inline uint16_t wire_be16(uint16_t v)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap16(v) : v;
}

static inline uint32_t wire_be32(uint32_t v)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(v) : v;
}
