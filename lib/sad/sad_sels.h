/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The selectors of a pair or policy as workers search them. A side may have as many as a payload of IKE
 * carries (RFC 7296 3.13): those that say nothing of protocols and ports are kept in order of their
 * addresses, overlaps joined, and take a binary search; the others are tried one by one.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_ts.h"
#include "wire_pkt.h"

/* An inner packet as the selectors see it. "local" is our side. Ports of ICMP are type << 8 | code. */
struct sad_flow {
    uint8_t family;
    uint8_t proto;
    bool has_ports; /* false for fragments without the header: only selectors for all ports match */
    bool is_later;  /* a fragment without the upper header */
    bool
        any_ports; /* whatever the selectors say of ports, they match: to tell why a later fragment did not */
    uint16_t local_port, remote_port;
    uint64_t dscp; /* bit of its DSCP; 0: whatever it has, which inbound is for the peer to choose */
    uint8_t local[16], remote[16]; /* IPv4 in the first four bytes */
};

/* One selector. */
struct sad_range {
    uint8_t family; /* enum base_family */
    uint8_t proto;
    uint16_t port_lo, port_hi;
    uint8_t lo[16], hi[16];
};

/* Addresses, first and last; IPv4 in host order. */
struct sad_span4 {
    uint32_t lo, hi;
};
struct sad_span6 {
    uint8_t lo[16], hi[16];
};

/* The selectors of one side. */
struct sad_side {
    uint32_t count; /* of list, as they came */
    uint32_t n_v4, n_v6, n_narrow;
    const struct sad_range *list;
    const struct sad_span4 *v4; /* for all protocols and ports: ascending, and apart from each other */
    const struct sad_span6 *v6;
    const struct sad_range *narrow; /* those for some protocol or port */
};

/* Both sides, in one block. */
struct sad_sels {
    struct sad_side local, remote;
};

/* Owned by the caller (free). NULL: more than BASE_TS_MAX on a side, or no memory. Thread: control. */
struct sad_sels *sad_sels_make(const struct base_ts_list *local, const struct base_ts_list *remote);

/* The two ports that selectors are held against: ICMP has one, which stands for both sides. */
static inline uint16_t sad_flow_remote_port(const struct sad_flow *flow)
{
    const bool is_icmp = flow->proto == WIRE_PROTO_ICMP4 || flow->proto == WIRE_PROTO_ICMP6;
    return is_icmp ? flow->local_port : flow->remote_port;
}

/* Whether a selector for this protocol and these ports admits the flow, by one of its ports. Thread: any. */
bool sad_ports_match(uint8_t proto, uint16_t lo, uint16_t hi, const struct sad_flow *flow, uint16_t port);

/* Whether addr (network order bytes, of the flow's family) and port lie in one of the selectors. Thread: any.
 */
bool sad_side_match(const struct sad_side *side, const struct sad_flow *flow, const uint8_t *addr,
                    uint16_t port);

/* Whether both ends of the flow lie inside. Thread: any. */
bool sad_sels_match(const struct sad_sels *sels, const struct sad_flow *flow);
