/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE SAs by who the peer is: a record for each identity that has SAs on a connection, with these SAs in
 * lists by what they mean for a newcomer. So uniqueness, INITIAL_CONTACT (RFC 7296 2.4) and two calls at the
 * same time are decided by the ends of lists and their lengths, however many SAs an identity has, and none is
 * gone over but those that end. SAs are in from the moment they are up until they end. A connection is known
 * by its name, so a reload, which takes its SAs over in parts, leaves a record whole. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_table.h"

struct ike;
struct ike_run;
struct ikev2_sa;

enum ikev2_peer_list_kind {
    IKEV2_PEER_ALL,     /* whatever their state: each SA is here, and in at most one of the others */
    IKEV2_PEER_OURS,    /* up, to stay, and we called */
    IKEV2_PEER_THEIRS,  /* the same, and the peer called */
    IKEV2_PEER_CLOSING, /* to be closed: the DELETE waits for its turn */
    IKEV2_PEER_LISTS
};

/* In the order in which they came up: `first` is the latest one, `last` the oldest. */
struct ikev2_peer_list {
    struct ikev2_sa *first, *last;
    uint32_t count;
};

struct ikev2_peer {
    struct ike_node node; /* by name of the connection and identity, which are those of its SAs */
    struct ikev2_peer *next_spare;
    struct ikev2_peer_list lists[IKEV2_PEER_LISTS];
};

/* Of an SA. */
struct ikev2_peer_link {
    struct ikev2_peer *peer;        /* NULL: it was not up yet, has ended, or its connection is gone */
    uint64_t turn;                  /* ascending as they come up; 0: it was not */
    enum ikev2_peer_list_kind kind; /* the list that it is in beside ALL; ALL: none */
    struct {
        struct ikev2_sa *newer, *older;
    } places[2]; /* in ALL, and in the other one */
};

/* Of an engine. There are as many records as SAs, so whoever comes up finds one. */
struct ikev2_peers {
    struct ike_table table;
    struct ikev2_peer *spare; /* by next_spare */
    uint64_t turns;
};

/* n_slots: a power of two. 0, or -ENOMEM. */
int ikev2_peers_init(struct ike *ike, size_t n_slots);
/* When there is no SA any more. */
void ikev2_peers_fini(struct ike *ike);

/* A record for one SA more, before it is made. 0, or -ENOMEM. */
int ikev2_peer_reserve(struct ike *ike);
/* An SA that ikev2_peer_reserve() was called for is gone, and has left. */
void ikev2_peer_unreserve(struct ike *ike);

/* The SA is up, or has gone over to another connection; twice is once. One that was never up is left out. */
void ikev2_peer_enter(struct ike *ike, struct ikev2_sa *sa);
/* Its connection or the SA itself is gone. One that is not in is ignored. */
void ikev2_peer_leave(struct ike *ike, struct ikev2_sa *sa);
/* What decides its list has changed: state, want.close, quiet, is_caller. The settle step calls it for all
 * that were touched; who needs it right within a dispatch, before. One that is not in is ignored. */
void ikev2_peer_sort(struct ikev2_sa *sa);

/* What an identity has on a connection; run: NULL where that is gone. NULL: nothing. Borrows until the next
 * change. */
struct ikev2_peer *ikev2_peer_of(const struct ike *ike, const struct ike_run *run, const struct ike_id *id);
