/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of IKE_AUTH that both sides share: the SA is up, and what that means for older SAs with the peer.
 */
#include <string.h>
#include "base_addr.h"
#include "base_time.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_redirect.h"
#include "ike_run.h"
#include "ike_share.h"
#include "ikev2_auth.h"
#include "ikev2_close.h"
#include "ikev2_init.h"
#include "ikev2_life.h"
#include "ikev2_note.h"
#include "ikev2_peer.h"
#include "ikev2_pmtu.h"
#include "ikev2_reload.h"
#include "ikev2_sa.h"
#include "ikev2_x_auth.h"

#define TWIN_S 10 /* both sides called at the same time when their SAs are that close */

/* One whose authentication has an end goes when the same machine has repeated it: it takes no place. */
static bool auth_is_repeated(const struct ikev2_sa *old, const struct ikev2_sa *sa)
{
    return !base_time_is_never(old->life.auth_ends_at) &&
           base_endpoint_equal(&old->path.remote, &sa->path.remote);
}

#define OLDER(sa) ((sa)->link.peer.places[1].older) /* of two in one list beside ALL */
#define NEWER(sa) ((sa)->link.peer.places[1].newer)

/* How many are in a list of a record beside this one. */
static uint32_t auth_count(const struct ikev2_peer *p, enum ikev2_peer_list_kind kind,
                           const struct ikev2_sa *sa)
{
    return p->lists[kind].count - (sa->link.peer.peer == p && sa->link.peer.kind == kind);
}

/* The oldest one of a list that this SA does not repeat; or NULL. */
static struct ikev2_sa *auth_oldest(const struct ikev2_peer_list *l, const struct ikev2_sa *sa)
{
    struct ikev2_sa *o = l->last;
    while (o && (o == sa || auth_is_repeated(o, sa)))
        o = NEWER(o);
    return o;
}

/* How many SAs of an identity this one repeats: they are at its endpoint. */
static uint32_t auth_count_repeated(const struct ike *ike, const struct ikev2_peer *p,
                                    const struct ikev2_sa *sa)
{
    uint32_t n = 0;
    for (struct ikev2_sa *o = NULL; (o = ikev2_sa_at(ike, &sa->path.remote, o)) != NULL;)
        n += o != sa && o->link.peer.peer == p && auth_is_repeated(o, sa) &&
             (o->link.peer.kind == IKEV2_PEER_OURS || o->link.peer.kind == IKEV2_PEER_THEIRS);
    return n;
}

/*
 * SAs of an identity beside this one that are up and are to stay, and in *oldest the oldest of them. One that
 * this one repeats is no other one, which is looked at only where there may be `most` of them.
 */
static uint32_t auth_others(const struct ike *ike, const struct ikev2_peer *p, const struct ikev2_sa *sa,
                            uint32_t most, struct ikev2_sa **oldest)
{
    *oldest = NULL;
    if (!p)
        return 0;
    struct ikev2_sa *ours = auth_oldest(&p->lists[IKEV2_PEER_OURS], sa);
    struct ikev2_sa *theirs = auth_oldest(&p->lists[IKEV2_PEER_THEIRS], sa);
    const bool is_ours = ours && (!theirs || ours->link.peer.turn < theirs->link.peer.turn);
    const uint32_t n = auth_count(p, IKEV2_PEER_OURS, sa) + auth_count(p, IKEV2_PEER_THEIRS, sa);
    *oldest = is_ours ? ours : theirs;
    return n < most ? n : n - auth_count_repeated(ike, p, sa);
}

bool ikev2_auth_is_one_too_many(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                                const struct ike_id *peer)
{
    struct ikev2_sa *oldest;
    const uint32_t most = conn->unique == IKE_UNIQUE_REJECT ? 1 : ike->conf->sas_per_identity;
    if (conn->unique == IKE_UNIQUE_REPLACE)
        return false;
    const uint32_t n = auth_others(ike, ikev2_peer_of(ike, ike_run_of(ike, conn), peer), sa, most, &oldest);
    if (n < most)
        return false;
    /* One that is gone makes room for the next attempt. */
    oldest->want.dpd = true;
    ikev2_sa_touch(ike, oldest);
    explain_one_too_many(ike, ikev2_sa_about(sa), conn, n);
    return true;
}

/* One more than the limit allows goes; one that cannot say goodbye because many do already goes without. */
static void auth_keep_limit(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_peer *p)
{
    struct ikev2_sa *oldest;
    const uint32_t most = ike->conf->sas_per_identity;
    if (auth_others(ike, p, sa, most, &oldest) >= most)
        ikev2_close(ike, oldest, "the identity has more SAs than limits.sas_per_identity");
    if (auth_count(p, IKEV2_PEER_CLOSING, sa) <= most)
        return;
    struct ikev2_sa *closing = p->lists[IKEV2_PEER_CLOSING].last;
    ikev2_sa_kill(ike, closing == sa ? NEWER(closing) : closing);
}

/* The peer lost all that it had before it made this SA. */
static void auth_forget_older(struct ike *ike, const struct ikev2_sa *sa)
{
    for (struct ikev2_sa *o = ikev2_sa_of_peer(ike, sa->run, sa->remote_id, NULL), *next; o; o = next) {
        next = ikev2_sa_of_peer(ike, sa->run, sa->remote_id, o);
        if (o == sa || o->state != IKEV2_ST_UP || o->life.established_at.ns > sa->life.created_at.ns)
            continue;
        ikev2_note(ike, o, IKE_AUDIT_IKE_DOWN, "the peer started anew (INITIAL_CONTACT)");
        ikev2_sa_kill(ike, o);
    }
}

/* The one that said INITIAL_CONTACT stays, for which the other side may have ended this one without a word.
 */
static struct ikev2_sa *auth_loser(struct ikev2_sa *a, struct ikev2_sa *b)
{
    if (a->says_contact != b->says_contact)
        return a->says_contact ? b : a;
    return a->spi_i > b->spi_i ? a : b;
}

/*
 * Both called at the same time: of two SAs that are alike the one with the higher SPIi goes, by its
 * initiator. Returns the latest one that the other side called by and that is no such twin; or NULL.
 */
static struct ikev2_sa *auth_end_twins(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_peer *p)
{
    struct ikev2_sa *o = p->lists[sa->is_caller ? IKEV2_PEER_THEIRS : IKEV2_PEER_OURS].first, *older;
    for (; o && base_time_since(ike->now, o->life.established_at) < TWIN_S * BASE_NS_PER_S; o = older) {
        struct ikev2_sa *loser = auth_loser(o, sa);
        older = OLDER(o);
        loser->quiet = true;
        loser->want.close |= loser->is_initiator;
        ikev2_peer_sort(loser);
        ikev2_sa_touch(ike, loser);
    }
    return o;
}

/* The latest one of a list from here on that is neither this SA nor the one that it takes the place of. */
static struct ikev2_sa *auth_before(struct ikev2_sa *o, const struct ikev2_sa *sa)
{
    while (o && (o == sa || o->id == sa->again.of))
        o = OLDER(o);
    return o;
}

void ikev2_auth_replace_older(struct ike *ike, struct ikev2_sa *sa, bool initial_contact)
{
    sa->says_contact |= initial_contact;
    if (initial_contact && sa->conn->unique == IKE_UNIQUE_REPLACE)
        auth_forget_older(ike, sa);
    const struct ikev2_peer *p = ikev2_peer_of(ike, sa->run, sa->remote_id);
    if (!p)
        return;
    const enum ikev2_peer_list_kind same = sa->is_caller ? IKEV2_PEER_OURS : IKEV2_PEER_THEIRS;
    struct ikev2_sa *other = auth_before(auth_end_twins(ike, sa, p), sa);
    struct ikev2_sa *before = auth_before(p->lists[same].first, sa);
    if (other && (!before || before->link.peer.turn < other->link.peer.turn))
        before = other;
    if (before) { /* the one before this; those before it were asked when it came */
        before->want.dpd = true;
        ikev2_sa_touch(ike, before);
    }
    auth_keep_limit(ike, sa, p);
}

static bool auth_is_first(const struct ike *ike, const struct ikev2_sa *sa)
{
    for (const struct ikev2_sa *o = NULL; (o = ikev2_sa_of_run(ike, sa->run, o)) != NULL;)
        if (o != sa && o->state == IKEV2_ST_UP)
            return false;
    return true;
}

bool ikev2_auth_says_contact(const struct ike *ike, const struct ikev2_sa *sa)
{
    return auth_is_first(ike, sa) && ike_share_of(ike, &sa->path.remote.addr).address == 0;
}

/* What was proved under a configuration of before may be gone from that of now: the SA is closed at once. */
static void auth_hold_against_now(struct ikev2_sa *sa)
{
    const char *lacks = sa->init->auth.is_reloaded ? ikev2_reload_lacks(sa, sa->conn) : NULL;
    if (!lacks)
        return;
    sa->want.close = true;
    sa->want.close_why = lacks;
}

void ikev2_auth_commit(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_auth *a = &sa->init->auth;
    sa->shown = a->shown;
    a->shown = NULL;
    if (!ikev2_sa_set_also(ike, sa, a->proved + 1, a->peer_proofs - 1u)) {
        sa->want.close = true;
        sa->want.close_why = "out of memory";
    }
    sa->is_caller = sa->is_initiator;
    if (sa->run)
        ike_redirect_over(sa->run);
    if (sa->run)
        sa->run->failures = sa->run->is_wary = 0;
    ikev2_life_start_sa(ike, sa);
    ikev2_life_set_auth(ike, sa);
    ikev2_pmtu_begin(ike, sa);
    IKE_COUNT(ike, sa, established);
    ikev2_note(ike, sa, IKE_AUDIT_IKE_UP, "");
    auth_hold_against_now(sa);
}
