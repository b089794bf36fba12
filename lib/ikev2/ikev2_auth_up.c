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
#include "ikev2_auth.h"
#include "ikev2_close.h"
#include "ikev2_init.h"
#include "ikev2_life.h"
#include "ikev2_note.h"
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

/* SAs of the connection with this peer, beside this one, that are up and are to stay; *oldest: of those. */
static uint32_t auth_others(const struct ike *ike, const struct ike_run *run, const struct ike_id *peer,
                            const struct ikev2_sa *sa, struct ikev2_sa **oldest)
{
    uint32_t n = 0;
    *oldest = NULL;
    for (struct ikev2_sa *o = NULL; (o = ikev2_sa_of_peer(ike, run, peer, o)) != NULL;) {
        if (o == sa || o->state != IKEV2_ST_UP || o->want.close || o->quiet || auth_is_repeated(o, sa))
            continue;
        *oldest = o;
        n++;
    }
    return n;
}

/* There are not more SAs in all than one identity may have: nobody's have to be gone over. */
static bool auth_all_fit(const struct ike *ike)
{
    return ike->stats.ike_sas <= ike->conf->sas_per_identity;
}

bool ikev2_auth_is_one_too_many(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                                const struct ike_id *peer)
{
    struct ikev2_sa *oldest;
    if (conn->unique == IKE_UNIQUE_REPLACE || (conn->unique == IKE_UNIQUE_KEEP && auth_all_fit(ike)))
        return false;
    const uint32_t n = auth_others(ike, ike_run_of(ike, conn), peer, sa, &oldest);
    if (conn->unique == IKE_UNIQUE_REJECT ? n == 0 : n < ike->conf->sas_per_identity)
        return false;
    /* One that is gone makes room for the next attempt. */
    oldest->want.dpd = true;
    ikev2_sa_touch(ike, oldest);
    explain_one_too_many(ike, ikev2_sa_about(sa), conn, n);
    return true;
}

/* One more than the limit allows goes; one that cannot say goodbye because many do already goes without. */
static void auth_keep_limit(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa *oldest, *closing = NULL;
    uint32_t n_closing = 0;
    const uint32_t most = ike->conf->sas_per_identity;
    if (auth_all_fit(ike))
        return;
    if (auth_others(ike, sa->run, &sa->remote_id, sa, &oldest) >= most)
        ikev2_close(ike, oldest, "the identity has more SAs than limits.sas_per_identity");
    for (struct ikev2_sa *o = NULL; (o = ikev2_sa_of_peer(ike, sa->run, &sa->remote_id, o)) != NULL;) {
        if (o == sa || !o->want.close)
            continue;
        closing = o;
        n_closing++;
    }
    if (n_closing > most)
        ikev2_sa_kill(ike, closing);
}

void ikev2_auth_replace_older(struct ike *ike, struct ikev2_sa *sa, bool initial_contact)
{
    bool is_asked = false;
    const bool replaces = initial_contact && sa->conn->unique == IKE_UNIQUE_REPLACE;
    const struct ike_id *peer = &sa->remote_id;
    for (struct ikev2_sa *o = ikev2_sa_of_peer(ike, sa->run, peer, NULL), *next; o; o = next) {
        next = ikev2_sa_of_peer(ike, sa->run, peer, o);
        if (o == sa || o->state != IKEV2_ST_UP)
            continue;
        if (replaces && o->life.established_at.ns <= sa->life.created_at.ns) {
            ikev2_note(ike, o, IKE_AUDIT_IKE_DOWN, "the peer started anew (INITIAL_CONTACT)");
            ikev2_sa_kill(ike, o);
            continue;
        }
        /* Both called at the same time: of the two SAs the one with the higher SPIi goes, by its initiator.
         */
        if (base_time_since(ike->now, o->life.established_at) < TWIN_S * BASE_NS_PER_S &&
            o->is_caller != sa->is_caller) {
            struct ikev2_sa *loser = o->spi_i > sa->spi_i ? o : sa;
            loser->quiet = true;
            loser->want.close = loser->is_initiator;
            ikev2_sa_touch(ike, loser);
        } else if (!is_asked && sa->again.of != o->id) {
            /* The one before this; those before it were asked when it came. */
            is_asked = true;
            o->want.dpd = true;
            ikev2_sa_touch(ike, o);
        }
    }
    auth_keep_limit(ike, sa);
}

bool ikev2_auth_is_first(const struct ike *ike, const struct ikev2_sa *sa)
{
    for (const struct ikev2_sa *o = NULL; (o = ikev2_sa_of_run(ike, sa->run, o)) != NULL;)
        if (o != sa && o->state == IKEV2_ST_UP)
            return false;
    return true;
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
    const struct ikev2_auth *a = &sa->init->auth;
    sa->remote_id = a->proved[0];
    ikev2_sa_set_also(sa, a->peer_proofs > 1 ? &a->proved[1] : NULL);
    memcpy(sa->shown, a->shown, sizeof sa->shown);
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
