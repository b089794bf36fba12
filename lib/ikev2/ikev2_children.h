/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Child SAs: from an exchange that made one to its end, in step with the data path. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"
#include "base_ts.h"
#include "esp_pair.h"
#include "ike_claim.h"
#include "ikev2_select.h"

struct ike;
struct ikev2_sa;
struct ikev2_task;

#define IKEV2_LINGER_S 5 /* a replaced pair stays for packets under way */
#define IKEV2_HEARD_S \
    2 /* a pair of the peer's that replaces one of another SA sends after that, whatever is heard */

enum ikev2_child_state {
    IKEV2_CHILD_UP,
    IKEV2_CHILD_DELETING, /* our DELETE waits for its turn or for its answer */
    IKEV2_CHILD_LINGER    /* deleted by both; inbound stays until gone_at */
};

struct ikev2_child {
    struct ikev2_child *next; /* of the IKE SA */
    struct ikev2_child *hash_next;
    struct ikev2_sa *sa;
    const struct ike_child_conf *conf;
    const struct ike_conf
        *old_conf; /* a reference, when conf stands in one that the SA has left; else NULL */
    enum ikev2_child_state state;
    uint16_t tallied; /* as which one the run of its SA counts it (ike_tally.h) */
    uint32_t spi_in;
    uint32_t spi_out;
    struct ikev2_choice algs;
    struct base_ts_list *local_ts, *remote_ts; /* kept, owned */
    struct base_ts_list *here_ts; /* remote_ts as packets have it on this side; kept, owned. NULL: the same */
    enum esp_mode mode;
    struct esp_ends ends_in; /* in transport mode: esp_pair.ends_in */
    struct ike_claim_entry claim;
    base_time installed_at;
    base_time rekey_at;
    base_time dies_at;
    base_time gone_at;  /* LINGER */
    base_time sends_at; /* not active, though no exchange of the peer's is awaited: then it is */
    base_time last_in;
    base_time last_out;  /* of traffic, as last_in: a pair that replaces another has its times at first */
    const char *end_why; /* DELETING: static text */
    bool active;         /* we send on it */
    bool is_shared;      /* further pairs may stand beside it (ikev2_further.h) */
    bool is_rekeyed;     /* another pair took over */
    bool want_rekey;
    bool is_remade;       /* the SA that takes its SA's place was asked for its like already */
    bool want_now;        /* of want_rekey: an operator's, and no pause after a refusal holds it up */
    bool is_dh_agreed;    /* algs.dh is what both want; else it was made in IKE_AUTH, which has no group */
    uint32_t replaced_by; /* spi_in of the pair from the peer's rekeying of this one; 0: none */
};

/* By our SPI, among all; NULL: none. */
struct ikev2_child *ikev2_child_by_spi(struct ike *ike, uint32_t spi_in);
/* By the peer's SPI, among those of an SA; NULL: none. */
struct ikev2_child *ikev2_child_by_spi_out(struct ikev2_sa *sa, uint32_t spi_out);
/* Installs the child that a task negotiated, from the keys of its nonces and secret; NULL: failed. */
struct ikev2_child *ikev2_child_install(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                        bool exchange_initiator, struct base_span secret, bool active,
                                        uint32_t replaces_in);
/*
 * The group that an exchange of ours for this child begins with, NONE for one without key exchange: what the
 * peer took for `old` (NULL: none is replaced) or for another child of this SA, else the IKE SA's own group
 * if the child's proposals have it, else their first. A guess only: all that is configured is offered with
 * it, but NONE, where the proposals can do without, offers just that.
 */
enum crypt_dh ikev2_child_group(const struct ikev2_sa *sa, const struct ike_child_conf *conf,
                                const struct ikev2_child *old);
/* Whether it stands for its child of the connection: no other took over, and it is not to go. */
bool ikev2_child_is_live(const struct ikev2_child *c);
/* A live pair of a child of the SA, beside which further ones may stand; NULL: none. */
struct ikev2_child *ikev2_child_shared(const struct ikev2_sa *sa, const struct ike_child_conf *conf);
/* How many of an SA do. */
size_t ikev2_child_count(const struct ikev2_sa *sa);
/* Our DELETE is due. why: static text. Another state than UP stays. */
void ikev2_child_end(struct ikev2_child *c, const char *why);
/* Whether it is to be rekeyed and can be. */
bool ikev2_child_is_due(const struct ikev2_child *c);
/* It ends for this reason: what its connection says for that follows, unless there is another of its kind. */
void ikev2_child_want_again(struct ike *ike, struct ikev2_child *c, uint32_t pause_s, enum ike_end end);
/* The SA has ended: the same for its children, by another call. */
void ikev2_child_want_all_again(struct ikev2_sa *sa);
/* When it has been without a packet for too long; BASE_TIME_NEVER: never. */
base_time ikev2_child_idle_end(const struct ikev2_child *c);
/* We send on it from now on. */
void ikev2_child_activate(struct ike *ike, struct ikev2_child *c);
/* Takes it out of the data path and frees it. */
void ikev2_child_remove(struct ike *ike, struct ikev2_child *c, const char *why);
/*
 * Deleted by both sides: goes now. When another pair took over, or the peer deleted it and has another of its
 * kind, only our sending ends now: it lingers for what the peer sent before it had our answer.
 */
void ikev2_child_deleted(struct ike *ike, struct ikev2_child *c, const char *why);
/*
 * The peer has made the pair that our task asked for, and we do not take it: DELETE goes out before anything
 * else of ours. Takes the task's reserved SPI.
 */
void ikev2_child_disown(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t);
/* The peer spoke on the SA: it has the pairs that came with the SA, and they send from now on. */
void ikev2_child_heard(struct ike *ike, struct ikev2_sa *sa);
/*
 * The SA ends, and both sides know it: those of its pairs that another SA of the connection has in its place,
 * for the same traffic of the same identity, linger there for what is under way.
 */
void ikev2_child_outlive(struct ike *ike, struct ikev2_sa *sa);
/* All children, and wishes for more, and what is disowned, go over to another SA of the same connection. */
void ikev2_child_move_all(struct ike *ike, struct ikev2_sa *from, struct ikev2_sa *to);
