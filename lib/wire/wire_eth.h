/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Ethernet II frames with at most one VLAN tag (IEEE 802.1Q). */
#include <stdbool.h>
#include "wire_pkt.h"

#define WIRE_MAC_BYTES  6
#define WIRE_ETH_BYTES  14
#define WIRE_VLAN_BYTES 4

enum wire_eth_type {
    WIRE_ETH_IP4 = 0x0800,
    WIRE_ETH_ARP = 0x0806,
    WIRE_ETH_VLAN = 0x8100,
    WIRE_ETH_IP6 = 0x86dd,
};

struct wire_eth {
    uint8_t dst[WIRE_MAC_BYTES];
    uint8_t src[WIRE_MAC_BYTES];
    uint16_t type_be;
} WIRE_OVERLAY;

struct wire_vlan {
    uint16_t tci_be; /* 3 bits priority, 1 bit drop eligible, 12 bits VLAN id */
    uint16_t type_be;
} WIRE_OVERLAY;

struct wire_eth_view {
    const struct wire_eth *hdr;
    uint16_t type;    /* behind the tag, if there is one; host order */
    uint16_t vlan_id; /* 0: untagged, or a priority tag */
    bool is_tagged;
    struct base_span payload; /* with any padding of short frames */
};

/* Splits a frame. A second tag shows as type WIRE_ETH_VLAN. WIRE_PKT_SHORT is the only error. */
static inline enum wire_pkt_err wire_eth_parse(struct base_span frame, struct wire_eth_view *out)
{
    struct base_reader r = base_reader(frame);
    out->hdr = (const struct wire_eth *)base_read_span(&r, WIRE_ETH_BYTES).ptr;
    if (!out->hdr)
        return WIRE_PKT_SHORT;
    out->type = wire_be16(out->hdr->type_be);
    out->vlan_id = 0;
    out->is_tagged = out->type == WIRE_ETH_VLAN;
    if (out->is_tagged) {
        const struct wire_vlan *tag = (const struct wire_vlan *)base_read_span(&r, WIRE_VLAN_BYTES).ptr;
        if (!tag)
            return WIRE_PKT_SHORT;
        out->vlan_id = wire_be16(tag->tci_be) & 0x0fff;
        out->type = wire_be16(tag->type_be);
    }
    out->payload = base_read_rest(&r);
    return WIRE_PKT_OK;
}

static inline void wire_eth_build(struct wire_eth *h, const uint8_t dst[WIRE_MAC_BYTES],
                                  const uint8_t src[WIRE_MAC_BYTES], uint16_t type)
{
    memcpy(h->dst, dst, WIRE_MAC_BYTES);
    memcpy(h->src, src, WIRE_MAC_BYTES);
    h->type_be = wire_be16(type);
}

/* Group bit: multicast and broadcast. */
static inline bool wire_mac_is_group(const uint8_t mac[WIRE_MAC_BYTES])
{
    return mac[0] & 1;
}

/* An address that a host can own: neither group nor all zero. */
static inline bool wire_mac_is_unicast(const uint8_t mac[WIRE_MAC_BYTES])
{
    static const uint8_t zero[WIRE_MAC_BYTES];
    return !wire_mac_is_group(mac) && memcmp(mac, zero, WIRE_MAC_BYTES) != 0;
}
