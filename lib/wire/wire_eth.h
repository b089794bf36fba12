/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Ethernet II frames with at most one VLAN tag (IEEE 802.1Q): destination, source, type; with a tag its type
 * WIRE_ETH_VLAN, 3 bits of priority, 1 that says drop eligible, 12 of VLAN id, and then the type.
 */
#include <stdbool.h>
#include "wire_pkt.h"

#define WIRE_MAC_BYTES  6
#define WIRE_ETH_BYTES  14
#define WIRE_VLAN_BYTES 4
#define WIRE_VLAN_ID    0x0fff

enum wire_eth_type {
    WIRE_ETH_IP4 = 0x0800,
    WIRE_ETH_ARP = 0x0806,
    WIRE_ETH_VLAN = 0x8100,
    WIRE_ETH_IP6 = 0x86dd,
    WIRE_ETH_QINQ = 0x88a8, /* an outer tag, IEEE 802.1ad */
};

/* An address that a host can own: neither group nor all zero. */
static inline bool wire_mac_is_unicast(const uint8_t mac[WIRE_MAC_BYTES])
{
    static const uint8_t zero[WIRE_MAC_BYTES];
    return !(mac[0] & 1) && memcmp(mac, zero, WIRE_MAC_BYTES) != 0;
}
