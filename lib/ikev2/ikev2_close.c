/* SPDX-License-Identifier: BSD-3-Clause */
/* How an SA is brought to its end: marked for our DELETE when the peer knows it, dropped when it does not. */
#include "ikev2_close.h"

#include "ike_core.h"
#include "ike_audit.h"
#include "ike_run.h"
#include "ikev2_init.h"
#include "ikev2_note.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_step.h"
#include "ikev2_rows.h"

/* The peer knows the SA, or may: our DELETE is to be sent. An SA that is up goes there with the DELETE. */
const struct ikev2_step ikev2_close_known = {"close",
                                             IKEV2_IN(IKEV2_ST_I_AUTH) | IKEV2_IN(IKEV2_ST_I_CHECK) |
                                                 IKEV2_IN(IKEV2_ST_REKEYED),
                                             {[IKEV2_GOES] = IKEV2_ST_CLOSING}};

/* The peer does not know it. */
const struct ikev2_step ikev2_close_unknown = {
    "drop",
    IKEV2_IN(IKEV2_ST_NONE) | IKEV2_IN(IKEV2_ST_I_DH) | IKEV2_IN(IKEV2_ST_I_INIT) |
        IKEV2_IN(IKEV2_ST_I_DERIVE) | IKEV2_IN(IKEV2_ST_I_PROVE) | IKEV2_IN(IKEV2_ST_R_DH) |
        IKEV2_IN(IKEV2_ST_I_MIX_KEY) | IKEV2_IN(IKEV2_ST_I_MIX) | IKEV2_IN(IKEV2_ST_I_MIX_SECRET) |
        IKEV2_IN(IKEV2_ST_R_MIX) | IKEV2_IN(IKEV2_ST_R_MIX_DH) | IKEV2_IN(IKEV2_ST_R_INIT) |
        IKEV2_IN(IKEV2_ST_R_CHECK) | IKEV2_IN(IKEV2_ST_R_PROVE) | IKEV2_IN(IKEV2_ST_R_ROUND),
    {[IKEV2_GOES] = IKEV2_ST_DEAD}};

/* What is authentic and cannot be understood ends an SA, unless it is to be closed. */
const struct ikev2_step ikev2_close_malformed = {"malformed",
                                                 IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED) |
                                                     IKEV2_IN(IKEV2_ST_CLOSING),
                                                 {[IKEV2_GOES] = IKEV2_ST_DEAD}};

/* Our end of a handshake is gone. */
const struct ikev2_step ikev2_close_call = {
    "call_lost",
    IKEV2_IN(IKEV2_ST_R_DH) | IKEV2_IN(IKEV2_ST_R_MIX) | IKEV2_IN(IKEV2_ST_R_MIX_DH) |
        IKEV2_IN(IKEV2_ST_R_INIT) | IKEV2_IN(IKEV2_ST_R_CHECK) | IKEV2_IN(IKEV2_ST_R_PROVE) |
        IKEV2_IN(IKEV2_ST_R_ROUND) | IKEV2_IN(IKEV2_ST_I_DH) | IKEV2_IN(IKEV2_ST_I_INIT) |
        IKEV2_IN(IKEV2_ST_I_DERIVE) | IKEV2_IN(IKEV2_ST_I_MIX_KEY) | IKEV2_IN(IKEV2_ST_I_MIX) |
        IKEV2_IN(IKEV2_ST_I_MIX_SECRET) | IKEV2_IN(IKEV2_ST_I_PROVE) | IKEV2_IN(IKEV2_ST_I_AUTH) |
        IKEV2_IN(IKEV2_ST_I_CHECK),
    {[IKEV2_GOES] = IKEV2_ST_DEAD}};

void ikev2_close_lost_call(struct ike *ike, struct ikev2_sa *sa)
{
    if (!(ikev2_close_call.from & IKEV2_IN(sa->state)))
        return;
    if (sa->is_initiator)
        ikev2_note(ike, sa, IKE_AUDIT_MOVED, "our address is gone before the peer is up: it is called anew");
    if (sa->is_initiator && sa->run)
        sa->run->calls_again = true;
    ikev2_step_take(ike, sa, &ikev2_close_call, IKEV2_GOES);
}

void ikev2_close(struct ike *ike, struct ikev2_sa *sa, const char *why)
{
    if (sa->is_mute)
        return; /* ends with the peer's DELETE, or at give_up_at */
    if (ikev2_close_unknown.from & IKEV2_IN(sa->state)) {
        ikev2_step_take(ike, sa, &ikev2_close_unknown, IKEV2_GOES);
        return;
    }
    if (sa->state > IKEV2_ST_REKEYED)
        return;
    /* The peer made the heir and deletes this one; a request of ours may be unanswered for ever. */
    if (sa->state == IKEV2_ST_REKEYED && !sa->want.close)
        return;
    sa->want.close = true;
    sa->want.close_why = why;
    ikev2_peer_sort(sa);
    ikev2_sa_touch(ike, sa);
    /* With the answer it is known whether there is something to delete. */
    if (sa->state == IKEV2_ST_I_AUTH && sa->req.dgrams.count)
        return;
    if (sa->state == IKEV2_ST_I_AUTH || sa->state == IKEV2_ST_I_CHECK) {
        /* The peer has us as established already: it must hear that we are not. */
        sa->quiet = true;
        ikev2_init_free(ike, sa);
    }
    if (sa->task && !sa->req.dgrams.count)
        ikev2_task_done(ike, sa);
    ikev2_step_take(ike, sa, &ikev2_close_known, IKEV2_GOES);
}

void ikev2_close_faulty(struct ike *ike, struct ikev2_sa *sa, const char *why)
{
    if (sa->state == IKEV2_ST_UP)
        ikev2_note(ike, sa, IKE_AUDIT_IKE_DOWN, why);
    sa->is_faulty = true;
    ikev2_step_take(ike, sa, &ikev2_close_malformed, IKEV2_GOES);
}
