/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The IKEv2 engine. Sans-IO: packets, events and time go in by function calls; what must be done comes out
 * as actions. No socket, clock, thread or randomness inside; all of that is in ike_env or the arguments.
 *
 * Use: call one of the ike_on_*() functions, then take actions with ike_next_action() until it says false,
 * then arrange to be called at ike_deadline(). Thread: one at a time, the control core.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "crypt_ike_ops.h"
#include "ike_action.h"
#include "ike_conf.h"
#include "ike_stats.h"

struct ike;

enum ike_rng_purpose {
    IKE_RNG_SPI,
    IKE_RNG_NONCE,
    IKE_RNG_IV,
    IKE_RNG_COOKIE,
    IKE_RNG_JITTER,
    IKE_RNG_HASH_SEED
};

/* The engine's surroundings. All functions are called from within ike_on_*() and must not call back. */
struct ike_env {
    void *ctx;
    /* Fills buf with random bytes; may not fail. */
    void (*rng)(void *ctx, enum ike_rng_purpose purpose, void *buf, size_t len);
    const struct crypt_ike_ops *crypto;
    /* Reserves an inbound ESP SPI (not 0..255, slot of the SA table in it). 0, or -ENOSPC. */
    int (*spi_alloc)(void *ctx, uint32_t *spi);
    /* Gives back a reserved SPI that was never installed. */
    void (*spi_free)(void *ctx, uint32_t spi);
    /*
     * Our own address that packets to `remote` leave from; asked when a connection without local address
     * is initiated. 0, or -ENETUNREACH.
     */
    int (*local_for)(void *ctx, const struct base_addr *remote, struct base_addr *local);
};

/* Makes an engine with a sealed configuration (takes its own reference). env is copied. NULL: no memory. */
struct ike *ike_new(const struct ike_env *env, const struct ike_conf *conf, base_time now);

/* Frees all, keys wiped, without sending. First IKE_EV_SHUTDOWN and its actions for a clean goodbye. */
void ike_free(struct ike *ike);

/* A datagram to UDP 500, or to 4500 with the non-ESP marker taken off. Borrows msg until return. */
void ike_on_packet(struct ike *ike, base_time now, const struct ike_path *path, struct base_span msg);

/*
 * An operator's, data path's or crypto worker's event. INITIATE, TERMINATE and REKEY return -ENOENT when no
 * such connection or SA exists, -EALREADY when INITIATE finds it up or under way, -EHOSTUNREACH when the
 * connection has no remote address (it can only answer). All others return 0.
 */
int ike_on_event(struct ike *ike, base_time now, const struct ike_event *ev);

/* To be called when ike_deadline() is reached; earlier or later does no harm. */
void ike_on_timer(struct ike *ike, base_time now);

/* When ike_on_timer() wants to be called; BASE_TIME_NEVER when nothing is pending. */
base_time ike_deadline(const struct ike *ike);

/*
 * Takes the oldest action. Spans inside borrow from the engine until the next call of any ike_*()
 * function. False: nothing to do.
 */
bool ike_next_action(struct ike *ike, struct ike_action *out);

/* One IKE SA and its children, for status. Plain values. */
struct ike_child_view {
    char name[IKE_NAME_MAX];
    uint32_t spi_in, spi_out;
    char proposal[96]; /* "AES-GCM-16-128/ESN" */
    struct base_ts_list local_ts, remote_ts;
    base_time installed_at, rekey_at;
    bool is_rekeyed; /* replaced, lingers for packets under way */
};

struct ike_sa_view {
    uint64_t id; /* local number, never reused while the engine lives */
    char conn[IKE_NAME_MAX];
    const char *state; /* "connecting", "established", "closing" */
    bool is_initiator;
    uint64_t spi_i, spi_r;
    struct ike_path path;
    struct ike_id local_id, remote_id;
    char proposal[96];
    bool local_nat;               /* NAT detection: we are behind a NAT */
    bool remote_nat;              /* the peer is */
    bool encap;                   /* ESP goes in UDP */
    struct base_addr public_addr; /* which nat.public_addresses entry the peer dialled; none: unknown */
    /* What the peer announced as its own address, as far as its hash tells: seen address when it matches. */
    bool remote_hash_matches, local_hash_matches;
    base_time established_at, rekey_at, last_in_at;
    uint32_t retransmits; /* of the request in flight */
    uint16_t refusal;     /* connecting: the error notify that came in clear, no better answer yet; 0: none */
    uint32_t moves;       /* times that the peer's endpoint moved */
    size_t n_children;
    struct ike_child_view children[IKE_CHILDREN_MAX];
};

/*
 * Copies the SA with the smallest id greater than after_id (0: the first). False: there is none.
 */
bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out);
