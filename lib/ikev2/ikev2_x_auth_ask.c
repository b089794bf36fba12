/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_AUTH of the initiator: make our proof, ask, check the peer's proof, take the child. A late method's
 * rounds stand between.
 */
#include "base_span.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_auth.h"
#include "ike_peer.h"
#include "ike_run.h"
#include "ikev2_auth.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_ext.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_note.h"
#include "ikev2_ppk.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "ikev2_x_auth.h"
#include "ikev2_x_child.h"
#include "wire_ike.h"
#include "ikev2_step.h"

static ikev2_task_done_fn auth_ask_proved;
static ikev2_task_done_fn auth_called_checked;
static ikev2_task_done_fn auth_ask_resumed;

enum { ASK_PROOF, ASK_CHECK, ASK_ROUND };
static const struct ikev2_job_row ask_jobs[] = {
    [ASK_PROOF] = {{"auth_proof",
                    IKEV2_IN(IKEV2_ST_I_PROVE),
                    {[IKEV2_ROUNDS] = IKEV2_ST_I_AUTH, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                   auth_ask_proved},
    [ASK_CHECK] = {{"auth_called_check",
                    IKEV2_IN(IKEV2_ST_I_CHECK),
                    {[IKEV2_GOES] = IKEV2_ST_UP,
                     [IKEV2_ROUNDS] = IKEV2_ST_I_AUTH,
                     [IKEV2_PROVES] = IKEV2_ST_I_PROVE,
                     [IKEV2_CHECKS] = IKEV2_ST_I_CHECK,
                     [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                   auth_called_checked},
    [ASK_ROUND] = {{"auth_ask_round",
                    IKEV2_IN(IKEV2_ST_I_CHECK),
                    {[IKEV2_ROUNDS] = IKEV2_ST_I_AUTH,
                     [IKEV2_PROVES] = IKEV2_ST_I_PROVE,
                     [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                   auth_ask_resumed},
};

const struct ikev2_job_row *ikev2_auth_ask_jobs(size_t *count)
{
    *count = sizeof ask_jobs / sizeof *ask_jobs;
    return ask_jobs;
}

/* Our AUTH of a round, by a login or not, and that another one follows. */
static void auth_put_proof(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b,
                           const struct ike_job_auth *proof)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *ours = ike_conn_conf_round(sa->conn, a->own_proofs);
    ikev2_auth_put(b, a->is_over ? a->late : ikev2_auth_own(ike, ours), ours, proof);
    if (++a->own_proofs < ike_conn_conf_proofs(sa->conn, true))
        ikev2_msg_put_notify(b, WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS, BASE_SPAN_NONE);
}

/* The first request; proof NULL: our method comes to it in rounds. */
static enum ikev2_outcome auth_ask(struct ike *ike, struct ikev2_sa *sa, const struct ike_job_auth *proof)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_auth_put_id(&b, WIRE_IKE_P_IDI, &sa->conn->local_id);
    if (proof)
        auth_put_proof(ike, sa, &b, proof);
    if (!sa->conn->remote_id.pattern)
        ikev2_auth_put_id(&b, WIRE_IKE_P_IDR, &sa->conn->remote_id);
    if (proof)
        ikev2_ppk_put(sa, &b);
    sa->says_contact = ikev2_auth_says_contact(ike, sa);
    if (sa->says_contact)
        ikev2_msg_put_notify(&b, WIRE_IKE_N_INITIAL_CONTACT, BASE_SPAN_NONE);
    ikev2_ext_put(ike, sa, IKEV2_EXT_AUTH_ASK, &b);
    if (!sa->begins_childless && !ikev2_child_offer(ike, sa, &b, IKEV2_DH_IGNORE, sa->task)) {
        explain_full(ike, ikev2_sa_about(sa));
        return IKEV2_TURNS;
    }
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, &b);
    return IKEV2_ROUNDS;
}

/* A request that begins a further round of ours (RFC 4739 2.1); proof NULL: a login follows. */
static enum ikev2_outcome auth_ask_again(struct ike *ike, struct ikev2_sa *sa,
                                         const struct ike_job_auth *proof)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_auth_put_id(&b, WIRE_IKE_P_IDI,
                      &ike_conn_conf_round(sa->conn, sa->init->auth.own_proofs)->local_id);
    if (proof)
        auth_put_proof(ike, sa, &b, proof);
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, &b);
    return IKEV2_ROUNDS;
}

/* Has our proof made, by our method or the one whose rounds are over; with a PPK that may be left out it is
 * made without it first. */
static bool auth_prove(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *ours = ike_conn_conf_round(sa->conn, a->own_proofs);
    const struct ikev2_auth_method *m = a->is_over ? a->late : ikev2_auth_own(ike, ours);
    return ikev2_ppk_prepare(ike, sa) == 0 && ikev2_auth_prove(ike, sa, m, ours, &ask_jobs[ASK_PROOF]);
}

static enum ikev2_outcome auth_ask_proved(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                          struct ike_job *job)
{
    const struct ikev2_auth *a = &sa->init->auth;
    (void)t;
    if (job->status != 0) {
        explain_unproved(ike, ikev2_sa_about(sa), sa->conn, -job->status);
        IKE_COUNT(ike, sa, failed);
        return IKEV2_TURNS;
    }
    if (ikev2_ppk_keeps(sa, ike_job_auth_of(job)))
        return auth_prove(ike, sa) ? IKEV2_STAYS : IKEV2_TURNS;
    if (!a->is_over)
        return (a->own_proofs ? auth_ask_again : auth_ask)(ike, sa, ike_job_auth_of(job));
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    auth_put_proof(ike, sa, &b, ike_job_auth_of(job));
    ikev2_ppk_put(sa, &b);
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, &b);
    return IKEV2_ROUNDS;
}

enum ikev2_outcome ikev2_auth_start(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ikev2_auth_method *own = ikev2_auth_own(ike, sa->conn);
    sa->task->child_index = 0;
    while (sa->task->child_index + 1 < sa->conn->n_children && !ikev2_wish_has(sa, sa->task->child_index))
        sa->task->child_index++;
    const bool is_admitted = ikev2_ppk_admits(ike, sa) && ikev2_auth_takes_rounds(ike, sa, sa->conn);
    if (is_admitted && own && own->is_late) {
        sa->init->auth.late = own;
        return auth_ask(ike, sa, NULL);
    }
    if (is_admitted && auth_prove(ike, sa))
        return IKEV2_PROVES;
    IKE_COUNT(ike, sa, failed);
    return IKEV2_TURNS;
}

/*
 * Whether the child that this refuses (0: it does not) is asked for once more, by an exchange of its own. In
 * transport mode the peer says so, too, where we may not receive at the address that it has for us.
 */
static bool auth_asks_again(const struct ikev2_sa *sa, const struct ikev2_task *t, uint16_t notify)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    return notify == WIRE_IKE_N_TEMPORARY_FAILURE ||
           (notify == WIRE_IKE_N_NO_ADDITIONAL_SAS &&
            (c->mode == ESP_MODE_TRANSPORT || ike_child_conf_start(sa->conn, c) == IKE_START_START));
}

static void auth_take_child(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            struct ikev2_task *t)
{
    t->ni = sa->init->ni;
    t->nr = sa->init->nr;
    const uint16_t taken = ikev2_ext_take(ike, sa, IKEV2_EXT_AUTH_ANSWER, msg);
    if (sa->begins_childless)
        return;
    const uint16_t notify = taken ? taken : ikev2_child_check(ike, sa, msg, IKEV2_DH_IGNORE, t);
    if (!auth_asks_again(sa, t, notify))
        ikev2_wish_none(sa, t->child_index);
    struct ikev2_child *c = notify ? NULL : ikev2_child_install(ike, sa, t, true, BASE_SPAN_NONE, true, 0);
    if (c)
        ikev2_note_child(ike, c, IKE_AUDIT_CHILD_UP, "");
    else if (wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)) /* the peer has made its half */
        ikev2_child_disown(ike, sa, t);
}

static enum ikev2_outcome auth_fail(struct ike *ike, struct ikev2_sa *sa, const char *why)
{
    IKE_COUNT(ike, sa, failed);
    ikev2_close(ike, sa, why);
    return IKEV2_STAYS; /* closing, by that */
}

static enum ikev2_outcome auth_fail_unproved(struct ike *ike, struct ikev2_sa *sa)
{
    return auth_fail(ike, sa, "the peer did not prove the identity that it must have");
}

static enum ikev2_outcome auth_finish(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    if (ikev2_msg_error(msg, NULL) == WIRE_IKE_N_INVALID_SYNTAX)
        return ikev2_auth_on_refused(ike, sa, (struct ikev2_msg *)msg);
    if (!ikev2_sa_set_remote(ike, sa, sa->init->auth.proved[0]))
        return auth_fail(ike, sa, "out of memory");
    ikev2_auth_commit(ike, sa);
    auth_take_child(ike, sa, msg, sa->task);
    ikev2_init_free(ike, sa);
    ikev2_task_done(ike, sa);
    if (!sa->children && !ikev2_wish_any(sa))
        sa->want.close = true;
    ikev2_auth_replace_older(ike, sa, false);
    return IKEV2_GOES;
}

/* What a round of our late method came to. */
static enum ikev2_outcome auth_ask_stepped(struct ike *ike, struct ikev2_sa *sa, enum ikev2_auth_step step,
                                           struct wire_ike_builder *b)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (step == IKEV2_AUTH_WAITS)
        return IKEV2_CHECKS;
    if (step == IKEV2_AUTH_FAILED || a->rounds > IKEV2_AUTH_ROUNDS_MAX)
        return auth_fail(ike, sa, "the login by EAP failed");
    a->is_over = step == IKEV2_AUTH_DONE;
    if (a->is_over)
        return auth_prove(ike, sa) ? IKEV2_PROVES : auth_fail_unproved(ike, sa);
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, b);
    return IKEV2_ROUNDS;
}

static enum ikev2_outcome auth_ask_resumed(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                           struct ike_job *job)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    (void)t;
    return auth_ask_stepped(ike, sa, sa->init->auth.late->resume(ike, sa, job, &b), &b);
}

/* One round of our late method, after a message of the peer's. */
static enum ikev2_outcome auth_ask_round(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_auth *a = &sa->init->auth;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    const enum ikev2_auth_step step = a->late->round(ike, sa, msg, &b, &ask_jobs[ASK_ROUND]);
    a->rounds++;
    return auth_ask_stepped(ike, sa, step, &b);
}

/* An answer is taken: our login goes on, or our next round begins, or the peer's is waited for, or all is
 * done. */
static enum ikev2_outcome auth_ask_on(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (a->late)
        return auth_ask_round(ike, sa, msg);
    if (a->own_proofs < ike_conn_conf_proofs(sa->conn, true)) {
        const struct ike_conn_conf *ours = ike_conn_conf_round(sa->conn, a->own_proofs);
        const struct ikev2_auth_method *own = ikev2_auth_own(ike, ours);
        if (own && own->is_late) {
            a->late = own;
            return auth_ask_again(ike, sa, NULL);
        }
        return auth_prove(ike, sa) ? IKEV2_PROVES : auth_fail_unproved(ike, sa);
    }
    if (a->peer_proofs == ike_conn_conf_proofs(sa->conn, false))
        return auth_finish(ike, sa, msg);
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, &b);
    return IKEV2_ROUNDS;
}

static enum ikev2_outcome auth_called_checked(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                              struct ike_job *job)
{
    struct ikev2_auth *a = &sa->init->auth;
    struct ikev2_msg msg;
    (void)t;
    if (!ikev2_auth_is_proved(ike, sa, sa->conn, job))
        return job->status ? auth_fail(ike, sa, "the peer's proof of its identity could not be checked here")
                           : auth_fail_unproved(ike, sa);
    if (!a->late || a->is_over)
        ikev2_ppk_settle(sa);
    if (a->is_over) {
        a->late = NULL;
        a->is_over = false;
    } else if (!ikev2_auth_add_proved(ike, sa, &a->peer)) {
        return auth_fail(ike, sa, "out of memory");
    }
    ikev2_auth_kept(sa, &msg);
    return auth_ask_on(ike, sa, &msg);
}

/* Keeps an answer and hands its proof out to be checked. */
static enum ikev2_outcome auth_check_called(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                            const struct ikev2_auth_method *m, struct base_span proof)
{
    const struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *theirs = ike_conn_conf_round(sa->conn, a->peer_proofs);
    if ((!a->late || a->is_over) && !ikev2_ppk_answered(ike, sa, msg))
        return auth_fail(ike, sa, "the peer does not use the PPK that this connection requires");
    if (!a->is_over && !ikev2_auth_ends_round(ike, sa, sa->conn, msg))
        return auth_fail_unproved(ike, sa);
    if (ikev2_auth_keep(sa, msg) < 0 || !ikev2_auth_check(ike, sa, m, theirs, proof, &ask_jobs[ASK_CHECK]))
        return auth_fail_unproved(ike, sa);
    return IKEV2_CHECKS;
}

/* Who answered is not whom the connection expects in this round. */
static void auth_tell_other(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *theirs)
{
    const struct ike_id *got = &sa->init->auth.peer;
    if (theirs->round)
        explain_round_id(ike, ikev2_sa_about(sa), theirs, got);
    else
        explain_peer_id(ike, ikev2_sa_about(sa), got);
}

enum ikev2_outcome ikev2_auth_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *theirs = ike_conn_conf_round(sa->conn, a->peer_proofs);
    struct wire_ike_auth auth;
    const struct ikev2_auth_method *m = NULL;
    if (!a->is_over && a->peer_proofs == ike_conn_conf_proofs(sa->conn, false))
        explain_rounds(ike, ikev2_sa_about(sa), sa->conn, EXPLAIN_ROUNDS_MORE);
    else if (!ikev2_msg_id(msg, WIRE_IKE_P_IDR, &a->peer, a->peer_reserved) ||
             wire_ike_auth_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_AUTH, 0)->body, &auth) !=
                 WIRE_IKE_OK)
        ikev2_auth_unread(ike, sa, msg);
    else if (!ike_peer_matches(ike, &theirs->remote_id, &a->peer))
        auth_tell_other(ike, sa, theirs);
    else if (!(m = a->is_over ? a->late : ikev2_auth_by_number(ike, theirs, auth.method)))
        explain_method(ike, ikev2_sa_about(sa), theirs, auth.method);
    return m ? auth_check_called(ike, sa, msg, m, auth.data) : auth_fail_unproved(ike, sa);
}

/* Two requests were out, and which one the peer answered was a guess. A wary call makes none. */
static bool auth_doubts_cookie(const struct ikev2_sa *sa)
{
    return sa->init->cookie.len && sa->run && !sa->run->is_wary;
}

enum ikev2_outcome ikev2_auth_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    const uint16_t error = ikev2_msg_error(msg, NULL);
    if (!error && (sa->init->auth.late || sa->init->auth.peer_proofs))
        return ikev2_auth_on_round_response(ike, sa, msg);
    if (error == WIRE_IKE_N_AUTHENTICATION_FAILED && auth_doubts_cookie(sa)) {
        ikev2_note(
            ike, sa, IKE_AUDIT_DOUBTED,
            "AUTHENTICATION_FAILED came after a COOKIE that may have been forged or late, so that our proof "
            "covers another request than the peer answered; it is called again");
        sa->run->is_wary = sa->run->calls_again = true;
        return IKEV2_TURNS;
    }
    const struct ikev2_auth_method *late = sa->init->auth.late;
    if (!late || !late->tell || !late->tell(ike, sa))
        explain_refused(ike, ikev2_sa_about(sa), EXPLAIN_ASKED_AUTH, NULL, error);
    IKE_COUNT(ike, sa, failed);
    return IKEV2_TURNS;
}

/*
 * A first answer with the identity that is due and without AUTH is what we offered: the method itself proves
 * the peer (RFC 5998), by the AUTH that follows it.
 */
static bool auth_takes_unproved(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_auth *a = &sa->init->auth;
    const bool takes = !a->peer_proofs && !a->rounds && a->late && a->late->is_mutual && sa->conn->eap_only &&
                       ikev2_msg_id(msg, WIRE_IKE_P_IDR, &a->peer, a->peer_reserved) &&
                       ike_peer_matches(ike, &sa->conn->remote_id, &a->peer);
    return takes && ikev2_auth_add_proved(ike, sa, &a->peer);
}

/*
 * Whether the peer has proved all that is due by now: while a login of ours is under way what it has up to
 * that round, else all. Our own proof of a login that is over is out, and counted.
 */
static bool auth_has_proved(const struct ikev2_sa *sa)
{
    const struct ikev2_auth *a = &sa->init->auth;
    const uint8_t due = a->is_over ? a->own_proofs : a->own_proofs + 1;
    return a->peer_proofs == ike_conn_conf_proofs(sa->conn, false) || (a->late && a->peer_proofs >= due);
}

/* An answer without our peer's identity: it has proved that before, or there is nothing to take from it. */
enum ikev2_outcome ikev2_auth_on_round_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    const struct ikev2_auth *a = &sa->init->auth;
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_AUTH, 0);
    struct wire_ike_auth auth;
    if (!auth_has_proved(sa) && !auth_takes_unproved(ike, sa, msg))
        explain_malformed(ike, ikev2_sa_about(sa), "a required payload is missing");
    else if (!a->is_over)
        return auth_ask_on(ike, sa, msg);
    else if (p && wire_ike_auth_parse(p->body, &auth) == WIRE_IKE_OK)
        return auth_check_called(ike, sa, msg, a->late, auth.data);
    else
        explain_malformed(ike, ikev2_sa_about(sa), "a required payload is missing");
    return auth_fail(ike, sa, "the peer sent a malformed answer");
}
