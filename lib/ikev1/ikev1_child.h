/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Child SAs of IKEv1: from quick mode to their end, in step with the data path. They outlive their ISAKMP SA
 * when another one with the same peer takes its place.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "base_ts.h"
#include "esp_pair.h"
#include "ike_claim.h"
#include "ike_table.h"
#include "ikev1_select.h"

struct ike;
struct ikev1_sa;

struct ikev1_child {
    struct ikev1_child *next; /* of the ISAKMP SA */
    struct ike_node by_spi;
    struct ikev1_sa *sa;
    const struct ike_child_conf *conf; /* of the connection of its SA */
    uint32_t spi_in, spi_out;
    struct ikev1_choice algs;
    struct base_ts_list *local_ts, *remote_ts; /* kept, owned */
    struct base_ts_list *here_ts; /* remote_ts as packets have them here; NULL: no others. Kept, owned */
    enum esp_mode mode;
    struct esp_ends ends_in; /* in transport mode: esp_pair.ends_in */
    /* Then also: the addresses of the IDs by which the peer asked for it; of family none: as its selectors */
    struct esp_ends ids;
    bool sums_anew; /* esp_pair.sums_anew */
    struct ike_claim_entry claim;
    base_time begun_at, installed_at, rekey_at, dies_at;
    base_time
        known_at;      /* who begins an exchange from then on has this one; never: the peer may not have it */
    base_time gone_at; /* with is_rekeyed: the end; never: a twin, by which the peer may send for good */
    base_time last_in, last_out;
    base_time quiet_since; /* how long it is quiet counts from here at the earliest: what it is for changed */
    bool active;           /* we send on it */
    base_time proves_by;   /* with is_doubted, from the first packet out on: the end; else never */
    bool is_doubted;       /* it took over from its twin, and nothing came in by it since they were twins */
    uint16_t tallied;      /* as which one the run of its SA counts it (ike_tally.h) */
    bool is_rekeyed;       /* another one took over: it stays for what is under way, a twin until dies_at */
    bool want_rekey, want_now;
    bool is_remade; /* the exchange for its heir is under way */
    bool is_ours;   /* we began the exchange that made it */
};

/* What quick mode has agreed on; selectors of one box each. */
struct ikev1_child_deal {
    size_t child_index;
    uint32_t spi_in; /* reserved; the child's when it is installed */
    struct ikev1_choice algs;
    struct base_ts local, remote;
    enum esp_mode mode;
    struct esp_ends ends_in, ids;
    bool sums_anew, is_ours, active;
    base_time begun_at;      /* its exchange */
    struct base_span secret; /* of PFS; or empty */
    struct base_span nonces[2];
};

struct ikev1_child *ikev1_child_by_spi(const struct ike *ike, uint32_t spi_in);
/* Makes and installs one. NULL: no memory, or the library failed. */
struct ikev1_child *ikev1_child_install(struct ike *ike, struct ikev1_sa *sa, struct ikev1_child_deal *deal);
/* Its remote selectors as packets have them here. */
const struct base_ts_list *ikev1_child_held(const struct ikev1_child *c);
/* A live one of this child of the connection; NULL: none. */
struct ikev1_child *ikev1_child_live(const struct ikev1_sa *sa, size_t child_index);
bool ikev1_child_is_live(const struct ikev1_child *c);
/* How many live ones there are, one that waits to take the place of another not counted. */
size_t ikev1_child_count(const struct ikev1_sa *sa);
/* Whether one is live for this traffic of the child of the connection. */
bool ikev1_child_has(const struct ikev1_sa *sa, size_t child_index, const struct base_ts *local,
                     const struct base_ts *remote);
/* Sends from now on; what it replaces does no more. */
void ikev1_child_activate(struct ike *ike, struct ikev1_child *c);
/* A packet of the peer's came in by it, at this time: it is known by which of twins the peer sends. */
void ikev1_child_heard(struct ike *ike, struct ikev1_child *c, base_time at);
/* A packet went out by it, at this time. */
void ikev1_child_sent(struct ikev1_child *c, base_time at);
/* It has carried as much as it should: whichever sends for its traffic is to be replaced, unless it goes
 * anyway. */
void ikev1_child_limit(struct ikev1_child *c);
/* Out of the data path, and freed. why NULL: no news. */
void ikev1_child_remove(struct ike *ike, struct ikev1_child *c, const char *why);
/* It is about to end for this reason: a twin takes its place, or what its connection says for that follows.
 */
void ikev1_child_want_again(struct ike *ike, struct ikev1_child *c, enum ike_end end);
/* All go over to another SA of the same connection and peer. */
void ikev1_child_move_all(struct ike *ike, struct ikev1_sa *from, struct ikev1_sa *to);
/* The peer, or we, are elsewhere. */
void ikev1_child_repath(struct ike *ike, struct ikev1_sa *sa);
/* Selectors of a configuration, those that are dynamic filled by what this SA's sides gave each other. */
const struct base_ts_list *ikev1_child_ts(const struct ikev1_sa *sa, const struct base_ts_list *l,
                                          bool is_local, struct base_ts_list *scratch);
/* When it ends as no packet went either way. NEVER: not for that. */
base_time ikev1_child_idle_end(const struct ikev1_child *c);
