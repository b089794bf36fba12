/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The engine as the versions of IKE share it: surroundings, configuration, time, timers, actions, counters,
 * connections. Each version keeps what is its own behind a pointer here, and nothing of another's.
 * Thread: control.
 */
#include "base_time.h"
#include "ike_act.h"
#include "ike_audit.h"
#include "ike_claim.h"
#include "ike_conf.h"
#include "ike_env.h"
#include "ike_fail.h"
#include "ike_ids.h"
#include "ike_run.h"
#include "ike_mapping.h"
#include "ike_share.h"
#include "ike_stats.h"
#include "ike_timer.h"
#include "ike_wait.h"

struct ikev1;
struct ikev2;
struct pool_book;
struct ike_heirs;

/* A configuration that takes the place of another, part by part (ike_swap.h). */
struct ike_swap {
    struct ike_heirs *heirs; /* NULL: none does */
    struct ike_run *runs;    /* of the former configuration */
    size_t at, fresh_at;     /* the next runs to be moved, and to be made ready */
    bool is_over;
    void (*make_ready)(struct ike *ike, struct ike_run *run); /* before a run is used */
};

/* How far it is told to all peers that all ends. */
struct ike_goodbye {
    base_time began_at;
    uint64_t sas;  /* that were there then */
    uint64_t told; /* of these, answered or not */
};

struct ike {
    struct ike_env env;
    const struct ike_conf *conf; /* a reference */
    base_time now;               /* of this dispatch */
    bool shutting_down;
    struct ike_goodbye goodbye; /* with shutting_down */
    struct ike_stats stats;
    uint64_t next_id; /* the last number that an IKE SA got, of any version */
    uint64_t hash_seed;
    struct ike_timers timers;
    struct ike_acts acts;
    struct ike_waits waits;
    struct ike_ids ids;
    struct ike_claims claims;
    struct pool_book *pools;      /* addresses for peers, by their numbers in conf->pools */
    struct ike_shares shares;     /* of half-open SAs */
    struct ike_mappings mappings; /* how long NATs keep them */
    struct ike_run *runs;         /* parallel to conf->conns */
    struct ike_swap swap;
    struct ike_run *lost; /* by lost_next, within a dispatch */
    struct ike_fail fail;
    struct ike_audit audit; /* scratch */
    struct ikev2 *v2;
    struct ikev1 *v1; /* NULL: this build has none */
};

/* A 64-bit mix with a secret seed: peers choose what is hashed, but not where it collides. */
uint64_t ike_hash(const struct ike *ike, const void *bytes, size_t len);

/* Slots for a hash table of a configuration's SAs: a power of two. */
size_t ike_slots(const struct ike_conf *conf);

/*
 * Room for the timer of one more SA, of any version: before it is made. Beside it all connections may have
 * one, and during a swap those of the former configuration. 0, or -ENOMEM.
 */
int ike_reserve_timer(struct ike *ike);

/* Seconds since 1970 (ike_env). */
int64_t ike_calendar(const struct ike *ike);

/* A random number of nanoseconds in [0, range). */
uint64_t ike_jitter(struct ike *ike, uint64_t range_ns);
