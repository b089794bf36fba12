/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * ICMP and ICMPv6 that the gateway answers and sends. Errors are sent within a rate per worker: 1000 a second
 * about packets that could not go on, and 100 of its own about packets to its own addresses, so that a scan
 * does not take from the others. What RFC 1812 4.3.2.7 and RFC 4443 2.4 (e) forbid is never answered.
 * Thread: the worker's.
 */
#include "dp_burst.h"

struct dp_worker;

/*
 * A packet to an own address that is neither ESP nor IKE, data at the frame, l3 the IP header's offset; takes
 * it. is_inner: it came out of a tunnel, and may be in clear only then where a policy protects its sender.
 * What nobody takes is dropped, and its sender told: no such port (RFC 1122 4.1.3.1, RFC 4443 3.1), or no
 * such protocol (RFC 1122 3.2.2.1, RFC 8200 4). ICMP, ESP and the ports of IKE draw no such error.
 */
void dp_icmp_own(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3, bool is_inner);

enum dp_icmp_error {
    DP_ICMP_TTL,
    DP_ICMP_TOO_BIG,  /* with the MTU that would do */
    DP_ICMP_PORT,     /* of a packet to an own address, which is where the error comes from */
    DP_ICMP_PROTOCOL, /* the same */
};

/* Tells the sender of a packet in a burst what became of it, and drops it as `why`. */
void dp_icmp_refuse(struct dp_worker *w, struct dp_pkt *p, enum dp_icmp_error error, uint16_t mtu,
                    enum dp_drop why);

/* Tells the sender of an IPv4 or IPv6 packet, within the limits; borrows m (data at the IP header). */
void dp_icmp_send(struct dp_worker *w, const struct rte_mbuf *m, enum dp_icmp_error error, uint16_t mtu);
