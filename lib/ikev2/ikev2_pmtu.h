/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The path MTU to an IKE SA's peer: which size its children may use, and how that is found without ICMP (RFC
 * 8899). Sizes are those of whole IP packets. IKE messages of such sizes are sent as probes; the way of ESP
 * is taken to be theirs. With ESP in UDP it is: same addresses, same ports. Plain ESP may be routed or
 * filtered otherwise; then ICMP alone tells.
 *
 * A search asks for the MTU of our port first. When that is not confirmed, it goes down until something is,
 * and then by halves through the sizes that links and tunnels have, up to the largest that arrives.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"
#include "ike_view.h"

struct ike;
struct ikev2_sa;

/* Until a size is looked for again (RFC 8899 5.1.1, PMTU_RAISE_TIMER; RFC 1191 6.3). */
#define IKEV2_PMTU_RAISE_S 600

struct ikev2_pmtu {
    uint16_t size; /* of the children; 0: what their port has */
    enum ike_mtu_by by;
    uint16_t before; /* size when the search began */
    uint16_t last;   /* asked for before others that are smaller than the port's; 0: none */
    uint16_t good;   /* the largest that was confirmed in this search; 0: none */
    uint16_t bad;    /* the smallest that was not; 0: none */
    uint16_t out;    /* that a probe is on its way with; 0: none */
    bool is_told;    /* routers on this path say what they cannot carry */
    base_time told_at;
    base_time at; /* when there is something to do; BASE_TIME_NEVER: nothing */
};

/* The SA is up, or its peer has moved: the path is a new one, and nothing is known of it. */
void ikev2_pmtu_begin(struct ike *ike, struct ikev2_sa *sa);

/* A rekeyed SA knows what the one before knew. */
void ikev2_pmtu_inherit(const struct ike *ike, const struct ikev2_sa *from, struct ikev2_sa *to);

/* Whether the peer's path is probed: it is wanted, the port's MTU is known, and the peer has said that it
 * takes messages of IKE that are longer than packets (RFC 7383). */
bool ikev2_pmtu_can_probe(const struct ike *ike, const struct ikev2_sa *sa);

/* When a probe is due, or, where none can be sent, what ICMP said is forgotten. BASE_TIME_NEVER: not. */
base_time ikev2_pmtu_at(const struct ikev2_sa *sa);

/* Does what time asks for. True: a probe is to be sent. */
bool ikev2_pmtu_is_due(struct ike *ike, struct ikev2_sa *sa);

/* The size to ask for next, which counts as on its way now; 0: the search is over. */
uint16_t ikev2_pmtu_take(struct ike *ike, struct ikev2_sa *sa);

/* The probe that was on its way was answered, or was not; or it was called off and is to be repeated in a
 * while. */
void ikev2_pmtu_confirmed(struct ike *ike, struct ikev2_sa *sa);
void ikev2_pmtu_lost(struct ike *ike, struct ikev2_sa *sa);
void ikev2_pmtu_put_off(const struct ike *ike, struct ikev2_sa *sa);

/*
 * ICMP: a router that saw a packet of ours carries no more than `mtu`. is_sure: it quoted a packet of a
 * child, so the children use no more from now on; else it may have been anybody who knows our addresses, and
 * it only makes the probe that is on its way a lost one. True: that probe need not be waited for.
 */
bool ikev2_pmtu_told(struct ike *ike, struct ikev2_sa *sa, uint16_t mtu, bool is_sure);
