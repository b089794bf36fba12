/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Our request in flight. */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_blob.h"
#include "ike_dgrams.h"
#include "ike_path.h"

struct ike;
struct ikev2_sa;

struct ikev2_request {
    struct ike_dgrams dgrams; /* empty: no request in flight */
    struct ike_dgrams other;  /* what it goes as every second time; empty: always as the above */
    struct ike_blob
        chain; /* what it says in clear, its first type in front, as long as it may be cut anew; else none */
    base_time at; /* next retransmission or the end */
    base_time sent_at;
    uint32_t tries;  /* retransmissions done */
    uint32_t denied; /* copies that the peer, or whoever forges its answers, called of an unknown IKE SA */
    bool is_probe; /* of the path MTU: goes in packets that nobody may cut, and proves nothing when it is lost
                    */
    bool is_elsewhere; /* a liveness check that goes to `elsewhere` alone: an answer from there proves a move
                        */
    struct ike_path elsewhere;
    uint8_t exchange;
    struct base_addr to; /* of the last one, answered or not: where its first copy went */
    bool is_spread;      /* and others elsewhere */
};

/*
 * Sends a request and keeps it until it is answered. Takes the datagrams: the list is empty afterwards. An
 * empty one: sealing failed, and the SA runs into its timeout.
 */
void ikev2_request_arm(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams, uint8_t exchange);

/* The same with a probe: repeated each second, until the caller makes it a common request. */
void ikev2_request_arm_probe(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams,
                             uint8_t exchange);

/* A probe is a common request from now on, in its first try: these datagrams, which are taken, and those of
 * before go in turns. */
void ikev2_request_begin_again(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams);

/* The same request in other fragments from now on. The list gets the ones of before. */
void ikev2_request_swap(struct ikev2_sa *sa, struct ike_dgrams *dgrams);

/* It is not cut anew any more: its clear text is wiped. */
void ikev2_request_forget(struct ikev2_sa *sa);

/* It is answered, or its exchange has ended. */
void ikev2_request_clear(struct ikev2_sa *sa);

/*
 * Whether all copies of our last request, answered or not, went to this address: who knows it receives there.
 * In IKE_AUTH that is said of IKE_SA_INIT, which the keys of the child come from: the SA of a caller does not
 * move before it is up, so both went to where it called.
 */
bool ikev2_request_went_to(const struct ikev2_sa *sa, const struct base_addr *addr);

/* All is to end soon, and a DELETE waits for the answer to it (window 1): it is repeated at that pace. */
void ikev2_request_hurry(struct ike *ike, struct ikev2_sa *sa);

/*
 * Sends it once more and plans the next time. While a peer that may have moved waits to be asked, every
 * second copy goes there. With MOBIKE, where we decide, later ones go over all pairs of addresses.
 */
void ikev2_request_repeat(struct ike *ike, struct ikev2_sa *sa);

/*
 * Nobody has answered a liveness check elsewhere: it is sent once more, or it is a common request from now
 * on, in its first try, so that its message id gets its answer. That proves no move: it may be a copy.
 */
void ikev2_request_silent_elsewhere(struct ike *ike, struct ikev2_sa *sa);
