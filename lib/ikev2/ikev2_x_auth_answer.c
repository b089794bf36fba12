/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_AUTH of the responder: identify the caller, check its proof, make ours, answer with the child. A late
 * method's rounds stand between.
 */
#include "base_time.h"
#include "base_span.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_grant.h"
#include "ike_job.h"
#include "ike_job_auth.h"
#include "ike_peer.h"
#include "ikev2_auth.h"
#include "ikev2_children.h"
#include "ikev2_ext.h"
#include "ikev2_init.h"
#include "ikev2_move.h"
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

#define REFUSED_S 5 /* a refused peer's repeated request is answered that long */
#define OFFER_S   4 /* before a child that was put off is asked for by us: its caller may do that, too */

static ikev2_task_done_fn auth_answer_proved;
static ikev2_task_done_fn auth_caller_checked;
static ikev2_task_done_fn auth_answer_resumed;

enum { ANSWER_PROOF, ANSWER_CHECK, ANSWER_ROUND };
static const struct ikev2_job_row answer_jobs[] = {
    [ANSWER_PROOF] =
        {{"auth_answer_proof",
          IKEV2_IN(IKEV2_ST_R_PROVE),
          {[IKEV2_GOES] = IKEV2_ST_UP, [IKEV2_ROUNDS] = IKEV2_ST_R_ROUND, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
         auth_answer_proved},
    [ANSWER_CHECK] = {{"auth_caller_check",
                       IKEV2_IN(IKEV2_ST_R_CHECK),
                       {[IKEV2_GOES] = IKEV2_ST_UP,
                        [IKEV2_PROVES] = IKEV2_ST_R_PROVE,
                        [IKEV2_ROUNDS] = IKEV2_ST_R_ROUND,
                        [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                      auth_caller_checked},
    [ANSWER_ROUND] = {{"auth_answer_round",
                       IKEV2_IN(IKEV2_ST_R_CHECK),
                       {[IKEV2_ROUNDS] = IKEV2_ST_R_ROUND, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                      auth_answer_resumed},
};

const struct ikev2_job_row *ikev2_auth_answer_jobs(size_t *count)
{
    *count = sizeof answer_jobs / sizeof *answer_jobs;
    return answer_jobs;
}

/* The answer is kept for a repeated request, the SA goes soon; nothing else is accepted (no init data). */
static enum ikev2_outcome auth_refuse_with(struct ike *ike, struct ikev2_sa *sa, uint16_t notify,
                                           struct wire_ike_builder *b)
{
    const struct ikev2_auth *a = &sa->init->auth;
    const base_time end = base_time_add(ike->now, REFUSED_S * BASE_NS_PER_S);
    IKE_COUNT(ike, sa, failed);
    ikev2_msg_put_notify(b, notify, BASE_SPAN_NONE);
    ikev2_msg_respond(ike, sa, &a->path, WIRE_IKE_AUTH, a->hdr.msgid, b);
    ikev2_init_free(ike, sa);
    sa->life.give_up_at = base_time_min(sa->life.give_up_at, end);
    return IKEV2_STAYS;
}

static enum ikev2_outcome auth_refuse(struct ike *ike, struct ikev2_sa *sa, uint16_t notify)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    return auth_refuse_with(ike, sa, notify, &b);
}

/* What a caller that proved its identity may still lack; explained. */
static bool auth_admits(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    char algs[96];
    if (!ikev2_select_covers(conn->proposals, conn->n_proposals, &sa->algs)) {
        explain_agreed_before(ike, ikev2_sa_about(sa), conn,
                              ikev2_select_words(&sa->algs, algs, sizeof algs));
        return false;
    }
    if (conn->encap == IKE_ENCAP_NEVER && !sa->path.tcp && (sa->natd.local_nat || sa->natd.remote_nat)) {
        explain_nat_forbidden(ike, ikev2_sa_about(sa), conn, &sa->natd);
        return false;
    }
    return !ike->shutting_down;
}

/*
 * What becomes of the child that a request asks for, in t: 0, or the notify. A request without all that
 * belongs to one asks for none (RFC 6023 3), and t stays as it is.
 */
static uint16_t auth_answer_child(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                  struct ikev2_task *t)
{
    static const uint8_t parts[] = {WIRE_IKE_P_SA, WIRE_IKE_P_TSI, WIRE_IKE_P_TSR};
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts; i++)
        n += wire_ike_plds_find(&msg->plds, parts[i], 0) != NULL;
    if (n == sizeof parts)
        return ikev2_child_answer(ike, sa, msg, IKEV2_DH_IGNORE, t);
    if (n == 0 && sa->conn->childless != IKE_CHILDLESS_NEVER)
        return 0;
    explain_malformed(
        ike, ikev2_sa_about(sa),
        n ? "an IKE_AUTH with a part of what asks for a child SA"
          : "an IKE_AUTH that asks for no child SA, which \"childless\" of the connection forbids");
    return WIRE_IKE_N_INVALID_SYNTAX;
}

/* What the answer to this request proves: by the login that is over, or, with our identity, by a proof of our
 * own. */
static void auth_put_proof(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                           struct wire_ike_builder *b, const struct ike_job_auth *proof)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *ours = ike_conn_conf_round(conn, a->own_proofs);
    if (!proof)
        return;
    if (a->peer_proofs)
        ikev2_ppk_confirm(sa, b);
    if (a->is_over) {
        ikev2_auth_put(b, a->late, ours, proof);
        return;
    }
    ikev2_auth_put_id(b, WIRE_IKE_P_IDR, ikev2_auth_local_id(sa, ours));
    ikev2_auth_put(b, ikev2_auth_own(ike, ours), ours, proof);
    if (++a->own_proofs < ike_conn_conf_proofs(conn, true))
        ikev2_msg_put_notify(b, WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS, BASE_SPAN_NONE);
}

/* A child that is put off is asked for by us, since some callers do not ask again. */
static void auth_put_off(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t)
{
    if (!t->is_put_off)
        return;
    ikev2_wish_one(sa, t->child_index);
    sa->life.retry_at = base_time_add(ike->now, OFFER_S * BASE_NS_PER_S);
}

/* The last answer: what is left of our proofs (NULL: nothing), and the child or why not. */
static enum ikev2_outcome auth_answer(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                                      const struct ike_job_auth *proof)
{
    struct ikev2_auth *a = &sa->init->auth;
    struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_CREATE_CHILD);
    struct wire_ike_notification n;
    struct ikev2_msg msg;
    if (!t || !ikev2_sa_set_remote(ike, sa, a->proved[0])) {
        ikev2_task_free(ike, t);
        return IKEV2_TURNS;
    }
    t->ni = sa->init->ni;
    t->nr = sa->init->nr;
    ikev2_auth_begun(sa, &msg);
    ikev2_move_set_way(sa);
    ikev2_sa_set_conn(ike, sa, conn);
    const uint16_t taken = ikev2_ext_take(ike, sa, IKEV2_EXT_AUTH_ASK, &msg);
    const uint16_t refusal = taken ? taken : auth_answer_child(ike, sa, &msg, t);
    if (refusal == WIRE_IKE_N_INVALID_SYNTAX) { /* there is no SA then, RFC 7296 2.21.2 */
        ikev2_task_free(ike, t);
        return auth_refuse(ike, sa, refusal);
    }
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    auth_put_proof(ike, sa, conn, &b, proof);
    ikev2_ext_put(ike, sa, IKEV2_EXT_AUTH_ANSWER, &b);
    if (refusal && refusal <= WIRE_IKE_N_ERROR_LAST) /* a redirect is put by its extension */
        ikev2_msg_put_notify(&b, refusal, BASE_SPAN_NONE);
    else if (!refusal && t->spi_in)
        ikev2_child_put_answer(ike, &b, t);
    ikev2_auth_commit(ike, sa);
    auth_put_off(ike, sa, t);
    if (a->login && a->login->granted)
        a->login->granted(ike, sa);
    /* Before the answer goes: behind it the peer's first packets may be on their way. */
    struct ikev2_child *c =
        t->spi_in && !refusal ? ikev2_child_install(ike, sa, t, false, BASE_SPAN_NONE, true, 0) : NULL;
    ikev2_msg_respond(ike, sa, &a->path, WIRE_IKE_AUTH, a->hdr.msgid, &b);
    if (c)
        ikev2_note_child(ike, c, IKE_AUDIT_CHILD_UP, "");
    ikev2_auth_replace_older(ike, sa, ikev2_msg_notify(&msg, WIRE_IKE_N_INITIAL_CONTACT, &n));
    ikev2_init_free(ike, sa);
    ikev2_task_done(ike, sa);
    ikev2_task_free(ike, t);
    return IKEV2_GOES;
}

/* What a round came to; what it put goes out behind what stands in b already. */
static enum ikev2_outcome auth_answer_stepped(struct ike *ike, struct ikev2_sa *sa, enum ikev2_auth_step step,
                                              struct wire_ike_builder *b)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (step == IKEV2_AUTH_WAITS)
        return IKEV2_CHECKS;
    if (step == IKEV2_AUTH_FAILED || a->rounds > IKEV2_AUTH_ROUNDS_MAX)
        return auth_refuse_with(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED, b);
    a->is_over = step == IKEV2_AUTH_DONE;
    ikev2_msg_respond(ike, sa, &a->path, WIRE_IKE_AUTH, a->hdr.msgid, b);
    return IKEV2_ROUNDS;
}

static enum ikev2_outcome auth_answer_resumed(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                              struct ike_job *job)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    (void)t;
    return auth_answer_stepped(ike, sa, sa->init->auth.late->resume(ike, sa, job, &b), &b);
}

/* One round of a late method. */
static enum ikev2_outcome auth_answer_round(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                            struct wire_ike_builder *b)
{
    struct ikev2_auth *a = &sa->init->auth;
    const enum ikev2_auth_step step = a->late->round(ike, sa, msg, b, &answer_jobs[ANSWER_ROUND]);
    a->rounds++;
    return auth_answer_stepped(ike, sa, step, b);
}

/* Whether nothing is left to be proved by either side when `proof` (NULL: none) has gone out. */
static bool auth_is_last(const struct ikev2_auth *a, const struct ike_conn_conf *conn,
                         const struct ike_job_auth *proof)
{
    const uint8_t own = a->own_proofs + (proof && !a->is_over);
    return a->peer_proofs == ike_conn_conf_proofs(conn, false) && own >= ike_conn_conf_proofs(conn, true);
}

/* Whether the caller has a row where it must; no: explained. */
static bool auth_is_listed(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    const struct ike_id *peer = sa->init->auth.proved[0];
    if (!conn->peers_only || ike_grant_of(conn, peer))
        return true;
    explain_no_row(ike, ikev2_sa_about(sa), conn, peer);
    return false;
}

/* The answer to the request that was taken, once our proof in it is made; NULL: it has none. */
static enum ikev2_outcome auth_answer_with(struct ike *ike, struct ikev2_sa *sa,
                                           const struct ike_conn_conf *conn, const struct ike_job_auth *proof)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (auth_is_last(a, conn, proof)) {
        /* Not before: others of the same identity may have come up meanwhile. */
        if (!auth_is_listed(ike, sa, conn) || ikev2_auth_is_one_too_many(ike, sa, conn, a->proved[0]))
            return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
        return auth_answer(ike, sa, conn, proof);
    }
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    struct ikev2_msg msg;
    auth_put_proof(ike, sa, conn, &b, proof);
    if (a->late && !a->is_over) {
        ikev2_auth_kept(sa, &msg);
        return auth_answer_round(ike, sa, &msg, &b);
    }
    a->late = NULL;
    a->is_over = false;
    ikev2_msg_respond(ike, sa, &a->path, WIRE_IKE_AUTH, a->hdr.msgid, &b);
    return IKEV2_ROUNDS;
}

static enum ikev2_outcome auth_answer_proved(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                             struct ike_job *job)
{
    const struct ike_conn_conf *conn = ikev2_auth_conn(ike, sa);
    (void)t;
    if (conn && job->status != 0)
        explain_unproved(ike, ikev2_sa_about(sa), conn, -job->status);
    if (!conn || job->status != 0)
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    return auth_answer_with(ike, sa, conn, ike_job_auth_of(job));
}

/* The first answer without AUTH: the method proves both sides (RFC 5998 3). */
static enum ikev2_outcome auth_answer_unproved(struct ike *ike, struct ikev2_sa *sa,
                                               const struct ike_conn_conf *conn)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    struct ikev2_msg msg;
    sa->init->auth.own_proofs++;
    ikev2_auth_put_id(&b, WIRE_IKE_P_IDR, ikev2_auth_local_id(sa, conn));
    ikev2_auth_kept(sa, &msg);
    return auth_answer_round(ike, sa, &msg, &b);
}

/* What we prove in the answer to this request: the login that is over, our next round, or nothing. */
static enum ikev2_outcome auth_prove_answer(struct ike *ike, struct ikev2_sa *sa,
                                            const struct ike_conn_conf *conn)
{
    const struct ikev2_auth *a = &sa->init->auth;
    /* What ends a login is proved as who we were when it began. */
    const uint8_t round = a->is_over && a->own_proofs ? a->own_proofs - 1 : a->own_proofs;
    const struct ike_conn_conf *ours = ike_conn_conf_round(conn, round);
    if (!a->is_over && a->own_proofs == ike_conn_conf_proofs(conn, true))
        return auth_answer_with(ike, sa, conn, NULL);
    if (ikev2_auth_prove(ike, sa, a->is_over ? a->late : ikev2_auth_own(ike, ours), ours,
                         &answer_jobs[ANSWER_PROOF]))
        return IKEV2_PROVES;
    return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
}

/* The proof may cover the same call with another cookie. True: that is being checked. */
static bool auth_check_twin(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    const struct ikev2_auth *a = &sa->init->auth;
    struct ikev2_msg msg;
    struct wire_ike_auth auth;
    ikev2_auth_kept(sa, &msg);
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg.plds, WIRE_IKE_P_AUTH, 0);
    if (a->peer_proofs || sa->init->n_checked == sa->init->n_twins || !p ||
        wire_ike_auth_parse(p->body, &auth) != WIRE_IKE_OK)
        return false;
    sa->init->n_checked++;
    const struct ikev2_auth_method *m = a->is_over ? a->late : ikev2_auth_by_number(ike, conn, auth.method);
    return m && ikev2_auth_check(ike, sa, m, conn, ikev2_ppk_proof(sa, &msg, auth.data),
                                 &answer_jobs[ANSWER_CHECK]);
}

/* The caller has proved itself in this round: by the name of its login, or as it said. False: no memory. */
static bool auth_caller_proved(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (a->is_over)
        a->login = a->late;
    const bool ok = ikev2_auth_add_proved(ike, sa, a->named.type ? &a->named : &a->peer);
    a->named = (struct ike_id){0};
    return ok;
}

static enum ikev2_outcome auth_caller_checked(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                              struct ike_job *job)
{
    const struct ike_conn_conf *conn = ikev2_auth_conn(ike, sa);
    (void)t;
    if (!conn)
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    const bool is_wrong = job->status == 0 && !ike_job_auth_is_verified(ike_job_auth_of(job));
    if (is_wrong && auth_check_twin(ike, sa, conn))
        return IKEV2_STAYS;
    if (!ikev2_auth_is_proved(ike, sa, conn, job))
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    if (!auth_admits(ike, sa, conn))
        return auth_refuse(ike, sa, WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
    return auth_caller_proved(ike, sa) ? auth_prove_answer(ike, sa, conn) : IKEV2_TURNS;
}

/* The AUTH payload of a round of the caller's. */
static enum ikev2_outcome auth_check_caller(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                            const struct ikev2_auth_method *m,
                                            const struct ike_conn_conf *conn, struct base_span proof)
{
    const struct ike_conn_conf *theirs = ike_conn_conf_round(conn, sa->init->auth.peer_proofs);
    if (!ikev2_auth_ends_round(ike, sa, conn, msg) || !ikev2_ppk_judge(ike, sa, conn, msg, &proof) ||
        !ikev2_auth_check(ike, sa, m, theirs, proof, &answer_jobs[ANSWER_CHECK]))
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    return IKEV2_CHECKS;
}

/*
 * The identity and the AUTH payload of a request that begins a round; auth->method 0, which is no method: it
 * has none. Whom the caller wants is of the first one alone.
 */
static bool auth_take_request(const struct ikev2_msg *msg, struct ikev2_auth *a, struct wire_ike_auth *auth)
{
    const bool names = !a->peer_proofs && wire_ike_plds_find(&msg->plds, WIRE_IKE_P_IDR, 0) != NULL;
    const struct wire_ike_pld *proof = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_AUTH, 0);
    *auth = (struct wire_ike_auth){0};
    return ikev2_msg_id(msg, WIRE_IKE_P_IDI, &a->peer, a->peer_reserved) &&
           (!names || ikev2_msg_id(msg, WIRE_IKE_P_IDR, &a->asked, NULL)) &&
           (!proof || (wire_ike_auth_parse(proof->body, auth) == WIRE_IKE_OK && auth->method));
}

/* By what a caller can prove itself whose first AUTH payload is of this method; 0: it has none. */
static uint32_t auth_kinds(uint8_t method)
{
    if (method == 0)
        return IKE_PEER_KIND(IKE_AUTH_EAP_MSCHAPV2) | IKE_PEER_KIND(IKE_AUTH_EAP_TLS) |
               IKE_PEER_KIND(IKE_AUTH_EAP_RADIUS);
    return IKE_PEER_KIND(method == WIRE_IKE_AUTH_PSK ? IKE_AUTH_PSK : IKE_AUTH_SIG);
}

/* The connection of a caller: one that takes its method and its rounds, or, to say what is wrong, another
 * one. */
static const struct ike_conn_conf *auth_find_conn(const struct ike *ike, const struct ikev2_auth *a,
                                                  uint8_t method, bool has_another)
{
    struct ike_peer_want want = {.remote = &a->peer,
                                 .asked = &a->asked,
                                 .kinds = auth_kinds(method),
                                 .proofs = !method       ? IKE_PEER_PROOFS_ANY
                                           : has_another ? IKE_PEER_PROOFS_SEVERAL
                                                         : IKE_PEER_PROOFS_ONE};
    const struct ike_conn_conf *conn = ike_peer_find(ike, &a->path, &want);
    if (!conn && want.proofs) {
        want.proofs = IKE_PEER_PROOFS_ANY;
        conn = ike_peer_find(ike, &a->path, &want);
    }
    if (!conn) {
        want.kinds = 0;
        conn = ike_peer_find(ike, &a->path, &want);
    }
    return conn;
}

/* A round of the caller's begins, by the message that is kept: by which method it is checked. */
static enum ikev2_outcome auth_begin_round(struct ike *ike, struct ikev2_sa *sa,
                                           const struct ike_conn_conf *conn, const struct wire_ike_auth *auth)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *theirs = ike_conn_conf_round(conn, a->peer_proofs);
    a->late = auth->method ? NULL : ikev2_auth_late(ike, theirs);
    if (a->late && !a->own_proofs && conn->eap_only && a->late->is_mutual && a->peer_takes_eap_only)
        return auth_answer_unproved(ike, sa, conn);
    if (a->late)
        return auth_prove_answer(ike, sa, conn);
    if (!auth->method) {
        explain_eap(ike, ikev2_sa_about(sa), &a->peer, theirs);
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    }
    const struct ikev2_auth_method *m = ikev2_auth_by_number(ike, theirs, auth->method);
    if (!m) {
        explain_method(ike, ikev2_sa_about(sa), theirs, auth->method);
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    }
    struct ikev2_msg msg;
    ikev2_auth_kept(sa, &msg);
    return auth_check_caller(ike, sa, &msg, m, conn, auth->data);
}

/* Whether we log in on this connection, in some round: then we call, and have no proof for who calls us. */
static bool auth_logs_in(const struct ike *ike, const struct ike_conn_conf *conn)
{
    for (const struct ike_conn_conf *c = conn; c; c = c->then) {
        const struct ikev2_auth_method *own = ikev2_auth_own(ike, c);
        if (own && own->is_late)
            return true;
    }
    return false;
}

/* A first request that is understood: whom it is checked against. */
static enum ikev2_outcome auth_judge(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                     const struct wire_ike_auth *auth)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *conn =
        auth_find_conn(ike, a, auth->method, ikev2_msg_has(msg, WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS));
    if (!conn) {
        explain_unknown_id(ike, ikev2_sa_about(sa), &a->peer, &a->asked);
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    }
    ikev2_auth_set_conn(sa, conn);
    const bool logs_in = auth_logs_in(ike, conn);
    if (logs_in)
        explain_login_called(ike, ikev2_sa_about(sa), conn);
    if (logs_in || !ikev2_auth_takes_rounds(ike, sa, conn))
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    return auth_begin_round(ike, sa, conn, auth);
}

enum ikev2_outcome ikev2_auth_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_auth auth;
    if (!sa->init) {
        ike->stats.dropped_unexpected++;
        return IKEV2_STAYS;
    }
    struct ikev2_auth *a = &sa->init->auth;
    ikev2_auth_take_path(sa, msg);
    a->peer_takes_eap_only = ikev2_msg_has(msg, WIRE_IKE_N_EAP_ONLY_AUTHENTICATION);
    a->peer_takes_rounds = ikev2_msg_has(msg, WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED);
    if (!auth_take_request(msg, a, &auth))
        return auth_refuse(ike, sa, ikev2_auth_unread(ike, sa, msg));
    /* The initiator may have floated to port 4500, through another mapping of its NAT. */
    ikev2_sa_init_unlink(ike, sa);
    sa->path = *msg->path;
    ikev2_sa_init_link(ike, sa);
    if (ikev2_auth_keep(sa, msg) < 0) {
        return IKEV2_TURNS;
    }
    return auth_judge(ike, sa, msg, &auth);
}

/* A request after a round that is over: the caller's next one begins, or it has done its own and waits for
 * ours. */
static enum ikev2_outcome auth_next_round(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                          const struct ike_conn_conf *conn)
{
    struct ikev2_auth *a = &sa->init->auth;
    struct wire_ike_auth auth;
    if (a->peer_proofs == ike_conn_conf_proofs(conn, false))
        return auth_prove_answer(ike, sa, conn);
    if (!auth_take_request(msg, a, &auth)) {
        explain_malformed(ike, ikev2_sa_about(sa),
                          "the identity or AUTH payload of the further authentication that was announced");
        return auth_refuse(ike, sa, WIRE_IKE_N_INVALID_SYNTAX);
    }
    const struct ike_conn_conf *theirs = ike_conn_conf_round(conn, a->peer_proofs);
    if (!ike_peer_matches(ike, &theirs->remote_id, &a->peer)) {
        explain_round_id(ike, ikev2_sa_about(sa), theirs, &a->peer);
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    }
    if (ikev2_auth_keep(sa, msg) < 0)
        return IKEV2_TURNS;
    return auth_begin_round(ike, sa, conn, &auth);
}

/* The AUTH payload behind a login. */
static enum ikev2_outcome auth_end_login(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                         const struct ike_conn_conf *conn)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_AUTH, 0);
    struct wire_ike_auth auth;
    if (!p || wire_ike_auth_parse(p->body, &auth) != WIRE_IKE_OK) {
        explain_malformed(ike, ikev2_sa_about(sa), "the last AUTH payload of IKE_AUTH");
        return auth_refuse(ike, sa, WIRE_IKE_N_INVALID_SYNTAX);
    }
    return auth_check_caller(ike, sa, msg, sa->init->auth.late, conn, auth.data);
}

enum ikev2_outcome ikev2_auth_on_round_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    if (!sa->init) {
        ike->stats.dropped_unexpected++;
        return IKEV2_STAYS;
    }
    struct ikev2_auth *a = &sa->init->auth;
    ikev2_auth_take_path(sa, msg);
    if (a->late && !a->is_over) {
        struct wire_ike_builder b = ikev2_msg_begin(ike);
        return auth_answer_round(ike, sa, msg, &b);
    }
    const struct ike_conn_conf *conn = ikev2_auth_conn(ike, sa);
    if (!conn)
        return auth_refuse(ike, sa, WIRE_IKE_N_AUTHENTICATION_FAILED);
    return a->late ? auth_end_login(ike, sa, msg, conn) : auth_next_round(ike, sa, msg, conn);
}

/* A caller whose login failed, or who thought better of it, says goodbye instead of going on. */
enum ikev2_outcome ikev2_auth_on_given_up(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    if (sa->init)
        IKE_COUNT(ike, sa, failed);
    ikev2_msg_respond(ike, sa, msg->path, WIRE_IKE_INFORMATIONAL, msg->hdr.msgid, &b);
    return IKEV2_GOES;
}
