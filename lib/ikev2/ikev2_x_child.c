/* SPDX-License-Identifier: BSD-3-Clause */
/* CREATE_CHILD_SA for children (RFC 7296 1.3.1, 1.3.3): new ones and rekeying, with or without a fresh key
 * exchange; and the part of IKE_AUTH that makes the first child. ikev2_x_rekey.c rekeys the IKE SA. */
#include "ikev2_x_child.h"

#include <string.h>
#include "base_span.h"
#include "base_ts.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ikev2_child_fit.h"
#include "ikev2_child_words.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_collide.h"
#include "ikev2_follow.h"
#include "ikev2_further.h"
#include "ikev2_ke.h"
#include "ikev2_msg.h"
#include "ikev2_narrow.h"
#include "ikev2_note.h"
#include "ikev2_request.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "ikev2_x_rekey.h"
#include "wire_ike.h"
#include "ikev2_step.h"

#define TOTAL_FACTOR  4    /* pairs that linger count too */
#define PRIVATE_ERROR 8192 /* errors from here on are a vendor's own (RFC 7296 3.10.1) */

static enum ikev2_outcome child_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome child_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome child_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static ikev2_task_done_fn child_on_key;
static ikev2_task_done_fn child_on_secret;
static ikev2_task_done_fn child_on_peer_secret;

static const struct ikev2_row child_rows[] = {
    {{"child_request", IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED) | IKEV2_IN(IKEV2_ST_CLOSING), {0}},
     WIRE_IKE_CREATE_CHILD_SA,
     false,
     true,
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_NONCE),
     IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR) |
         IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     child_on_request,
     "RFC 7296 1.3"},
    {{"child_response", IKEV2_IN(IKEV2_ST_UP), {0}},
     WIRE_IKE_CREATE_CHILD_SA,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_NONCE),
     IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR) |
         IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     child_on_response,
     "RFC 7296 1.3"},
    {{"child_refusal", IKEV2_IN(IKEV2_ST_UP), {0}},
     WIRE_IKE_CREATE_CHILD_SA,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     child_on_refused,
     "RFC 7296 1.3, 2.25"},
};

const struct ikev2_row *ikev2_child_rows(size_t *count)
{
    *count = sizeof child_rows / sizeof *child_rows;
    return child_rows;
}

/* An exchange under way ends as it would, whatever became of the SA meanwhile. */
#define CHILD_STATES (IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED) | IKEV2_IN(IKEV2_ST_CLOSING))
enum { CHILD_KEY, CHILD_SECRET, CHILD_PEER_SECRET };
static const struct ikev2_job_row child_jobs[] = {
    [CHILD_KEY] = {{"child_key", CHILD_STATES, {0}}, child_on_key},
    [CHILD_SECRET] = {{"child_secret", CHILD_STATES, {0}}, child_on_secret},
    [CHILD_PEER_SECRET] = {{"child_peer_secret", CHILD_STATES, {0}}, child_on_peer_secret},
};

const struct ikev2_job_row *ikev2_child_jobs(size_t *count)
{
    *count = sizeof child_jobs / sizeof *child_jobs;
    return child_jobs;
}

/* ---- what both exchanges share ---- */

uint16_t ikev2_child_answer(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            enum ikev2_dh_rule rule, struct ikev2_task *t)
{
    const struct wire_ike_pld *ke = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0);
    struct wire_ike_ke k = {0};
    struct base_ts_list local, remote;
    if (wire_ike_sa_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)->body, &ike->v2->sa_in) !=
            WIRE_IKE_OK ||
        (ke && wire_ike_ke_parse(ke->body, &k) != WIRE_IKE_OK) || !ikev2_narrow_take(msg, &remote, &local)) {
        explain_malformed(ike, ikev2_sa_about(sa), "an SA, KE or selector payload");
        return WIRE_IKE_N_INVALID_SYNTAX;
    }
    const uint16_t misfit = ikev2_child_pick(ike, sa, msg, &local, &remote, t);
    if (misfit)
        return misfit;
    const struct ike_child_conf *conf = &sa->conn->children[t->child_index];
    if (!ikev2_select(conf->proposals, conf->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_ESP, rule,
                      (enum crypt_dh)k.group, &t->choice)) {
        ikev2_child_explain(ike, sa, conf, rule);
        return WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    }
    if (ikev2_child_is_taken(ike, sa, conf, t->local_ts, t->remote_ts))
        return WIRE_IKE_N_TS_UNACCEPTABLE;
    const uint16_t further = ikev2_further_asked(ike, sa, msg, t);
    if (further)
        return further;
    t->is_dh_agreed = rule != IKEV2_DH_IGNORE;
    if (!t->is_dh_agreed)
        ikev2_child_foresee(ike, sa, conf);
    if (ike->env.spi_alloc(ike->env.ctx, &t->spi_in) < 0) {
        t->spi_in = 0;
        explain_full(ike, ikev2_sa_about(sa));
        return WIRE_IKE_N_NO_ADDITIONAL_SAS;
    }
    return 0;
}

void ikev2_child_put_answer(struct ike *ike, struct wire_ike_builder *b, const struct ikev2_task *t)
{
    ikev2_msg_put_choice(ike, b, &t->choice, t->spi_in);
    ikev2_narrow_put(b, t);
}

bool ikev2_child_offer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b,
                       enum ikev2_dh_rule rule, struct ikev2_task *t)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    if (!t->spi_in && ike->env.spi_alloc(ike->env.ctx, &t->spi_in) < 0) {
        t->spi_in = 0;
        return false;
    }
    ikev2_select_offer(c->proposals, c->n_proposals, t->spi_in, IKEV2_ESP_SPI_BYTES, rule, &ike->v2->sa_out);
    wire_ike_put_sa(b, &ike->v2->sa_out);
    ikev2_narrow_offer(sa, c, b);
    return true;
}

static enum explain_asked child_asked(const struct ikev2_task *t, enum ikev2_dh_rule rule)
{
    if (rule == IKEV2_DH_IGNORE)
        return EXPLAIN_ASKED_FIRST_CHILD;
    return t->spi_old ? EXPLAIN_ASKED_CHILD_REKEY : EXPLAIN_ASKED_CHILD;
}

uint16_t ikev2_child_check(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                           enum ikev2_dh_rule rule, struct ikev2_task *t)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0);
    struct base_ts_list local, remote;
    const uint16_t error = ikev2_msg_error(msg, NULL);
    if (!p || error) { /* an error that we do not know is one, whatever stands beside it (RFC 7296 3.10.1) */
        explain_refused(ike, ikev2_sa_about(sa), child_asked(t, rule), c, error);
        return error ? error : WIRE_IKE_N_INVALID_SYNTAX;
    }
    if (wire_ike_sa_parse(p->body, &ike->v2->sa_in) != WIRE_IKE_OK ||
        !ikev2_narrow_take(msg, &local, &remote)) {
        explain_malformed(ike, ikev2_sa_about(sa), "an SA or selector payload");
        return WIRE_IKE_N_INVALID_SYNTAX;
    }
    if (!ikev2_select_answer(c->proposals, c->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_ESP, rule,
                             &t->choice)) {
        ikev2_child_explain(ike, sa, c, rule);
        return WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    }
    t->is_dh_agreed = rule != IKEV2_DH_IGNORE;
    const uint16_t misfit = ikev2_child_take_mode(ike, sa, msg, &local, &remote, t);
    if (misfit)
        return misfit;
    const enum ikev2_narrow_answer narrowed = ikev2_narrow_check(sa, c, &local, &remote);
    if (narrowed == IKEV2_NARROW_BEYOND) {
        explain_selectors(ike, ikev2_sa_about(sa), &local, &remote);
        return WIRE_IKE_N_TS_UNACCEPTABLE;
    }
    if (ikev2_child_is_taken(ike, sa, c, &local, &remote))
        return WIRE_IKE_N_TS_UNACCEPTABLE;
    if (!t->spi_old && narrowed == IKEV2_NARROW_LESS)
        explain_narrowed(ike, ikev2_sa_about(sa), c, &local, &remote);
    if (!ikev2_task_set_ts(t, &local, &remote))
        return WIRE_IKE_N_TEMPORARY_FAILURE;
    return ikev2_further_answered(ike, sa, msg, t) ? 0 : WIRE_IKE_N_INVALID_SYNTAX;
}

/* ---- responder ---- */

/* A pair of ours whose answer is still under way may be the very one that the peer names. */
static bool child_is_being_made(const struct ikev2_sa *sa)
{
    return sa->task &&
           (sa->task->kind == IKEV2_TASK_CREATE_CHILD || sa->task->kind == IKEV2_TASK_REKEY_CHILD);
}

/* What must hold before a child is made or replaced. 0, or the notify. */
static uint16_t child_admit(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            struct ikev2_task *t)
{
    struct wire_ike_notification n;
    if (sa->state != IKEV2_ST_UP || sa->want.close || (sa->task && sa->task->kind == IKEV2_TASK_REKEY_IKE))
        return WIRE_IKE_N_TEMPORARY_FAILURE; /* RFC 7296 2.25.2 */
    if (sa->n_children >= (size_t)TOTAL_FACTOR * ike->conf->children_max)
        return WIRE_IKE_N_TEMPORARY_FAILURE;
    if (!base_time_reached(sa->life.full_until, ike->now))
        return WIRE_IKE_N_NO_ADDITIONAL_SAS; /* the data path has just refused one */
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_REKEY_SA, &n)) {
        if (ikev2_child_count(sa) < ike->conf->children_max)
            return 0;
        explain_limit(ike, ikev2_sa_about(sa), "children");
        return WIRE_IKE_N_NO_ADDITIONAL_SAS;
    }
    const struct ikev2_child *old = ikev2_child_by_spi_out(sa, (uint32_t)n.spi);
    if (!old && child_is_being_made(sa))
        return WIRE_IKE_N_TEMPORARY_FAILURE;
    t->named = (struct wire_ike_notification){n.protocol, n.spi_len, n.type, n.spi, BASE_SPAN_NONE};
    if (!old || n.protocol != WIRE_IKE_PROTO_ESP || old->state == IKEV2_CHILD_LINGER)
        return WIRE_IKE_N_CHILD_SA_NOT_FOUND;
    if (old->state != IKEV2_CHILD_UP || old->replaced_by || ikev2_follow_is_ours(sa, old->spi_in))
        return WIRE_IKE_N_TEMPORARY_FAILURE; /* RFC 7296 2.25.1 */
    t->kind = IKEV2_TASK_REKEY_CHILD;
    t->spi_old = old->spi_in;
    return 0;
}

/* The answer of CREATE_CHILD_SA, or of what followed it. */
static struct wire_ike_builder child_build_answer(struct ike *ike, const struct ikev2_task *t)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    const bool is_first = t->exchange == WIRE_IKE_CREATE_CHILD_SA;
    if (is_first) {
        ikev2_msg_put_choice(ike, &b, &t->choice, t->spi_in);
        wire_ike_put_nonce(&b, ike_nonce_span(&t->nr));
    }
    if (t->public_len)
        wire_ike_put_ke(&b, (uint16_t)t->group, base_span(t->public_value, t->public_len));
    if (is_first)
        ikev2_narrow_put(&b, t);
    return b;
}

/* Answers, then installs. A pair that replaces another sends only when the peer is known to receive on it. */
static void child_conclude(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                           struct base_span secret)
{
    struct ikev2_child *old = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    const bool is_over =
        sa->state != IKEV2_ST_UP || (t->spi_old && (!old || old->sa != sa || old->state != IKEV2_CHILD_UP));
    const uint16_t late = is_over ? WIRE_IKE_N_TEMPORARY_FAILURE : ikev2_child_late(ike, sa, t, false);
    if (late) {
        ikev2_msg_refuse(ike, sa, t, late);
        return;
    }
    struct wire_ike_builder b = child_build_answer(ike, t);
    bool failed;
    if (ikev2_follow_secret(t, secret, &failed)) {
        ikev2_follow_park(ike, sa, t, &b, &child_jobs[CHILD_PEER_SECRET]);
        ikev2_msg_answer_bind(sa, t->mode, 0);
        return;
    }
    struct ikev2_child *c = failed ? NULL
                                   : ikev2_child_install(ike, sa, t, false, ikev2_follow_first(t, secret),
                                                         old == NULL, t->spi_old);
    if (!c) {
        ikev2_msg_refuse(ike, sa, t, WIRE_IKE_N_TEMPORARY_FAILURE);
        return;
    }
    ikev2_msg_respond(ike, sa, &t->path, t->exchange, t->msgid, &b);
    ikev2_msg_answer_bind(sa, c->mode, c->spi_in);
    if (old)
        ikev2_collide_child_replaced(ike, old, c, t);
    ikev2_note_child(ike, c, old ? IKE_AUDIT_CHILD_REKEYED : IKE_AUDIT_CHILD_UP, "");
}

/* INVALID_SYNTAX ends the SA on both sides (RFC 7296 2.21.3). */
static void child_refuse(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t, uint16_t notify)
{
    ikev2_msg_refuse(ike, sa, t, notify);
    if (notify == WIRE_IKE_N_INVALID_SYNTAX)
        ikev2_close_faulty(ike, sa, "the peer's request could not be understood");
}

static void child_answer_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                 struct ikev2_task *t)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0);
    struct wire_ike_ke ke = {0};
    struct base_span ni;
    uint16_t notify = child_admit(ike, sa, msg, t);
    if (notify == 0 &&
        wire_ike_nonce_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0)->body, &ni) != WIRE_IKE_OK)
        notify = WIRE_IKE_N_INVALID_SYNTAX;
    if (notify == 0)
        notify = ikev2_child_answer(ike, sa, msg, IKEV2_DH_WANTED, t);
    if (notify) {
        child_refuse(ike, sa, t, ikev2_further_refusal(sa, msg, notify));
        return;
    }
    ike_nonce_set(&t->ni, ni);
    ike_nonce_new(ike, &t->nr);
    t->group = t->choice.dh;
    if (t->group == CRYPT_DH_NONE) {
        child_conclude(ike, sa, t, BASE_SPAN_NONE);
        return;
    }
    if (!p || wire_ike_ke_parse(p->body, &ke) != WIRE_IKE_OK || !ikev2_ke_fits(&ke, t->group)) {
        ikev2_msg_refuse(ike, sa, t, WIRE_IKE_N_INVALID_KE_PAYLOAD);
        return;
    }
    sa->peer_task = t;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_both, ke.value, &child_jobs[CHILD_PEER_SECRET]);
}

static enum ikev2_outcome child_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    if (!wire_ike_plds_find(&msg->plds, WIRE_IKE_P_TSI, 0)) {
        ikev2_rekey_request(ike, sa, msg);
        return IKEV2_STAYS;
    }
    struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_CREATE_CHILD);
    if (!t)
        return IKEV2_STAYS;
    t->exchange = WIRE_IKE_CREATE_CHILD_SA;
    t->msgid = msg->hdr.msgid;
    t->path = *msg->path;
    child_answer_request(ike, sa, msg, t);
    if (sa->peer_task != t && sa->peer_follow != t)
        ikev2_task_free(ike, t);
    return IKEV2_STAYS;
}

static enum ikev2_outcome child_on_peer_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                               struct ike_job *job)
{
    const struct ike_job_dh *r = ike_job_dh_of(job);
    sa->peer_task = NULL;
    if (job->status == 0) {
        t->public_len = r->public_len;
        memcpy(t->public_value, r->public_value, r->public_len);
        child_conclude(ike, sa, t, base_span(r->secret, r->secret_len));
    } else {
        child_refuse(ike, sa, t, ikev2_ke_fault(ike, sa, job));
    }
    if (sa->peer_follow != t)
        ikev2_task_free(ike, t);
    return IKEV2_STAYS;
}

/* ---- initiator ---- */

static enum ikev2_dh_rule child_rule(const struct ikev2_task *t)
{
    return t->group == CRYPT_DH_NONE ? IKEV2_DH_NONE : IKEV2_DH_WANTED;
}

static void child_send_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    if (!t->spi_in && ike->env.spi_alloc(ike->env.ctx, &t->spi_in) < 0) {
        t->spi_in = 0;
        explain_full(ike, ikev2_sa_about(sa));
        ikev2_collide_child_failed(ike, sa, WIRE_IKE_N_TEMPORARY_FAILURE);
        return;
    }
    if (t->spi_old) {
        const struct wire_ike_notification n = {.protocol = WIRE_IKE_PROTO_ESP,
                                                .spi_len = IKEV2_ESP_SPI_BYTES,
                                                .type = WIRE_IKE_N_REKEY_SA,
                                                .spi = t->spi_old};
        wire_ike_put_notify(&b, &n);
    }
    ikev2_select_offer(c->proposals, c->n_proposals, t->spi_in, IKEV2_ESP_SPI_BYTES, child_rule(t),
                       &ike->v2->sa_out);
    wire_ike_put_sa(&b, &ike->v2->sa_out);
    wire_ike_put_nonce(&b, ike_nonce_span(&t->ni));
    if (t->group != CRYPT_DH_NONE)
        wire_ike_put_ke(&b, (uint16_t)t->group, base_span(t->public_value, t->public_len));
    ikev2_narrow_offer(sa, c, &b);
    ikev2_msg_request(ike, sa, WIRE_IKE_CREATE_CHILD_SA, &b);
}

void ikev2_child_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    ike_nonce_new(ike, &t->ni);
    if (t->group == CRYPT_DH_NONE)
        child_send_request(ike, sa, t);
    else
        ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &child_jobs[CHILD_KEY]);
}

/* Our exchange failed. Where no additional key exchange was to come, the peer had made its half of the pair
 * already: it is told at once. */
static void child_reject(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, uint16_t notify)
{
    if (ikev2_follow_is_last(t))
        ikev2_child_disown(ike, sa, t);
    ikev2_collide_child_failed(ike, sa, notify);
}

/* The new pair is complete: it sends at once, and the old one gets its DELETE. */
static void child_finish(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, struct base_span secret)
{
    struct ikev2_child *old = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    const bool lost = ikev2_collide_child_lost(old, t);
    const bool is_rekey = t->spi_old != 0;
    if (t->spi_doomed && (uint32_t)t->choice.spi == t->spi_doomed) {
        ikev2_collide_child_failed(ike, sa, WIRE_IKE_N_TEMPORARY_FAILURE);
        return;
    }
    const uint16_t late = ikev2_child_late(ike, sa, t, true);
    struct ikev2_child *c = late ? NULL : ikev2_child_install(ike, sa, t, true, secret, !lost, t->spi_old);
    if (!c) {
        child_reject(ike, sa, t, late ? late : WIRE_IKE_N_TEMPORARY_FAILURE);
        return;
    }
    if (is_rekey)
        ikev2_collide_child_done(ike, old, c, lost);
    else
        ikev2_wish_drop(sa, t->child_index);
    if (!lost)
        ikev2_note_child(ike, c, is_rekey ? IKE_AUDIT_CHILD_REKEYED : IKE_AUDIT_CHILD_UP, "");
    if (t->is_unwanted)
        ikev2_child_end(c, "terminated by the operator");
    ikev2_task_done(ike, sa);
}

static enum ikev2_outcome child_on_key(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                       struct ike_job *job)
{
    if (job->status != 0) {
        ikev2_collide_child_failed(ike, sa, ikev2_ke_fault(ike, sa, job));
    } else {
        ikev2_task_take_key(t, ike_job_dh_of(job));
        (t->follow.is_begun ? ikev2_follow_ask : child_send_request)(ike, sa, t);
    }
    return IKEV2_STAYS;
}

static enum ikev2_outcome child_on_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                          struct ike_job *job)
{
    const struct ike_job_dh *r = ike_job_dh_of(job);
    const struct base_span secret = base_span(r->secret, r->secret_len);
    bool failed = false;
    if (job->status != 0) {
        child_reject(ike, sa, t, ikev2_ke_fault(ike, sa, job));
    } else if (ikev2_follow_secret(t, secret, &failed)) {
        t->follow.row = &child_jobs[CHILD_SECRET];
        ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &child_jobs[CHILD_KEY]);
    } else if (failed) {
        child_reject(ike, sa, t, WIRE_IKE_N_TEMPORARY_FAILURE);
    } else {
        child_finish(ike, sa, t, ikev2_follow_first(t, secret));
    }
    return IKEV2_STAYS;
}

static bool child_retry_group(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                              struct base_span data)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    const enum crypt_dh group = ikev2_ke_other_group(t, c->proposals, c->n_proposals, data);
    if (group == CRYPT_DH_NONE)
        return false;
    ikev2_ke_renew(ike, sa, t, group, &child_jobs[CHILD_KEY]);
    return true;
}

/*
 * The peer refused: its demands on the group may be others than what it was asked with, which IKE_AUTH cannot
 * show. Where our proposals allow both, it is asked once more with a group instead of without, or the other
 * way round. Windows refuses a KE payload with a notify of its own, so all that are private count.
 */
static bool child_turn(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, uint16_t error)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    const enum crypt_dh first = ikev2_select_first_group(c->proposals, c->n_proposals);
    if (t->is_turned || first == CRYPT_DH_NONE || !ikev2_select_allows_none(c->proposals, c->n_proposals) ||
        (error != WIRE_IKE_N_NO_PROPOSAL_CHOSEN && error != WIRE_IKE_N_INVALID_KE_PAYLOAD &&
         error < PRIVATE_ERROR))
        return false;
    struct ikev2_child *old = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    t->is_turned = true;
    if (t->group == CRYPT_DH_NONE) {
        const bool has = ikev2_select_has_group(c->proposals, c->n_proposals, sa->algs.dh);
        if (old)
            old->is_dh_agreed = false; /* it wanted none then */
        ikev2_ke_renew(ike, sa, t, has ? sa->algs.dh : first, &child_jobs[CHILD_KEY]);
        return true;
    }
    ikev2_request_clear(sa);
    t->group = CRYPT_DH_NONE;
    child_send_request(ike, sa, t);
    return true;
}

/* The rule of RFC 9370 2.2.4 when both rekey the same child: ours stops, and nothing has been made by it. */
static bool child_stops(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t)
{
    const struct ikev2_child *old = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    const bool stops = ikev2_follow_loses(ike, sa) ||
                       (ikev2_select_has_addke(&t->choice) && ikev2_collide_child_lost(old, t));
    if (stops)
        ikev2_task_done(ike, sa);
    return stops;
}

static void child_take_answer(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                              struct ikev2_task *t)
{
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0);
    struct wire_ike_ke ke = {0};
    struct base_span nr;
    const uint16_t notify = ikev2_child_check(ike, sa, msg, child_rule(t), t);
    if (notify ||
        wire_ike_nonce_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0)->body, &nr) != WIRE_IKE_OK) {
        child_reject(ike, sa, t, notify ? notify : WIRE_IKE_N_INVALID_SYNTAX);
        return;
    }
    ike_nonce_set(&t->nr, nr);
    if (t->choice.dh == CRYPT_DH_NONE) {
        child_finish(ike, sa, t, BASE_SPAN_NONE);
        return;
    }
    if (t->choice.dh != t->group || !p || wire_ike_ke_parse(p->body, &ke) != WIRE_IKE_OK ||
        !ikev2_ke_fits_answer(&ke, t->group) || !ikev2_follow_take_link(t, msg)) {
        explain_malformed(ike, ikev2_sa_about(sa), "the KE payload");
        child_reject(ike, sa, t, WIRE_IKE_N_INVALID_SYNTAX);
        return;
    }
    ikev2_request_clear(sa);
    if (child_stops(ike, sa, t))
        return;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_secret, ke.value, &child_jobs[CHILD_SECRET]);
}

static bool child_is_awaited(struct ike *ike, const struct ikev2_sa *sa)
{
    if (sa->task && !sa->task->job)
        return true;
    ike->stats.dropped_unexpected++;
    return false;
}

static enum ikev2_outcome child_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    if (!child_is_awaited(ike, sa))
        return IKEV2_STAYS;
    if (sa->task->kind == IKEV2_TASK_REKEY_IKE)
        ikev2_rekey_response(ike, sa, msg);
    else
        child_take_answer(ike, sa, msg, sa->task);
    return IKEV2_STAYS;
}

static enum ikev2_outcome child_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct base_span data = BASE_SPAN_NONE;
    if (!child_is_awaited(ike, sa))
        return IKEV2_STAYS;
    if (sa->task->kind == IKEV2_TASK_REKEY_IKE) {
        ikev2_rekey_refused(ike, sa, msg);
        return IKEV2_STAYS;
    }
    const uint16_t error = ikev2_msg_error(msg, &data);
    if ((error == WIRE_IKE_N_INVALID_KE_PAYLOAD && child_retry_group(ike, sa, sa->task, data)) ||
        child_turn(ike, sa, sa->task, error))
        return IKEV2_STAYS;
    if (error != WIRE_IKE_N_TEMPORARY_FAILURE && error != WIRE_IKE_N_CHILD_SA_NOT_FOUND)
        explain_refused(ike, ikev2_sa_about(sa), child_asked(sa->task, IKEV2_DH_WANTED),
                        &sa->conn->children[sa->task->child_index], error);
    if (wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)) /* neither refused nor whole */
        ikev2_child_disown(ike, sa, sa->task);
    ikev2_collide_child_failed(ike, sa, error ? error : WIRE_IKE_N_INVALID_SYNTAX);
    return IKEV2_STAYS;
}
