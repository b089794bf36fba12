/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Inner packets whose addresses are others on the wire: in transport mode behind a NAT (RFC 3948 3.1.2), and
 * where two peers have the same one and ours is put in its place. The checksums over them are mended, not
 * made anew, so a packet that was damaged stays so; the packet that an ICMP error quotes is mended like one
 * that goes the other way. Those of a peer that does not say which addresses they cover (sad_map.in_anew) are
 * made anew: of TCP, UDP and ICMPv6 right behind the IP header. Others, as UDP-Lite, DCCP and what is behind
 * extension headers, are mended from what its IDs say, and are wrong where that is. Thread: the worker's.
 */
#include <stdbool.h>
#include <stdint.h>
#include "sad_map.h"

/*
 * What the peer sent (of len bytes, header and length checked), as this side knows it. False: it is not from
 * the address that the peer has.
 */
bool dp_map_in(const struct sad_map *m, uint8_t *ip, uint32_t len, bool is6);

/* What goes to the peer, as that knows it. */
void dp_map_out(const struct sad_map *m, uint8_t *ip, uint32_t len, bool is6);

/* What the host of a packet in transport mode has of the outer header, which is the peer's own. */
struct dp_map_outer {
    uint8_t tos, ttl;
};

/*
 * An IP header before a transport-mode payload of len bytes of a protocol, from the peer to us. There is room
 * for it. Returns the packet.
 */
uint8_t *dp_map_header(const struct sad_map *m, uint8_t *payload, uint32_t len, uint8_t proto,
                       struct dp_map_outer outer);
