/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Measuring a gateway whose SAs come from IKE with a peer on a real wire. Frames pass between the gateway and
 * the wire of each port until a file appears; then one port feeds the gateway at full speed, with clear
 * packets of its own making or with ESP that it kept back from the wire, and the other port takes what comes
 * out; then everything passes again. Thread: all from the worker that polls, of which there is one.
 */
#include <rte_mbuf.h>
#include "meter_clock.h"
#include "meter_hold.h"
#include "meter_port.h"
#include "meter_relay.h"

enum meter_phase {
    METER_PASS,  /* everything passes */
    METER_HOLD,  /* ESP from the wire is kept; left out where clear packets are fed */
    METER_FEED,  /* measured */
    METER_DRAIN, /* the feed is over, and what is left in the gateway comes out */
    METER_DONE,  /* everything passes; the peer gets samples of what was sealed */
};

struct meter_live_port {
    struct meter_port *port;
    struct meter_relay relay;
    struct meter_hold hold; /* frames to feed, or samples of what was taken */
    bool is_feeder;
    bool is_holding; /* feeds what it kept from the wire */
    uint32_t seq;    /* of the last ESP packet that it took; 0: none yet */
    uint32_t turn;   /* ESP packets that it took */
    uint64_t sample_tsc;
};

/* The start file: whoever sends what is to be kept sees in it that it may begin, and how much arrived. */
struct meter_progress {
    uint64_t is_seen; /* not 0: the measurement has begun */
    uint64_t held;    /* frames kept from the wire */
};

#define METER_LIVE_PORTS 2

struct meter_live {
    char start[256];                 /* the file; empty: this is not in use */
    struct meter_progress *progress; /* its content, mapped */
    struct meter_live_port *ports[METER_LIVE_PORTS];
    enum meter_phase phase;
    uint32_t turn;      /* receive calls since it last mattered */
    uint64_t fed;       /* packets handed to the gateway under measurement */
    uint64_t taken;     /* packets of the flow that it sent */
    uint64_t checked;   /* of these */
    uint64_t good;      /* of the checked ones */
    uint64_t held;      /* frames kept from the wire */
    uint64_t samples;   /* ESP packets of those taken that the peer gets in the end */
    uint64_t seq_wrong; /* ESP packets whose sequence number was not one more than the last one's */
};

/* Adds a port: opens its wire if an interface is named (else NULL), and makes room for `hold` frames to feed,
 * or for samples when that is 0. The port and its flow's kind are set up already. 0, or -errno with a
 * sentence on stderr. Release with meter_live_close() in both cases. */
int meter_live_open(struct meter_live *l, struct meter_live_port *p, struct meter_port *port,
                    const char *interface, uint32_t hold);
void meter_live_close(struct meter_live *l, struct meter_live_port *p);

/* What a metering port does inside of a receive and a send call. clock may be NULL. */
uint16_t meter_live_rx(struct meter_live *l, struct meter_live_port *p, struct meter_clock *clock,
                       struct rte_mbuf **pkts, uint16_t n);
void meter_live_tx(struct meter_live *l, struct meter_live_port *p, struct meter_clock *clock,
                   struct rte_mbuf **pkts, uint16_t n);

/* Writes one JSON line: how far it came, and what was counted. */
void meter_live_print(const struct meter_live *l, const char *label, FILE *out);
