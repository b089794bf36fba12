/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Packets of one sender: made when they are due, or copies of ones that were kept, in order or shuffled, and
 * given to its port. What the port does not take at once is given again before anything else is made, so that
 * none is counted as sent that was not. Thread: the one that sends. */
#include <rte_mbuf.h>
#include "gen_ike.h"
#include "gen_pace.h"
#include "gen_port.h"
#include "gen_seq.h"
#include "meter_flow.h"

#define GEN_STREAMS   3    /* from port A, from port B, and a flood */
#define GEN_FLOOD     2    /* the flood's place among them */
#define GEN_KEPT_PKTS 4096 /* copies, at most */
#define GEN_DEPTH_MAX 4096 /* packets */

enum gen_what {
    GEN_NOTHING,
    GEN_FRESH,  /* packets of the flow, each with its stamp */
    GEN_COPIES, /* those that were kept, again and again */
    GEN_INITS,  /* IKE_SA_INIT requests */
};

/* Where a packet stands among those of its stream. */
struct gen_place {
    uint64_t number;
    uint32_t sa;
};

struct gen_stream {
    struct meter_flow flow;
    struct gen_ike ike;
    struct gen_port *port;
    struct rte_mempool *pool;
    uint8_t index; /* among the streams, in the stamps */

    /* Of the trial; gen_stream_begin() sets the rest. */
    enum gen_what what;
    uint32_t depth; /* packets that are shuffled among themselves; 0 or 1: sent in order */
    uint64_t limit; /* packets; 0: no limit */
    bool is_kept;   /* the first GEN_KEPT_PKTS packets are kept */
    uint16_t trial;
    uint64_t made, sent, sent_bytes;
    struct gen_pace pace;
    uint64_t now;                        /* TSC, for the stamps */
    uint32_t sa;                         /* of the packet that was made last */
    struct rte_mbuf *waiting[GEN_BURST]; /* made, and not taken by the port */
    uint32_t n_waiting;
    struct rte_mbuf **shuffle; /* GEN_DEPTH_MAX of them */
    struct gen_place *shuffle_place;
    uint32_t n_shuffle;
    struct gen_seq order; /* what order a shuffled stream has when it is sent */
    uint8_t (*kept)[METER_PKT_MAX];
    uint16_t *kept_bytes;
    uint32_t n_kept, kept_turn;
};

/* Allocates what the stream needs, for a flow that is set up. 0, or -ENOMEM. Release with gen_stream_fini()
 * in both cases. */
int gen_stream_init(struct gen_stream *s, struct gen_port *port, uint8_t index);
void gen_stream_fini(struct gen_stream *s);

/* A new trial, with what, depth, limit and is_kept as set. */
void gen_stream_begin(struct gen_stream *s, uint16_t trial, double hz, double pps, uint64_t now);

/* Sends what is due. Returns whether anything went. */
bool gen_stream_send(struct gen_stream *s, uint64_t now);

/* Whether all of its limit has been sent, or all that its flow has. */
bool gen_stream_is_done(const struct gen_stream *s);

/* The trial is over: tries once more to send what waits; what does not go was never sent. */
void gen_stream_end(struct gen_stream *s);
