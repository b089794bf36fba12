/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The stages, in the order in which dp_path.c calls them. Each takes the burst, leaves the survivors compact,
 * and sends every other packet elsewhere; what it reads and writes of a packet is in dp_burst.h. Thread: the
 * worker's.
 */
#include "dp_burst.h"

struct dp_worker;

/* Frames of a port -> w->in (ESP for us) and w->out (clear packets to forward); all others are dealt with. */
void dp_classify(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t count);

/* A packet with ESP from a stream (DP_STREAM_IN), data at its IP header -> w->in. */
void dp_classify_stream(struct dp_worker *w, struct rte_mbuf *m);

void dp_prepare_in(struct dp_worker *w, struct dp_burst *b); /* SA, length, replay pre-check, nonce */
void dp_open(struct dp_worker *w, struct dp_burst *b);       /* cipher */
void dp_commit_in(struct dp_worker *w, struct dp_burst *b);  /* replay, trailer, inner policy, route, tx */

void dp_lookup_out(struct dp_worker *w, struct dp_burst *b);  /* selectors -> SA */
void dp_encap(struct dp_worker *w, struct dp_burst *b);       /* MTU, TTL, sequence, trailer, headers */
void dp_seal(struct dp_worker *w, struct dp_burst *b);        /* cipher */
void dp_frag_out(struct dp_worker *w, struct dp_burst *b);    /* cuts what is larger than the path */
void dp_forward_out(struct dp_worker *w, struct dp_burst *b); /* Ethernet of packets off the fast path, tx */
