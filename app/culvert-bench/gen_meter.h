/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What arrives at a port in a trial, told apart by content: the generator's own packets in clear, ESP, IKE,
 * ICMP, others. Thread: the one that receives; others read when it has stopped. */
#include <stdbool.h>
#include <stdint.h>
#include "gen_hist.h"
#include "gen_seq.h"
#include "meter_flow.h"

#define GEN_OPEN_EVERY 8u /* of so many ESP packets one is opened, where the key is known */

/* What is to be expected; set before the trial. */
struct gen_expect {
    uint16_t trial;               /* as in the stamps; packets of other trials are counted as stale */
    uint8_t stream;               /* the stamps' */
    uint32_t sa_base;             /* inner address of SA 0, host order */
    bool is_sa_src;               /* the source tells the SA, else the destination */
    bool is_sealed;               /* the stream comes as ESP; else ESP is another's */
    const struct meter_flow *key; /* opens ESP; NULL: it is only counted. Borrowed */
};

struct gen_meter {
    struct gen_expect expect;
    struct gen_seq seq;      /* of stamped packets that came in clear */
    struct gen_hist latency; /* TSC cycles from the stamp to the receive call */
    uint64_t clear;          /* stamped packets, copies too */
    uint64_t clear_bytes;    /* of their frames */
    uint64_t sealed;         /* ESP packets, but for those that opened as stale */
    uint64_t sealed_bytes;
    uint64_t opened, unopened;    /* of these: opened with the key, and those that it did not open */
    uint64_t damaged;             /* stamped ones whose last byte or header is not as it was sent */
    uint64_t stale;               /* of an earlier trial */
    uint64_t ike, icmp, other;    /* answers of IKE; ICMP; all else */
    uint8_t icmp_type, icmp_code; /* of the last one */
    uint64_t last;                /* TSC when the last stamped or sealed packet came; 0: none came */
    uint64_t gap;                 /* the longest time between two of them, TSC cycles */
};

/* 0, or -ENOMEM. Release with gen_meter_fini() in both cases. */
int gen_meter_init(struct gen_meter *m, uint32_t sas);
void gen_meter_fini(struct gen_meter *m);

/* A new trial. */
void gen_meter_begin(struct gen_meter *m, const struct gen_expect *expect);

/* A frame that came at this TSC. */
void gen_meter_take(struct gen_meter *m, const uint8_t *data, uint32_t bytes, uint64_t now);

/* Packets of the stream that came, each once, as far as that is known of ESP. */
uint64_t gen_meter_received(const struct gen_meter *m);
