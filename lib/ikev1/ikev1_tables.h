/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What IKEv1 keeps for itself in an engine: tables of its SAs, and scratch for one dispatch. */
#include <stdint.h>
#include "base_ration.h"
#include "ike_table.h"
#include "ikev1_peer.h"
#include "wire_ike.h"
#include "wire_v1.h"

struct ikev1_sa;

struct ikev1 {
    struct ikev1_sa *first, *last;           /* all, ascending by id */
    struct ikev1_sa *dead;                   /* by dead_next */
    struct ikev1_sa *touched, *touched_last; /* by touch_next */
    struct ikev1_sa *half_first, *half_last; /* half open as responder */
    uint32_t n_half_open;
    struct ike_table by_spi, by_id, by_run, by_first, by_place, by_prefix, by_peer, by_child;
    struct ikev1_conns conns;
    struct base_ration refusals; /* in clear */
    struct base_ration unproved; /* answers of aggressive mode that are longer than what they answer */
    size_t frag_bytes;           /* kept of messages that are not whole */
    bool is_leaving;
    struct ikev1_sa *leaving;
    /* Scratch for one dispatch. */
    struct wire_v1_sa sa_in, sa_out;
    uint8_t plain[WIRE_IKE_MSG_MAX];
    uint8_t wire[WIRE_IKE_MSG_MAX];
};
