/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Neighbour discovery (RFC 4861): solicitations and advertisements, with the validity checks of 7.1. The
 * neighbour cache and the decision to answer are the caller's.
 */
#include <stdbool.h>
#include "wire_eth.h"
#include "wire_icmp.h"

#define WIRE_NDP_BYTES        32 /* message with its link-layer address option */
#define WIRE_NDP_PACKET_BYTES (WIRE_IP6_BYTES + WIRE_NDP_BYTES)
#define WIRE_NDP_HOP_LIMIT    255 /* proves that it was sent on this link */

struct wire_ndp {
    bool is_advert;    /* else a solicitation */
    bool is_solicited; /* advertisement: answers a solicitation */
    bool is_override;  /* advertisement: replaces what the cache holds */
    bool has_mac;      /* a link-layer address option is there */
    uint8_t target[16];
    uint8_t mac[WIRE_MAC_BYTES]; /* the sender's (solicitation), the target's (advertisement) */
};

/*
 * Reads a solicitation or advertisement out of an IPv6 packet whose payload is ICMPv6, checksum included.
 * BAD_FIELD: another ICMPv6 type, or one of the rules of RFC 4861 7.1.1 and 7.1.2 broken: drop it silently.
 */
enum wire_pkt_err wire_ndp_parse(const struct wire_ip6_view *ip, struct wire_ndp *out);

/*
 * Builds the IPv6 packet of a message whose mac is ours (has_mac is ignored: the option always goes along)
 * into WIRE_NDP_PACKET_BYTES at buf. A solicitation goes from src to dst, usually
 * wire_ndp_solicited_node(target).
 */
void wire_ndp_build(void *buf, const uint8_t src[16], const uint8_t dst[16], const struct wire_ndp *ndp);

/* The group that an address's solicitations go to, ff02::1:ffXX:XXXX (RFC 4291 2.7.1). */
void wire_ndp_solicited_node(const uint8_t addr[16], uint8_t group[16]);

/* The Ethernet address of an IPv6 group (RFC 2464 7). */
void wire_ndp_group_mac(const uint8_t group[16], uint8_t mac[WIRE_MAC_BYTES]);
