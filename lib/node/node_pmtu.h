/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Path MTU of tunnels, learned from ICMP errors about our own ESP packets (RFC 4301 8.2). Thread: control. */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"

struct node;
struct dp_punt;
struct node_event;

struct node_pmtu {
    base_time window; /* errors are counted per second from here, */
    uint32_t errors;  /* those that quote an SPI, */
    uint32_t guesses; /* and those that do not, apart, so that they cannot keep the others out */
};

/*
 * An ICMP or ICMPv6 error that came to an own address; counted as what became of it (node_own.def).
 *
 * One that quotes a packet of a live SA lowers the MTU of that SA: addresses, ports, SPI, and where the quote
 * is as long, a sequence number that was sent lately. Who does not see our packets cannot know them. A router
 * may quote as little as 8 bytes behind the IP header (RFC 792), of ESP in UDP the ports alone. Such an error
 * is believed when addresses and ports are those of SAs with ESP in UDP, and lowers the MTU of all of these,
 * since it is the path's. Who knows no more than that could have forged it (RFC 8899 4.6.1 asks for care):
 * what it gains is that a tunnel sends packets of 576 bytes (over IPv6 1280) until control, which hears of
 * it, has the path probed. No MTU falls below that, none stops a tunnel, and to refuse these errors would
 * leave a black hole behind every router that quotes the least. Of either kind ten a second are looked at, as
 * each costs a walk over the SAs.
 *
 * One that quotes another UDP packet between the ends of an SA, which IKE is, changes nothing here: it may be
 * about a probe of control's.
 *
 * True: *out is what control is to hear of it.
 */
bool node_pmtu_error(struct node *node, const struct dp_punt *punt, struct node_event *out);
