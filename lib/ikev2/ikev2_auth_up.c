/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of IKE_AUTH that both sides share: the SA is up, and what that means for older SAs with the peer.
 */
#include "ike_audit.h"
#include "ike_core.h"
#include "ikev2_life.h"
#include "ikev2_note.h"
#include "ikev2_pmtu.h"
#include "ikev2_sa.h"
#include "ikev2_x_auth.h"

#define TWIN_S 10 /* both sides called at the same time when their SAs are that close */

void ikev2_auth_replace_older(struct ike *ike, struct ikev2_sa *sa, bool initial_contact)
{
    for (struct ikev2_sa *o = ikev2_sa_of_run(ike, sa->run, NULL), *next; o; o = next) {
        next = ikev2_sa_of_run(ike, sa->run, o);
        if (o == sa || o->state != IKEV2_ST_UP)
            continue;
        if (initial_contact && o->life.established_at.ns <= sa->life.created_at.ns) {
            ikev2_note(ike, o, IKE_AUDIT_IKE_DOWN, "the peer started anew (INITIAL_CONTACT)");
            ikev2_sa_kill(ike, o);
            continue;
        }
        /* Both called at the same time: of the two SAs the one with the higher SPIi goes, by its initiator.
         */
        if (base_time_since(ike->now, o->life.established_at) < TWIN_S * BASE_NS_PER_S &&
            o->is_initiator != sa->is_initiator) {
            struct ikev2_sa *loser = o->spi_i > sa->spi_i ? o : sa;
            loser->quiet = true;
            loser->want.close = loser->is_initiator;
            ikev2_sa_touch(ike, loser);
        } else {
            o->want.dpd = true;
            ikev2_sa_touch(ike, o);
        }
    }
}

bool ikev2_auth_is_first(const struct ike *ike, const struct ikev2_sa *sa)
{
    for (const struct ikev2_sa *o = NULL; (o = ikev2_sa_of_run(ike, sa->run, o)) != NULL;)
        if (o != sa && o->state == IKEV2_ST_UP)
            return false;
    return true;
}

void ikev2_auth_commit(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *peer)
{
    sa->local_id = sa->conn->local_id;
    sa->remote_id = *peer;
    if (sa->run)
        sa->run->failures = 0;
    ikev2_life_start_sa(ike, sa);
    ikev2_pmtu_begin(ike, sa);
    IKE_COUNT(ike, sa, established);
    ikev2_note(ike, sa, IKE_AUDIT_IKE_UP, "");
}
