/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What IKEv2 keeps for itself in an engine: tables of its SAs, and scratch for one dispatch. */
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ikev2_cookie.h"
#include "ikev2_frag.h"
#include "ikev2_peer.h"
#include "ikev2_stray.h"
#include "wire_ike.h"

struct ikev2_child;
struct ikev2_sa;

struct ikev2_auth_method;

struct ikev2 {
    struct ikev2_sa *first, *last;           /* all, ascending by id */
    struct ikev2_sa *dead;                   /* by link.spi_next; to be buried and freed */
    struct ikev2_sa *touched, *touched_last; /* by link.touch_next */
    size_t n_slots;                          /* of each table, a power of two */
    struct ikev2_sa **by_spi;
    struct ikev2_sa **by_init;
    struct ikev2_sa **by_id;
    struct ikev2_sa **by_run;   /* the latest first */
    struct ikev2_sa **by_place; /* the peer's endpoint; those that are up */
    struct ikev2_child **by_child;
    struct ikev2_peers peers; /* the peer's identity; those that were up */
    bool is_leaving;
    struct ikev2_sa *leaving;                            /* shutting down: the next one to be closed */
    const struct ikev2_auth_method *const *auth_methods; /* NULL behind the last */
    struct ikev2_cookies cookie;
    struct ikev2_strays strays;
    char redirect_to[IKE_HOST_MAX]; /* where clients that are up are sent */
    size_t long_bytes;              /* of long requests that are kept (ikev2_init.h) */
    /* Scratch for one dispatch. */
    struct wire_ike_sa sa_in, sa_out;
    uint8_t head[IKEV2_FRAG_HEAD_MAX];
    uint8_t plain_in[WIRE_IKE_MSG_MAX];
    uint8_t chain[WIRE_IKE_MSG_MAX];
    uint8_t part[WIRE_IKE_MSG_MAX]; /* of the chain, with its padding */
    uint8_t wire[WIRE_IKE_MSG_MAX];
};
