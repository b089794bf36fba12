/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rekeying of the IKE SA (RFC 7296 1.3.2, 2.8, 2.18). The new SA inherits connection, path and children;
 * the old one is deleted by whoever made the new one. When both sides rekey at once, the exchange with the
 * lowest nonce loses and its initiator deletes its SA (2.8.2).
 */
#include "ikev2_x_rekey.h"

#include "base_span.h"
#include "base_time.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ikev2_account.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_follow.h"
#include "ikev2_heir.h"
#include "ikev2_ke.h"
#include "ikev2_keymat.h"
#include "ikev2_life.h"
#include "ikev2_mobike.h"
#include "ikev2_msg.h"
#include "ikev2_note.h"
#include "ikev2_pmtu.h"
#include "ikev2_reauth.h"
#include "ikev2_rival.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "wire_ike.h"
#include "ikev2_step.h"
#include "ikev2_rows.h"

#define RETRY_S      1
#define RETRY_LONG_S 30

static ikev2_task_done_fn rekey_on_key;
static ikev2_task_done_fn rekey_on_secret;
static ikev2_task_done_fn rekey_on_peer_secret;

const struct ikev2_step ikev2_rekey_heir = {
    "heir", IKEV2_IN(IKEV2_ST_NONE), {[IKEV2_GOES] = IKEV2_ST_UP, [IKEV2_TURNS] = IKEV2_ST_DEAD}};
const struct ikev2_step ikev2_rekey_replaced = {
    "replaced", IKEV2_IN(IKEV2_ST_UP), {[IKEV2_GOES] = IKEV2_ST_REKEYED}};

/* A rekeying under way ends as it would, whatever became of the SA meanwhile. */
#define REKEY_STATES (IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED) | IKEV2_IN(IKEV2_ST_CLOSING))
enum { REKEY_KEY, REKEY_SECRET, REKEY_PEER_SECRET };
static const struct ikev2_job_row rekey_jobs[] = {
    [REKEY_KEY] = {{"rekey_key", REKEY_STATES, {0}}, rekey_on_key},
    [REKEY_SECRET] = {{"rekey_secret", REKEY_STATES, {0}}, rekey_on_secret},
    [REKEY_PEER_SECRET] = {{"rekey_peer_secret", REKEY_STATES, {0}}, rekey_on_peer_secret},
};

const struct ikev2_job_row *ikev2_rekey_jobs(size_t *count)
{
    *count = sizeof rekey_jobs / sizeof *rekey_jobs;
    return rekey_jobs;
}

static int rekey_derive_keys(struct ike *ike, const struct ikev2_sa *old, struct ikev2_sa *sa,
                             const struct ikev2_task *t, const struct ike_job_dh *r)
{
    uint8_t seed[CRYPT_PRF_MAX];
    const struct ikev2_keymat_algs algs = {(enum crypt_prf)sa->algs.prf->id, sa->algs.encr, sa->algs.integ};
    const struct base_span ni = ike_nonce_span(&t->ni), nr = ike_nonce_span(&t->nr);
    int rc = ikev2_keymat_skeyseed_rekey(ike->env.crypto, (enum crypt_prf)old->algs.prf->id,
                                         base_span(old->keys.sk_d, old->keys.prf_len),
                                         ikev2_follow_first(t, base_span(r->secret, r->secret_len)), ni, nr,
                                         ike_blob_span(&t->follow.more), seed);
    if (rc == 0)
        rc = ikev2_keymat_derive(ike->env.crypto, &algs, base_span(seed, old->algs.prf->out_bytes), ni, nr,
                                 sa->spi_i, sa->spi_r, &sa->keys, NULL);
    base_wipe(seed, sizeof seed);
    return rc;
}

/* Who the peer is, and by what. False: no memory. */
static bool rekey_inherit_proofs(struct ike *ike, const struct ikev2_sa *old, struct ikev2_sa *sa)
{
    const struct ikev2_also *also = old->also;
    return ikev2_sa_set_remote(ike, sa, old->remote_id) &&
           ikev2_sa_set_also(ike, sa, also ? also->at : NULL, also ? also->n : 0) &&
           ikev2_shown_copy(&sa->shown, old->shown);
}

/* The new SA, up, without children. NULL: failed. */
static struct ikev2_sa *rekey_make_heir(struct ike *ike, struct ikev2_sa *old, const struct ikev2_task *t,
                                        bool is_initiator, const struct ike_job_dh *r)
{
    struct ikev2_sa *sa = ikev2_sa_new(ike, &old->path, is_initiator);
    if (!sa)
        return NULL;
    sa->spi_i = is_initiator ? t->spi_new : t->choice.spi;
    sa->spi_r = is_initiator ? t->choice.spi : t->spi_new;
    sa->algs = t->choice;
    sa->natd = old->natd;
    sa->has_ppk = old->has_ppk;
    sa->way = old->way;
    sa->frag.is_agreed = old->frag.is_agreed;
    sa->frag.is_small = old->frag.is_small;
    ikev2_pmtu_inherit(ike, old, sa);
    ikev2_mobike_inherit(old, sa);
    ikev2_redirect_inherit(old, sa);
    sa->moved.times = old->moved.times;
    sa->moved.ration = old->moved.ration;
    ikev2_sa_link(ike, sa);
    ikev2_sa_set_conn(ike, sa, old->conn);
    if (!rekey_inherit_proofs(ike, old, sa) || rekey_derive_keys(ike, old, sa, t, r) != 0) {
        sa->quiet = true;
        ikev2_step_take(ike, sa, &ikev2_rekey_heir, IKEV2_TURNS);
        return NULL;
    }
    ikev2_step_take(ike, sa, &ikev2_rekey_heir, IKEV2_GOES);
    ikev2_life_start_sa(ike, sa);
    ikev2_life_inherit_auth(old, sa);
    return sa;
}

/* Children go over; the old SA waits for the peer's DELETE. */
static void rekey_retire(struct ike *ike, struct ikev2_sa *old, struct ikev2_sa *heir)
{
    ikev2_child_move_all(ike, old, heir);
    ikev2_follow_drop(ike, old);
    ikev2_reauth_pass_on(ike, old, heir);
    ikev2_account_move(old, heir);
    old->quiet = true;
    old->rival.id = 0;
    heir->rival.of = 0;
    if (old->want.close) { /* what was to end ends under its new keys */
        heir->want.close = true;
        heir->want.close_why = old->want.close_why;
        old->want.close = false;
    }
    ikev2_step_take(ike, old, &ikev2_rekey_replaced, IKEV2_GOES);
    old->life.give_up_at = base_time_add(ike->now, IKEV2_GONE_S * BASE_NS_PER_S);
    IKE_COUNT(ike, heir, rekeyed_ike);
    ikev2_note(ike, heir, IKE_AUDIT_IKE_REKEYED, "");
    ikev2_sa_touch(ike, heir);
}

void ikev2_rekey_dropped(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_sa *rival = ikev2_rival_of_old(ike, sa);
    sa->rival.id = 0;
    if (rival)
        rekey_retire(ike, sa, rival);
}

static bool rekey_is_about_children(const struct ikev2_msg *msg)
{
    struct wire_ike_delete d;
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_DELETE, 0);
    return msg->hdr.exchange == WIRE_IKE_CREATE_CHILD_SA ||
           (p && wire_ike_delete_parse(p->body, &d) == WIRE_IKE_OK && d.protocol == WIRE_IKE_PROTO_ESP);
}

void ikev2_rekey_claim(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_sa *old = ikev2_rival_old(ike, sa);
    if (!old || !rekey_is_about_children(msg))
        return;
    old->is_mute = old->req.dgrams.count != 0;
    ikev2_task_done(ike, old);
    rekey_retire(ike, old, sa);
}

static void rekey_failed(struct ike *ike, struct ikev2_sa *sa, uint32_t seconds)
{
    const uint64_t ns = seconds * BASE_NS_PER_S;
    ikev2_task_done(ike, sa);
    sa->life.retry_at = base_time_add(ike->now, ns + ike_jitter(ike, 2 * ns));
    ikev2_rekey_dropped(ike, sa);
}

/*
 * Our exchange failed. Where no additional key exchange was to come, the peer had made the new SA already,
 * and had moved the children there. Nothing that we have keys for reaches that SA, so this one ends: a new
 * one, with INITIAL_CONTACT, replaces both.
 */
static void rekey_reject(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t)
{
    const bool is_made = ikev2_follow_is_last(t);
    const bool has_rival = ikev2_rival_of_old(ike, sa) != NULL;
    rekey_failed(ike, sa, RETRY_LONG_S);
    if (is_made && !has_rival)
        ikev2_close(ike, sa, "the peer's answer to its rekeying cannot be used");
}

/* ---- initiator ---- */

void ikev2_rekey_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    if (!ikev2_select_has_group(sa->conn->proposals, sa->conn->n_proposals, t->group))
        t->group = ikev2_select_first_group(sa->conn->proposals, sa->conn->n_proposals);
    t->spi_new = ikev2_sa_new_spi(ike);
    ike_nonce_new(ike, &t->ni);
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &rekey_jobs[REKEY_KEY]);
}

static void rekey_send_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_select_offer(sa->conn->proposals, sa->conn->n_proposals, t->spi_new, IKEV2_SPI_BYTES,
                       IKEV2_DH_WANTED, &ike->v2->sa_out);
    wire_ike_put_sa(&b, &ike->v2->sa_out);
    wire_ike_put_nonce(&b, ike_nonce_span(&t->ni));
    wire_ike_put_ke(&b, (uint16_t)t->group, base_span(t->public_value, t->public_len));
    ikev2_msg_request(ike, sa, WIRE_IKE_CREATE_CHILD_SA, &b);
}

void ikev2_rekey_follow_failed(struct ike *ike, struct ikev2_sa *sa, uint16_t notify)
{
    if (notify != WIRE_IKE_N_TEMPORARY_FAILURE)
        explain_refused(ike, ikev2_sa_about(sa), EXPLAIN_ASKED_IKE_REKEY, NULL, notify);
    rekey_failed(ike, sa, notify == WIRE_IKE_N_TEMPORARY_FAILURE ? RETRY_S : RETRY_LONG_S);
}

static void rekey_finish(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                         const struct ike_job_dh *r)
{
    struct ikev2_sa *rival = ikev2_rival_of_old(ike, sa);
    const bool lost = rival && ike_nonce_compare(ike_nonce_low(&t->ni, &t->nr), &t->rival_low) < 0;
    struct ikev2_sa *heir = rekey_make_heir(ike, sa, t, true, r);
    if (!heir) {
        rekey_reject(ike, sa, t);
        return;
    }
    ikev2_task_done(ike, sa);
    if (lost) {
        heir->quiet = true;
        heir->want.close = true;
        rekey_retire(ike, sa, rival);
        return;
    }
    if (rival) {
        rival->quiet = true;
        rival->life.give_up_at = base_time_add(ike->now, IKEV2_GONE_S * BASE_NS_PER_S);
        ikev2_sa_touch(ike, rival);
    }
    rekey_retire(ike, sa, heir);
    sa->want.close = true; /* ours to delete */
    ikev2_close(ike, sa, "rekeyed");
}

static enum ikev2_outcome rekey_on_key(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                       struct ike_job *job)
{
    if (job->status != 0) {
        ikev2_ke_fault(ike, sa, job);
        rekey_failed(ike, sa, RETRY_LONG_S);
    } else {
        ikev2_task_take_key(t, ike_job_dh_of(job));
        (t->follow.is_begun ? ikev2_follow_ask : rekey_send_request)(ike, sa, t);
    }
    return IKEV2_STAYS;
}

static enum ikev2_outcome rekey_on_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                          struct ike_job *job)
{
    const struct ike_job_dh *r = ike_job_dh_of(job);
    bool failed = false;
    if (job->status != 0) {
        ikev2_ke_fault(ike, sa, job);
        rekey_reject(ike, sa, t);
    } else if (ikev2_follow_secret(t, base_span(r->secret, r->secret_len), &failed)) {
        t->follow.row = &rekey_jobs[REKEY_SECRET];
        ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &rekey_jobs[REKEY_KEY]);
    } else if (failed) {
        rekey_reject(ike, sa, t);
    } else {
        rekey_finish(ike, sa, t, r);
    }
    return IKEV2_STAYS;
}

void ikev2_rekey_refused(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_task *t = sa->task;
    struct base_span data = BASE_SPAN_NONE;
    const uint16_t error = ikev2_msg_error(msg, &data);
    const enum crypt_dh group =
        error == WIRE_IKE_N_INVALID_KE_PAYLOAD
            ? ikev2_ke_other_group(t, sa->conn->proposals, sa->conn->n_proposals, data)
            : CRYPT_DH_NONE;
    if (group != CRYPT_DH_NONE) {
        ikev2_ke_renew(ike, sa, t, group, &rekey_jobs[REKEY_KEY]);
        return;
    }
    if (error != WIRE_IKE_N_TEMPORARY_FAILURE)
        explain_refused(ike, ikev2_sa_about(sa), EXPLAIN_ASKED_IKE_REKEY, NULL, error);
    rekey_failed(ike, sa, error == WIRE_IKE_N_TEMPORARY_FAILURE ? RETRY_S : RETRY_LONG_S);
}

/*
 * Ours is answered, and so was the peer's: of two that have more key exchanges to come the one with the
 * lowest nonce stops here, and nothing has been made by it (RFC 9370 2.2.4). True: it is ours.
 */
static bool rekey_stops(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t)
{
    struct ikev2_sa *rival = ikev2_rival_of_old(ike, sa);
    if (rival && ikev2_select_has_addke(&t->choice) &&
        ike_nonce_compare(ike_nonce_low(&t->ni, &t->nr), &t->rival_low) < 0) {
        ikev2_task_done(ike, sa);
        rekey_retire(ike, sa, rival);
        return true;
    }
    if (!ikev2_follow_loses(ike, sa))
        return false;
    ikev2_task_done(ike, sa);
    return true;
}

void ikev2_rekey_response(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_task *t = sa->task;
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0);
    const struct wire_ike_pld *k = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0);
    const struct wire_ike_pld *n = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0);
    struct wire_ike_ke ke;
    struct base_span nr;
    if (ikev2_msg_error(msg, NULL)) { /* whatever stands beside it (RFC 7296 3.10.1) */
        ikev2_rekey_refused(ike, sa, msg);
        return;
    }
    if (!k || wire_ike_sa_parse(p->body, &ike->v2->sa_in) != WIRE_IKE_OK ||
        wire_ike_ke_parse(k->body, &ke) != WIRE_IKE_OK || wire_ike_nonce_parse(n->body, &nr) != WIRE_IKE_OK ||
        !ikev2_select_answer(sa->conn->proposals, sa->conn->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_IKE,
                             IKEV2_DH_WANTED, &t->choice) ||
        t->choice.dh != t->group || t->choice.spi == 0 || !ikev2_ke_fits_answer(&ke, t->group) ||
        !ikev2_follow_take_link(t, msg)) {
        explain_malformed(ike, ikev2_sa_about(sa), "the answer to rekeying of the IKE SA");
        rekey_reject(ike, sa, t);
        return;
    }
    ike_nonce_set(&t->nr, nr);
    if (rekey_stops(ike, sa, t))
        return;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_secret, ke.value, &rekey_jobs[REKEY_SECRET]);
}

/* ---- responder ---- */

/* Not while a child is being made, rekeyed or deleted by us, or the SA closed (RFC 7296 2.25.2). */
static bool rekey_is_busy(const struct ikev2_sa *sa)
{
    if (sa->state != IKEV2_ST_UP || sa->want.close || sa->rival.id || ikev2_follow_is_ours(sa, 0))
        return true;
    return sa->task && sa->task->kind != IKEV2_TASK_DPD && sa->task->kind != IKEV2_TASK_PROBE &&
           sa->task->kind != IKEV2_TASK_MOBIKE && sa->task->kind != IKEV2_TASK_REDIRECT &&
           sa->task->kind != IKEV2_TASK_REKEY_IKE;
}

/* Verifies the request; fills t. 0, or the notify; *data for INVALID_KE_PAYLOAD. */
static uint16_t rekey_check(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            struct ikev2_task *t, struct wire_ike_ke *ke)
{
    const struct wire_ike_pld *k = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0);
    struct base_span ni;
    if (rekey_is_busy(sa))
        return WIRE_IKE_N_TEMPORARY_FAILURE;
    if (!k || wire_ike_ke_parse(k->body, ke) != WIRE_IKE_OK ||
        wire_ike_sa_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)->body, &ike->v2->sa_in) !=
            WIRE_IKE_OK ||
        wire_ike_nonce_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0)->body, &ni) != WIRE_IKE_OK) {
        explain_malformed(ike, ikev2_sa_about(sa), "a request to rekey the IKE SA, or selectors are missing");
        return WIRE_IKE_N_INVALID_SYNTAX;
    }
    if (!ikev2_select(sa->conn->proposals, sa->conn->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_IKE,
                      IKEV2_DH_WANTED, (enum crypt_dh)ke->group, &t->choice) ||
        t->choice.spi == 0) {
        explain_no_proposal(ike, ikev2_sa_about(sa), sa->conn, NULL, &ike->v2->sa_in);
        return WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    }
    ike_nonce_set(&t->ni, ni);
    t->group = t->choice.dh;
    if (ke->group != (uint16_t)t->group)
        return WIRE_IKE_N_INVALID_KE_PAYLOAD;
    return ikev2_ke_fits(ke, t->group) ? 0 : WIRE_IKE_N_INVALID_SYNTAX;
}

void ikev2_rekey_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct ikev2_task *t = ikev2_task_new(IKEV2_TASK_REKEY_IKE);
    struct wire_ike_ke ke;
    if (!t)
        return;
    t->exchange = WIRE_IKE_CREATE_CHILD_SA;
    t->msgid = msg->hdr.msgid;
    t->path = *msg->path;
    const uint16_t notify = rekey_check(ike, sa, msg, t, &ke);
    if (notify) {
        ikev2_msg_refuse(ike, sa, t, notify);
        ikev2_task_free(ike, t);
        if (notify == WIRE_IKE_N_INVALID_SYNTAX)
            ikev2_close_faulty(ike, sa, "the peer's request could not be understood");
        return;
    }
    ike_nonce_new(ike, &t->nr);
    t->spi_new = ikev2_sa_new_spi(ike);
    sa->peer_task = t;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_both, ke.value, &rekey_jobs[REKEY_PEER_SECRET]);
}

/* The answer of CREATE_CHILD_SA, or of what followed it. */
static struct wire_ike_builder rekey_build_answer(struct ike *ike, const struct ikev2_task *t,
                                                  const struct ike_job_dh *r)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    if (t->exchange == WIRE_IKE_CREATE_CHILD_SA) {
        ikev2_msg_put_choice(ike, &b, &t->choice, t->spi_new);
        wire_ike_put_nonce(&b, ike_nonce_span(&t->nr));
    }
    wire_ike_put_ke(&b, (uint16_t)r->group, base_span(r->public_value, r->public_len));
    return b;
}

/* True: the answer went, and another key exchange comes before there is a new SA. */
static bool rekey_goes_on(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                          const struct ike_job_dh *r)
{
    bool failed = r->job.status != 0 || rekey_is_busy(sa);
    if (failed || !ikev2_follow_secret(t, base_span(r->secret, r->secret_len), &failed))
        return false;
    struct wire_ike_builder b = rekey_build_answer(ike, t, r);
    ikev2_follow_park(ike, sa, t, &b, &rekey_jobs[REKEY_PEER_SECRET]);
    return true;
}

static void rekey_conclude(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                           const struct ike_job_dh *r)
{
    struct ikev2_sa *heir =
        r->job.status == 0 && !rekey_is_busy(sa) ? rekey_make_heir(ike, sa, t, false, r) : NULL;
    if (!heir) {
        ikev2_msg_refuse(ike, sa, t,
                         r->job.status ? ikev2_ke_fault(ike, sa, &r->job) : WIRE_IKE_N_TEMPORARY_FAILURE);
        return;
    }
    struct wire_ike_builder b = rekey_build_answer(ike, t, r);
    ikev2_msg_respond(ike, sa, &t->path, t->exchange, t->msgid, &b);
    ikev2_heir_hold(ike, sa, heir);
    if (sa->task && sa->task->kind == IKEV2_TASK_REKEY_IKE) {
        sa->rival.id = heir->id;
        heir->rival.of = sa->id;
        sa->task->rival_low = *ike_nonce_low(&t->ni, &t->nr);
        return;
    }
    rekey_retire(ike, sa, heir);
}

static enum ikev2_outcome rekey_on_peer_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                               struct ike_job *job)
{
    sa->peer_task = NULL;
    if (rekey_goes_on(ike, sa, t, ike_job_dh_of(job)))
        return IKEV2_STAYS;
    rekey_conclude(ike, sa, t, ike_job_dh_of(job));
    ikev2_task_free(ike, t);
    return IKEV2_STAYS;
}
