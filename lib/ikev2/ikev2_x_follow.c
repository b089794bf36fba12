/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_FOLLOWUP_KE (RFC 9370 2.2.4): the messages of additional key exchanges behind CREATE_CHILD_SA. Whose
 * series it is, a child's or the IKE SA's, decides what becomes of the secrets.
 */
#include "explain.h"
#include "ike_core.h"
#include "ike_job_dh.h"
#include "ikev2_close.h"
#include "ikev2_collide.h"
#include "ikev2_follow.h"
#include "ikev2_ke.h"
#include "ikev2_msg.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_x_rekey.h"
#include "wire_ike.h"

#define LOST_MAX 3 /* series that the peer forgot, one behind the other, until the SA is given up */

static enum ikev2_outcome follow_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome follow_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome follow_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);

static const struct ikev2_row follow_rows[] = {
    {{"follow_request", IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED) | IKEV2_IN(IKEV2_ST_CLOSING), {0}},
     WIRE_IKE_FOLLOWUP_KE,
     false,
     true,
     IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     follow_on_request,
     "RFC 9370 2.2.4"},
    {{"follow_response", IKEV2_IN(IKEV2_ST_UP), {0}},
     WIRE_IKE_FOLLOWUP_KE,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_KE),
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     follow_on_response,
     "RFC 9370 2.2.4"},
    {{"follow_refusal", IKEV2_IN(IKEV2_ST_UP), {0}},
     WIRE_IKE_FOLLOWUP_KE,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     follow_on_refused,
     "RFC 9370 2.2.4"},
};

const struct ikev2_row *ikev2_follow_rows(size_t *count)
{
    *count = sizeof follow_rows / sizeof *follow_rows;
    return follow_rows;
}

/* ---- responder ---- */

static void follow_refuse(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg, uint16_t notify)
{
    ikev2_msg_respond_error(ike, sa, msg->path, WIRE_IKE_FOLLOWUP_KE, msg->hdr.msgid, notify, BASE_SPAN_NONE);
}

static enum ikev2_outcome follow_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct ikev2_task *t = sa->peer_follow;
    struct wire_ike_notification n;
    struct wire_ike_ke ke;
    if (!t || !ikev2_msg_notify(msg, WIRE_IKE_N_ADDITIONAL_KEY_EXCHANGE, &n) ||
        !base_span_equal(n.data, base_span(t->follow.link, t->follow.link_len))) {
        follow_refuse(ike, sa, msg, WIRE_IKE_N_STATE_NOT_FOUND);
        return IKEV2_STAYS;
    }
    if (wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, &ke) != WIRE_IKE_OK ||
        !ikev2_ke_fits(&ke, t->group)) {
        explain_malformed(ike, ikev2_sa_about(sa), "the KE payload of IKE_FOLLOWUP_KE");
        ikev2_follow_drop(ike, sa);
        follow_refuse(ike, sa, msg, WIRE_IKE_N_INVALID_SYNTAX);
        ikev2_close_faulty(ike, sa, "the peer's request could not be understood");
        return IKEV2_STAYS;
    }
    sa->peer_follow = NULL;
    sa->peer_task = t;
    t->msgid = msg->hdr.msgid;
    t->path = *msg->path;
    t->exchange = WIRE_IKE_FOLLOWUP_KE;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_both, ke.value, t->follow.row);
    return IKEV2_STAYS;
}

/* ---- initiator ---- */

/* The series has failed: nothing was made by it on either side. */
static void follow_fail(struct ike *ike, struct ikev2_sa *sa, uint16_t notify)
{
    const struct ikev2_task *t = sa->task;
    if (t->kind == IKEV2_TASK_REKEY_IKE) {
        ikev2_rekey_follow_failed(ike, sa, notify);
        return;
    }
    if (notify != WIRE_IKE_N_TEMPORARY_FAILURE)
        explain_refused(ike, ikev2_sa_about(sa), t->spi_old ? EXPLAIN_ASKED_CHILD_REKEY : EXPLAIN_ASKED_CHILD,
                        &sa->conn->children[t->child_index], notify);
    ikev2_collide_child_failed(ike, sa, notify);
}

static bool follow_is_awaited(struct ike *ike, const struct ikev2_sa *sa)
{
    if (sa->task && !sa->task->job && sa->task->follow.is_begun)
        return true;
    ike->stats.dropped_unexpected++;
    return false;
}

static enum ikev2_outcome follow_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_ke ke;
    if (!follow_is_awaited(ike, sa))
        return IKEV2_STAYS;
    struct ikev2_task *t = sa->task;
    if (ikev2_msg_error(msg, NULL)) /* whatever stands beside it (RFC 7296 3.10.1) */
        return follow_on_refused(ike, sa, msg);
    if (wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, &ke) != WIRE_IKE_OK ||
        !ikev2_ke_fits_answer(&ke, t->group) || !ikev2_follow_take_link(t, msg)) {
        explain_malformed(ike, ikev2_sa_about(sa), "the answer to IKE_FOLLOWUP_KE");
        follow_fail(ike, sa, WIRE_IKE_N_INVALID_SYNTAX);
        return IKEV2_STAYS;
    }
    sa->follows_lost = 0;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_secret, ke.value, t->follow.row);
    return IKEV2_STAYS;
}

static enum ikev2_outcome follow_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    const uint16_t error = ikev2_msg_error(msg, NULL);
    if (!follow_is_awaited(ike, sa))
        return IKEV2_STAYS;
    const bool is_lost = error == WIRE_IKE_N_STATE_NOT_FOUND;
    /* It took too long for the peer, so it is begun anew; not for ever. */
    follow_fail(ike, sa, is_lost ? (uint16_t)WIRE_IKE_N_TEMPORARY_FAILURE : error);
    sa->follows_lost = is_lost ? sa->follows_lost + 1 : 0;
    if (sa->follows_lost >= LOST_MAX)
        ikev2_close(ike, sa,
                    "the peer forgets each series of key exchanges before it is done (STATE_NOT_FOUND)");
    return IKEV2_STAYS;
}
