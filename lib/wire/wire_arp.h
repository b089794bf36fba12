/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* ARP for IPv4 over Ethernet (RFC 826). Who may answer or learn what is the caller's policy. */
#include "wire_eth.h"

#define WIRE_ARP_BYTES 28

enum wire_arp_op { WIRE_ARP_REQUEST = 1, WIRE_ARP_REPLY = 2 };

struct wire_arp {
    uint16_t hw_be;    /* 1: Ethernet */
    uint16_t proto_be; /* 0x0800 */
    uint8_t hw_len;    /* 6 */
    uint8_t proto_len; /* 4 */
    uint16_t op_be;
    uint8_t sender_mac[WIRE_MAC_BYTES];
    uint32_t sender_be;
    uint8_t target_mac[WIRE_MAC_BYTES];
    uint32_t target_be;
} WIRE_OVERLAY;

/*
 * Checks the payload of an ARP frame and points *out into it. BAD_FIELD: not IPv4 over Ethernet, neither
 * request nor reply, or a sender hardware address that no host can own.
 */
static inline enum wire_pkt_err wire_arp_parse(struct base_span payload, const struct wire_arp **out)
{
    struct base_reader r = base_reader(payload);
    const struct wire_arp *a = (const struct wire_arp *)base_read_span(&r, WIRE_ARP_BYTES).ptr;
    if (!a)
        return WIRE_PKT_SHORT;
    const uint16_t op = wire_be16(a->op_be);
    if (a->hw_be != wire_be16(1) || a->proto_be != wire_be16(WIRE_ETH_IP4) || a->hw_len != WIRE_MAC_BYTES ||
        a->proto_len != 4 || (op != WIRE_ARP_REQUEST && op != WIRE_ARP_REPLY) ||
        !wire_mac_is_unicast(a->sender_mac))
        return WIRE_PKT_BAD_FIELD;
    *out = a;
    return WIRE_PKT_OK;
}

/* Writes a message. target_mac NULL: unknown, zeros (a request). */
static inline void wire_arp_build(struct wire_arp *a, enum wire_arp_op op,
                                  const uint8_t sender_mac[WIRE_MAC_BYTES], uint32_t sender_be,
                                  const uint8_t *target_mac, uint32_t target_be)
{
    *a = (struct wire_arp){
        .hw_be = wire_be16(1),
        .proto_be = wire_be16(WIRE_ETH_IP4),
        .hw_len = WIRE_MAC_BYTES,
        .proto_len = 4,
        .op_be = wire_be16((uint16_t)op),
        .sender_be = sender_be,
        .target_be = target_be,
    };
    memcpy(a->sender_mac, sender_mac, WIRE_MAC_BYTES);
    if (target_mac)
        memcpy(a->target_mac, target_mac, WIRE_MAC_BYTES);
}
