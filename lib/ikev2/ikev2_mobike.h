/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * MOBIKE (RFC 4555): an IKE SA and its children go on from other addresses. Whoever called first decides
 * where it goes, also after rekeys: it moves its own end and says so (UPDATE_SA_ADDRESSES), and both find out
 * anew about NATs, so that ESP goes in UDP or plain as the new path needs it, over IPv4 or IPv6.
 *
 * When the one that decides moves: our address is gone, or is not allowed any more; a request is not answered
 * where it went, but over another pair of addresses of both lists; the peer answers a liveness check and has
 * seen us at another place than before (our NAT has forgotten us, 3.8).
 *
 * The other one checks whether it allows the new path, answers over it, and asks there for a number that only
 * who receives there can know (COOKIE2, 3.7) before packets of children go there. Moves of its own addresses
 * it can only tell.
 *
 * Where nobody answers a request of the one that does not decide, the last copies go to where the newest
 * authentic request of the peer came from, too: a copy of UPDATE_SA_ADDRESSES that somebody sent from
 * elsewhere came first, or the peer's NAT has forgotten it and its own check is not due yet. An answer from
 * there moves the IKE SA, and the children when that place is proved.
 *
 * Where the peer has just rekeyed the IKE SA, it is told under the old keys as well: it may have none of the
 * new ones yet.
 *
 * With it, IKE messages from elsewhere move nothing (3.8), so that any path can be tried. ESP from elsewhere
 * does as without it (ikev2_natd.h), where the peer is behind a NAT: the RFC allows it, and a NAT that has
 * forgotten a mapping is found out by the next packet instead of the next liveness check. A peer without a
 * NAT says itself where it goes.
 *
 * Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ike_natd.h"
#include "ike_path.h"
#include "ikev2_places.h"
#include "wire_ike.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

#define IKEV2_COOKIE2_BYTES 16 /* 8 to 64 (RFC 4555 4.2.5) */

/* What an INFORMATIONAL of ours is to say or to ask. */
enum ikev2_mobike_say {
    IKEV2_SAY_MOVE = 1,   /* UPDATE_SA_ADDRESSES */
    IKEV2_SAY_PROVE = 2,  /* COOKIE2 */
    IKEV2_SAY_PLACES = 4, /* our list of addresses */
};

/* What the answer to a liveness check says of where the peer sees us. */
enum ikev2_seen {
    IKEV2_SEEN_NOT,      /* nothing */
    IKEV2_SEEN_SAME,     /* where it did before */
    IKEV2_SEEN_ELSEWHERE /* our NAT has forgotten us */
};

struct ikev2_mobike {
    bool is_agreed;
    bool is_ours;       /* we decide; as long as the SA and its heirs live */
    bool is_unproved;   /* the children have not followed to sa->path yet */
    bool knows_seen;    /* seen is from an answer under these keys */
    bool has_before;    /* a move of ours is not agreed on yet */
    uint8_t refused;    /* pairs that the peer refused since it agreed to one */
    uint8_t wants, out; /* IKEV2_SAY_ bits: that wait for their turn, that our request has */
    union {
        struct {                               /* with is_ours */
            uint8_t seen[IKE_NATD_HASH_BYTES]; /* us, as the peer saw us last */
            struct ike_path before;            /* with has_before: where the peer thinks we are */
        };
        struct {                                 /* else */
            uint8_t cookie[IKEV2_COOKIE2_BYTES]; /* of our request with IKEV2_SAY_PROVE */
            struct ike_path heard;               /* what the peer's newest request came over */
        };
    };
    struct ikev2_places *peer; /* owned; NULL: it named none (ikev2_places_of()) */
};

/* A rekeyed SA goes on with what was agreed on under the one before. */
void ikev2_mobike_inherit(const struct ikev2_sa *from, struct ikev2_sa *to);

/* What moves it. Each is nothing without MOBIKE, or for an SA that is not up. */

/* Our addresses, their links, routes or what is allowed may have changed. */
void ikev2_mobike_recheck(struct ike *ike, struct ikev2_sa *sa);
/* By TCP there is no way any more: by UDP there may be one. False: it is not ours to decide. */
bool ikev2_mobike_leave_stream(struct ike *ike, struct ikev2_sa *sa);
/* Which addresses are ours has changed: the peer gets the list of them (RFC 4555 3.6), but for a connection
 * that has a list of its own, and behind a NAT, where it would be the same one. */
void ikev2_mobike_tell(struct ike *ike, struct ikev2_sa *sa);
/* An authentic request of the peer came over this path. */
void ikev2_mobike_heard(struct ikev2_sa *sa, const struct ike_path *path);
/* Whether the newest one that was heard of came from another place than the SA's. */
bool ikev2_mobike_heard_elsewhere(const struct ikev2_sa *sa);
/*
 * A child in transport mode was refused for the time being, by the peer or by us, as the peer of the other
 * one may not be where its SA is: a NAT may have forgotten it, and while such requests go on no liveness
 * check is due. Whoever decides says where it is, and who does not looks whether the peer is there.
 */
void ikev2_mobike_doubt(struct ikev2_sa *sa);
/* An answer came over this path to the request that is out. */
void ikev2_mobike_reached(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path);

/* ---- exchanges (INFORMATIONAL) ---- */

/* Whether a request is to be made. */
bool ikev2_mobike_has_work(const struct ikev2_sa *sa);
/* Makes it. */
void ikev2_mobike_start(struct ike *ike, struct ikev2_sa *sa);
/* It is answered. */
void ikev2_mobike_on_answer(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* Whether liveness checks ask about our NAT. */
bool ikev2_mobike_checks(const struct ikev2_sa *sa);

/* Adds what a liveness check asks about our NAT, and takes its answer. */
void ikev2_mobike_put_check(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b);
enum ikev2_seen ikev2_mobike_on_checked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* Takes the peer's request, and adds to the answer what is asked. */
void ikev2_mobike_on_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                             struct wire_ike_builder *b);
