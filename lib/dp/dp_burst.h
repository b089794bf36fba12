/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What goes from stage to stage: a burst of packets, compact, with what earlier stages found out about each.
 * A stage takes the burst, keeps the survivors in order, and hands every other packet to a drop reason
 * (dp_drop_pkt), to control (dp_punt), or to another worker.
 */
#include <string.h>
#include <rte_mbuf.h>
#include "dp.h"
#include "esp_ops.h"
#include "sad_fast.h"

#define DP_L2_ROOM SAD_L2_ROOM

enum dp_pkt_flag { /* 16 bits */
                   DP_PKT_CE =
                       1 << 0, /* inbound: the outer header carries CE or ECT(1), whose lower bit this is */
                   DP_PKT_LOCAL = 1 << 1,    /* made by the gateway itself: it may leave in clear */
                   DP_PKT_TTL_DONE = 1 << 2, /* its TTL stays as it is */
                   DP_PKT_INNER6 = 1 << 3,   /* inner packet is IPv6 */
                   DP_PKT_MOVED = 1 << 4,    /* inbound: it came from elsewhere than the SA's peer */
                   DP_PKT_OUTER6 = 1 << 5,   /* inbound: came over IPv6 */
                   DP_PKT_HOST = 1 << 6,     /* with LOCAL: the host's stack made it */
                   DP_PKT_WHOLE =
                       1 << 7, /* outbound: larger than the path; sealed whole, cut behind the cipher */
                   DP_PKT_NAMED = 1 << 8, /* outbound fragment: mbuf->hash.usr is the inbound SPI of its SA */
                   DP_PKT_BEHIND =
                       1 << 9, /* outbound fragment: it waited behind pieces that were made here */
                   DP_PKT_STREAM = 1 << 10, /* inbound: it came by a stream of TCP (dp_stream.h) */
                   DP_PKT_JOINED =
                       1 << 11, /* outbound, of the host: it came in pieces, so its sender cuts it anew */
};

/*
 * One packet, one cache line. Classify writes mbuf, data, len (inbound the ESP header and its length,
 * outbound the IP packet), place, flags, in or head, and for ESP over IPv4 addrs and src_port. Lookup writes
 * out. Prepare and encap write all of op that the cipher reads; open and seal write op.failed.
 */
struct dp_pkt {
    union {
        struct esp_op op;
        struct {
            uint8_t *data;     /* op.data */
            uint64_t addrs;    /* where op.key will be: outer source and destination as in the header */
            uint16_t src_port; /* where op.iv will be: network order, 0 without UDP */
            uint8_t pad0[13];
            uint8_t place; /* op.user8: inbound Ethernet and VLAN header bytes, outbound port + 1 of a whole
                              frame */
            uint8_t pad1[14];
            uint16_t flags; /* op.user16: enum dp_pkt_flag */
        };
    };
    struct rte_mbuf *mbuf;
    union {
        struct sad_in *in;
        struct sad_out *out;
        uintptr_t head; /* outbound, until the SA is known: first candidate */
    };
};
_Static_assert(sizeof(struct dp_pkt) == 64, "a packet's metadata is one cache line");
_Static_assert(offsetof(struct dp_pkt, place) == offsetof(struct esp_op, user8) &&
                   offsetof(struct dp_pkt, flags) == offsetof(struct esp_op, user16),
               "what is the data path's own in an op");

/*
 * op.len, op.aad_len and place as one word, which classify stores, and prepare and encap load and store, as a
 * whole: a load that is wider than the store before it waits.
 */
#define DP_OP_AAD_LEN 16 /* bits from the lowest on */
#define DP_OP_PLACE   24

static inline uint32_t dp_op_word(const struct dp_pkt *p)
{
    uint32_t word;
    memcpy(&word, &p->op.len, sizeof word);
    return word;
}

static inline void dp_op_word_store(struct dp_pkt *p, uint32_t word)
{
    memcpy(&p->op.len, &word, sizeof word);
}

/* What a stage keeps of a burst, in order; what it counts of that. */
struct dp_survivors {
    struct dp_pkt *end;
    uint64_t bytes;
    uint32_t cls_mask;
};

static inline void dp_survivor_put(struct dp_survivors *k, const struct dp_pkt *p)
{
    if (__builtin_expect(k->end != p, 0))
        *k->end = *p;
    k->end++;
}

struct dp_burst {
    uint16_t count;
    uint16_t port;    /* where it came in; DP_PORTS_MAX: made here or handed over */
    uint8_t cls_mask; /* 1 << esp_suite.cls of all packets */
    /* Neighbours seldom are of one SA: stages take packets one by one, since to look for runs would
     * mispredict and find none. A guess of classify's, from this burst or the one before; wrong, it only
     * costs time. */
    bool is_mixed;
    bool has_whole; /* a packet may be marked DP_PKT_WHOLE */
    _Alignas(64) struct dp_pkt pkt[DP_BURST_MAX];
};
