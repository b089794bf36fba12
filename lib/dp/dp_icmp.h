/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* ICMP and ICMPv6 that the gateway answers and sends. Thread: the worker's. */
#include "dp_burst.h"

struct dp_worker;

/*
 * A packet to an own address that is neither ESP nor IKE, data at the frame, l3 the IP header's offset; takes
 * it. is_inner: it came out of a tunnel, and may be in clear only then where a policy protects its sender.
 */
void dp_icmp_own(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3, bool is_inner);

enum dp_icmp_error {
    DP_ICMP_TTL,
    DP_ICMP_TOO_BIG, /* with the MTU that would do */
};

/* Tells the sender of a packet in a burst what became of it, and drops it as `why`. */
void dp_icmp_refuse(struct dp_worker *w, struct dp_pkt *p, enum dp_icmp_error error, uint16_t mtu,
                    enum dp_drop why);

/* Tells the sender of an IPv4 or IPv6 packet, within a limit; borrows m (data at the IP header). */
void dp_icmp_send(struct dp_worker *w, const struct rte_mbuf *m, enum dp_icmp_error error, uint16_t mtu);
