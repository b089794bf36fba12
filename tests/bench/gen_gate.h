/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A gateway between two rings, which opens ESP, answers ARP and IKE, and has the faults that scenarios exist
 * for. It works whenever the generator looks at one of its ports, in the generator's thread: what a scenario
 * finds is then no matter of who had a CPU. */
#include <stdbool.h>
#include <stdint.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include "meter_flow.h"

#define GATE_SAS     3
#define GATE_SEQ_MAX (1u << 20)  /* sequence numbers end before */
#define GATE_A       0x0a010001u /* its addresses at the generator's ports */
#define GATE_B       0x0a020001u

/* What is wrong with the gateway. */
struct faults {
    bool is_deaf;   /* answers no ARP */
    bool is_closed; /* lets nothing through */
    bool has_no_window, has_no_icv, has_no_ike;
    uint32_t loses;   /* one packet of so many */
    uint32_t begins;  /* with the trial from which on it loses */
    uint32_t ends;    /* with the trial from which on it loses no more; 0: with none */
    uint32_t copies;  /* one packet of so many goes out twice */
    uint32_t spoils;  /* one packet of so many is damaged */
    uint32_t swaps;   /* of so many packets one goes out after the next */
    uint32_t answers; /* to one IKE request; 0: 1 */
    uint32_t asks;    /* for this address at B, by ARP; 0: none */
    uint32_t misses;  /* one packet of so many, which it has sent, the generator's port B does not take */
    uint32_t stalls;  /* with so many packets handed on it keeps who looks from all else, once; 0: never */
    double stall_s;   /* so long */
    bool talks;       /* sends all the time */
    bool is_stuck;    /* takes nothing, and its rings are full */
    bool is_single;   /* has one port */
};

struct gate {
    struct faults f;
    struct rte_ring *in[2], *out[2]; /* of ports A and B */
    uint8_t mac[2][6];               /* of the generator's ports */
    struct meter_flow key;
    uint32_t turn;
    uint64_t missed;             /* by the generator's port B, which tells it */
    uint8_t kept[METER_PKT_MAX]; /* goes out after the next */
    uint32_t kept_bytes;
    uint16_t port[2]; /* whose callbacks are these: */
    const struct rte_eth_rxtx_callback *look[2];
    uint32_t ports;
};

extern struct gate gate;
extern struct rte_mempool *gate_pool; /* of what it sends */
extern uint8_t *gate_seen;            /* [GATE_SAS][GATE_SEQ_MAX] */
extern const uint32_t gate_spis[GATE_SAS];

/* Works from now on when the generator reads this port of its own. */
void gate_open(uint16_t port);
/* Not any more; before the ports are closed. */
void gate_close(void);
