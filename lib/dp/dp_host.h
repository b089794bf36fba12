/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The host's stack behind the gateway's own addresses. Thread: the worker's. */
#include "dp_burst.h"

struct dp_worker;

/* As packet_type in the ring, above all of enum dp_pkt_flag: not judged yet. */
#define DP_HOST_UNJUDGED 0x10000

/*
 * A packet for an own address, data l3 bytes before its IP header; port: where it came in in clear. Takes it.
 * False: it did not, since no host has the address, or none the port.
 */
bool dp_host_deliver(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3);

/* Whether it is the gateway's own: ESP, or UDP with IKE's ports on our side, the local one of flow. */
bool dp_host_may_not_have(const struct sad_flow *flow);

/* Whether the host's stack has this address. Thread: any. */
bool dp_host_has(const struct dp *dp, const uint8_t *addr, bool is6);

/* Judges what the host sent, once, and sets its flags; false: it was dropped. */
bool dp_host_admit(struct dp_worker *w, struct rte_mbuf *m);

/* Whether no policy wants this packet of the host's in a tunnel. */
bool dp_host_may_go_clear(const struct dp_worker *w, const struct dp_pkt *p);
