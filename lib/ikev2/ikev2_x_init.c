/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_SA_INIT (RFC 7296 1.2): algorithms, key exchange, nonces and NAT detection, in clear. Nothing in it is
 * authenticated, so it may only make a half-open SA, within the caps; IKE_AUTH proves it afterwards.
 */
#include "ikev2_x_init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_text.h"
#include "base_time.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_act.h"
#include "ike_audit.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ike_peer.h"
#include "ikev2_cookie.h"
#include "ikev2_init.h"
#include "ikev2_ke.h"
#include "ikev2_keymat.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_note.h"
#include "ikev2_offer.h"
#include "ikev2_request.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_auth.h"
#include "wire_ike.h"
#include "ikev2_step.h"

#define COOKIE_TRIES 3
#define CONNECT_S                                                                             \
    300 /* an attempt to connect ends by its retransmissions; this catches a job that is lost \
         */

static enum ikev2_outcome init_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome init_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome init_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static ikev2_task_done_fn init_on_key;
static ikev2_task_done_fn init_on_secret;
static ikev2_task_done_fn init_on_both;

static const struct ikev2_row init_rows[] = {
    {{"init_request", IKEV2_IN(IKEV2_ST_NONE), {0}},
     WIRE_IKE_SA_INIT,
     false,
     false,
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_NONCE),
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     init_on_request,
     "RFC 7296 1.2"},
    {{"init_response",
      IKEV2_IN(IKEV2_ST_I_INIT) | IKEV2_IN(IKEV2_ST_I_DH),
      {[IKEV2_GOES] = IKEV2_ST_I_DERIVE, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
     WIRE_IKE_SA_INIT,
     true,
     false,
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_KE) | IKEV2_PLD(WIRE_IKE_P_NONCE),
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     init_on_response,
     "RFC 7296 1.2, 2.4"},
    {{"init_refusal",
      IKEV2_IN(IKEV2_ST_I_INIT),
      {[IKEV2_GOES] = IKEV2_ST_I_DH, [IKEV2_TURNS] = IKEV2_ST_I_INIT}},
     WIRE_IKE_SA_INIT,
     true,
     false,
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     init_on_refused,
     "RFC 7296 2.6, 2.21.1"},
};

const struct ikev2_row *ikev2_init_rows(size_t *count)
{
    *count = sizeof init_rows / sizeof *init_rows;
    return init_rows;
}

enum { INIT_KEY, INIT_SECRET, INIT_BOTH };
static const struct ikev2_job_row init_jobs[] = {
    [INIT_KEY] = {{"init_key",
                   IKEV2_IN(IKEV2_ST_I_DH),
                   {[IKEV2_GOES] = IKEV2_ST_I_INIT, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                  init_on_key},
    [INIT_SECRET] = {{"init_secret",
                      IKEV2_IN(IKEV2_ST_I_DERIVE),
                      {[IKEV2_PROVES] = IKEV2_ST_I_PROVE,
                       [IKEV2_ROUNDS] = IKEV2_ST_I_AUTH,
                       [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                     init_on_secret},
    [INIT_BOTH] = {{"init_both",
                    IKEV2_IN(IKEV2_ST_R_DH),
                    {[IKEV2_GOES] = IKEV2_ST_R_INIT, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                   init_on_both},
};

const struct ikev2_job_row *ikev2_init_jobs(size_t *count)
{
    *count = sizeof init_jobs / sizeof *init_jobs;
    return init_jobs;
}

/* Calls begin: ours, and a peer's that was let in. */
const struct ikev2_step ikev2_init_called = {
    "call", IKEV2_IN(IKEV2_ST_NONE), {[IKEV2_GOES] = IKEV2_ST_I_DH, [IKEV2_TURNS] = IKEV2_ST_DEAD}};
const struct ikev2_step ikev2_init_accepted = {
    "accept", IKEV2_IN(IKEV2_ST_NONE), {[IKEV2_GOES] = IKEV2_ST_R_DH, [IKEV2_TURNS] = IKEV2_ST_DEAD}};

static int init_derive_keys(struct ike *ike, struct ikev2_sa *sa, const struct ike_job_dh *r)
{
    uint8_t seed[CRYPT_PRF_MAX];
    const struct ikev2_keymat_algs algs = {(enum crypt_prf)sa->algs.prf->id, sa->algs.encr, sa->algs.integ};
    const struct base_span ni = ike_nonce_span(&sa->init->ni), nr = ike_nonce_span(&sa->init->nr);
    int rc =
        ikev2_keymat_skeyseed(ike->env.crypto, algs.prf, ni, nr, base_span(r->secret, r->secret_len), seed);
    if (rc == 0)
        rc = ikev2_keymat_derive(ike->env.crypto, &algs, base_span(seed, sa->algs.prf->out_bytes), ni, nr,
                                 sa->spi_i, sa->spi_r, &sa->keys);
    base_wipe(seed, sizeof seed);
    return rc;
}

/* ---- responder ---- */

/* An answer in clear with one notify; no state behind it. */
static void init_refuse(struct ike *ike, const struct ikev2_msg *msg, uint16_t notify, struct base_span data)
{
    const struct wire_ike_hdr hdr = {.spi_i = msg->hdr.spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_RESPONSE};
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &hdr);
    ikev2_msg_put_notify(&b, notify, data);
    ike_act_send(ike, msg->path, wire_ike_finish(&b));
}

/*
 * The same call with a cookie that we asked for, after a copy without it was let in (the load had gone):
 * AUTH covers what the initiator sent last (RFC 7296 2.6, 2.15).
 */
static bool init_is_same_call(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                              struct base_span ni)
{
    return base_span_equal(ike_nonce_span(&sa->init->ni), ni) && ikev2_cookie_is_good(ike, msg, ni);
}

/* A repeated request gets the same answer again; a different one with the same SPI is nobody's. */
static bool init_is_repeated(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni)
{
    const struct ikev2_sa *sa = ikev2_sa_by_init(ike, msg->hdr.spi_i, &msg->path->remote);
    if (!sa)
        return false;
    const bool same = sa->init && base_span_equal(ike_blob_span(&sa->init->msg_i), msg->raw);
    if (sa->init &&
        (same || (init_is_same_call(ike, sa, msg, ni) && ike_blob_set(&sa->init->msg_i, msg->raw) == 0)) &&
        sa->state == IKEV2_ST_R_INIT) {
        ike->stats.duplicates_answered++;
        ike_act_send(ike, msg->path, ike_blob_span(&sa->init->msg_r));
    } else {
        ike->stats.dropped_unexpected++;
    }
    return true;
}

static bool init_is_within_caps(struct ike *ike, const struct ikev2_msg *msg)
{
    const char *cap = NULL;
    if (ike->stats.half_open + ike->waits.n_orphans >= ike->conf->half_open_max)
        cap = "half_open_max";
    else if (ikev2_sa_half_open_of(ike, &msg->path->remote) >= ike->conf->half_open_per_endpoint)
        cap = "half_open_per_endpoint";
    else if (ike->stats.ike_sas >= ike->conf->sas_max)
        cap = "sas_max";
    if (!cap)
        return true;
    ike->stats.dropped_capped++;
    explain_limit(ike, (struct explain_about){.path = msg->path}, cap);
    return false;
}

/*
 * The first connection that could be meant and shares a proposal. Which one it is shows in IKE_AUTH; *fake:
 * one of the candidates forces encapsulation.
 */
static bool init_choose(struct ike *ike, const struct ikev2_msg *msg, enum crypt_dh group,
                        struct ikev2_choice *out, bool *fake)
{
    const struct ike_conn_conf *nearest = NULL;
    bool found = false;
    *fake = false;
    for (size_t i = 0; i < ike->conf->n_conns && (!found || (ike->conf->forces_encap && !*fake)); i++) {
        const struct ike_conn_conf *c = &ike->conf->conns[i];
        if (!ike_peer_is_candidate(c, msg->path))
            continue;
        nearest = nearest ? nearest : c;
        *fake = *fake || c->encap == IKE_ENCAP_FORCE;
        if (!found)
            found = ikev2_select(c->proposals, c->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_IKE,
                                 IKEV2_DH_WANTED, group, out);
    }
    if (!nearest)
        explain_no_connection(ike, msg->path);
    else if (!found && ikev2_select_asks_ah(&ike->v2->sa_in))
        explain_ah(ike, (struct explain_about){.path = msg->path}, nearest);
    else if (!found)
        explain_no_proposal(ike, (struct explain_about){.path = msg->path}, nearest, NULL, &ike->v2->sa_in,
                            NULL);
    if (!found)
        ike->stats.failed++;
    return found;
}

static void init_accept(struct ike *ike, const struct ikev2_msg *msg, const struct ikev2_choice *choice,
                        struct base_span ni, struct base_span public_value, bool fake, bool proved)
{
    struct ikev2_sa *sa = ikev2_sa_new(ike, msg->path, false);
    if (!sa)
        return;
    sa->spi_i = msg->hdr.spi_i;
    sa->spi_r = ikev2_sa_new_spi(ike);
    sa->algs = *choice;
    sa->natd.faked = fake;
    sa->task = ikev2_task_new(IKEV2_TASK_CONNECT);
    sa->init = calloc(1, sizeof *sa->init);
    ikev2_sa_link(ike, sa);
    ikev2_sa_init_link(ike, sa);
    const bool has_room = sa->task && sa->init && ike_blob_set(&sa->init->msg_i, msg->raw) == 0;
    ikev2_step_take(ike, sa, &ikev2_init_accepted, has_room ? IKEV2_GOES : IKEV2_TURNS);
    if (!has_room)
        return;
    ikev2_natd_check(ike, sa, msg);
    ike_nonce_set(&sa->init->ni, ni);
    ike_nonce_new(ike, &sa->init->nr);
    sa->init->is_proved = proved;
    sa->seq.peer = 1;
    sa->life.give_up_at = base_time_add(ike->now, ike->conf->half_open_timeout_s * BASE_NS_PER_S);
    sa->task->group = choice->dh;
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_both, public_value, &init_jobs[INIT_BOTH]);
}

/* Bytes of the answer: header, SA with one proposal, KE, nonce, two NAT detection hashes. */
static size_t init_answer_bytes(const struct ikev2_choice *c, size_t public_len)
{
    const size_t sa = 4 + 8 + 8 + (c->encr->key_bits ? 4 : 0) + 8 + (c->integ ? 8 : 0) + 8;
    return WIRE_IKE_HDR_BYTES + sa + 8 + public_len + 4 + IKE_NONCE_BYTES + 2 * (8 + 20);
}

static enum ikev2_outcome init_on_request(struct ike *ike, struct ikev2_sa *none, struct ikev2_msg *msg)
{
    (void)none;
    struct wire_ike_ke ke;
    struct base_span ni;
    struct ikev2_choice choice;
    bool fake;
    const bool challenge = ikev2_cookie_wanted(ike);
    if (wire_ike_nonce_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0)->body, &ni) != WIRE_IKE_OK ||
        wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, &ke) != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return IKEV2_STAYS;
    }
    if (init_is_repeated(ike, msg, ni))
        return IKEV2_STAYS;
    if (ike->shutting_down) {
        ike->stats.dropped_unexpected++;
        return IKEV2_STAYS;
    }
    if ((challenge && !ikev2_cookie_check(ike, msg, ni)) || !init_is_within_caps(ike, msg))
        return IKEV2_STAYS;
    if (wire_ike_sa_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)->body, &ike->v2->sa_in) !=
        WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return IKEV2_STAYS;
    }
    if (!init_choose(ike, msg, (enum crypt_dh)ke.group, &choice, &fake)) {
        init_refuse(ike, msg, WIRE_IKE_N_NO_PROPOSAL_CHOSEN, BASE_SPAN_NONE);
        return IKEV2_STAYS;
    }
    if (choice.dh != (enum crypt_dh)ke.group) {
        const uint8_t wanted[2] = {(uint8_t)((unsigned)choice.dh >> 8), (uint8_t)choice.dh};
        init_refuse(ike, msg, WIRE_IKE_N_INVALID_KE_PAYLOAD, base_span(wanted, sizeof wanted));
        return IKEV2_STAYS;
    }
    if (!ikev2_ke_fits(&ke, choice.dh)) {
        ike->stats.dropped_malformed++;
        return IKEV2_STAYS;
    }
    /* Until its address is proved, a peer never gets more bytes than it sent. */
    if (!challenge && init_answer_bytes(&choice, ke.value.len) > msg->raw.len &&
        !ikev2_cookie_check(ike, msg, ni))
        return IKEV2_STAYS;
    init_accept(ike, msg, &choice, ni, ke.value, fake, challenge || ikev2_cookie_is_good(ike, msg, ni));
    return IKEV2_STAYS;
}

static enum ikev2_outcome init_answer(struct ike *ike, struct ikev2_sa *sa, const struct ike_job_dh *r)
{
    const struct wire_ike_hdr hdr = {.spi_i = sa->spi_i,
                                     .spi_r = sa->spi_r,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_RESPONSE};
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &hdr);
    ikev2_msg_put_choice(ike, &b, &sa->algs, 0);
    wire_ike_put_ke(&b, (uint16_t)sa->algs.dh, base_span(r->public_value, r->public_len));
    wire_ike_put_nonce(&b, ike_nonce_span(&sa->init->nr));
    ikev2_natd_put(ike, &b, sa->spi_i, sa->spi_r, &sa->path, sa->natd.faked);
    const struct base_span bytes = wire_ike_finish(&b);
    if (ike_blob_set(&sa->init->msg_r, bytes) < 0) {
        return IKEV2_TURNS;
    }
    ike_act_send(ike, &sa->path, bytes);
    return IKEV2_GOES;
}

/* ---- initiator ---- */

static void init_send(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_dgrams dgrams = {0};
    ike_dgrams_add(&dgrams, ike_blob_span(&sa->init->msg_i));
    ikev2_request_arm(ike, sa, &dgrams, WIRE_IKE_SA_INIT);
}

static bool init_make_request(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_task *t = sa->task;
    const struct wire_ike_hdr hdr = {.spi_i = sa->spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_INITIATOR};
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &hdr);
    if (t->cookie_len) /* first, and all else unchanged (RFC 7296 2.6) */
        ikev2_msg_put_notify(&b, WIRE_IKE_N_COOKIE, base_span(t->cookie, t->cookie_len));
    ikev2_select_offer(sa->conn->proposals, sa->conn->n_proposals, 0, 0, IKEV2_DH_WANTED, &ike->v2->sa_out);
    wire_ike_put_sa(&b, &ike->v2->sa_out);
    wire_ike_put_ke(&b, (uint16_t)t->group, base_span(t->public_value, t->public_len));
    wire_ike_put_nonce(&b, ike_nonce_span(&sa->init->ni));
    ikev2_natd_put(ike, &b, sa->spi_i, 0, &sa->path, sa->natd.faked);
    if (ike_blob_set(&sa->init->msg_i, wire_ike_finish(&b)) < 0)
        return false;
    init_send(ike, sa);
    return true;
}

void ikev2_init_start(struct ike *ike, struct ikev2_sa *sa)
{
    sa->spi_i = ikev2_sa_new_spi(ike);
    ikev2_sa_link(ike, sa);
    sa->task = ikev2_task_new(IKEV2_TASK_CONNECT);
    sa->init = calloc(1, sizeof *sa->init);
    ikev2_step_take(ike, sa, &ikev2_init_called, sa->task && sa->init ? IKEV2_GOES : IKEV2_TURNS);
    if (!sa->task || !sa->init)
        return;
    sa->natd.faked = sa->conn->encap == IKE_ENCAP_FORCE;
    ike_nonce_new(ike, &sa->init->ni);
    sa->task->group = ikev2_select_first_group(sa->conn->proposals, sa->conn->n_proposals);
    sa->life.give_up_at = base_time_add(ike->now, CONNECT_S * BASE_NS_PER_S);
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &init_jobs[INIT_KEY]);
}

static enum ikev2_outcome init_fail(struct ike *ike, struct ikev2_sa *sa)
{
    IKE_COUNT(ike, sa, failed);
    return IKEV2_TURNS;
}

/*
 * An error in clear may be anybody's, so the attempt goes on: the request is repeated until its timeout, and
 * the true peer answers each copy. What was received last is told when nothing better came (RFC 7296 2.21.1).
 */
static void init_doubt(struct ike *ike, struct ikev2_sa *sa, uint16_t notify)
{
    if (!sa->init->refusal) {
        char text[IKE_AUDIT_TEXT_MAX];
        struct base_text t = base_text(text, sizeof text);
        base_text_add(&t, "%s came in clear and may be forged, so a better answer is waited for",
                      wire_ike_notify_name(notify));
        ikev2_note(ike, sa, IKE_AUDIT_DOUBTED, text);
    }
    sa->init->refusal = notify;
}

/*
 * The peer wants another group: one of ours, and not the one that it just refused. Whoever sends such
 * notifies can make us compute, so only a few are acted on. GOES: a key is being made; TURNS: an earlier
 * request is out again; STAYS: no.
 */
static enum ikev2_outcome init_retry_group(struct ike *ike, struct ikev2_sa *sa, struct base_span data)
{
    struct ikev2_task *t = sa->task;
    const enum crypt_dh group = ikev2_ke_other_group(t, sa->conn->proposals, sa->conn->n_proposals, data);
    if (group == CRYPT_DH_NONE)
        return IKEV2_STAYS;
    if (ikev2_offer_has(sa, group)) {
        ikev2_offer_return(ike, sa, group);
        ikev2_request_clear(sa);
        init_send(ike, sa);
        return IKEV2_TURNS;
    }
    if (!ikev2_offer_change(sa, group))
        return IKEV2_STAYS;
    ikev2_request_clear(sa);
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &init_jobs[INIT_KEY]);
    return IKEV2_GOES;
}

static bool init_take_cookie(struct ike *ike, struct ikev2_sa *sa, struct base_span cookie)
{
    struct ikev2_task *t = sa->task;
    if (cookie.len == 0 || cookie.len > IKEV2_COOKIE_MAX || t->cookie_tries >= COOKIE_TRIES)
        return false;
    t->cookie_tries++;
    t->cookie_len = (uint8_t)cookie.len;
    memcpy(t->cookie, cookie.ptr, cookie.len);
    ikev2_request_clear(sa);
    init_make_request(ike, sa);
    return true;
}

static enum ikev2_outcome init_on_refusal(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct wire_ike_notification n;
    struct base_span data;
    if (ikev2_msg_notify(msg, WIRE_IKE_N_COOKIE, &n)) {
        if (!init_take_cookie(ike, sa, n.data))
            init_doubt(ike, sa, WIRE_IKE_N_COOKIE);
        return IKEV2_STAYS;
    }
    const uint16_t error = ikev2_msg_error(msg, &data);
    if (!error) {
        ike->stats.dropped_unexpected++;
        return IKEV2_STAYS;
    }
    const enum ikev2_outcome o =
        error == WIRE_IKE_N_INVALID_KE_PAYLOAD ? init_retry_group(ike, sa, data) : IKEV2_STAYS;
    if (o == IKEV2_STAYS)
        init_doubt(ike, sa, error);
    return o;
}

/* Whether a request of ours in this group is out: the last one, or one before. */
static bool init_is_asked(const struct ikev2_sa *sa, enum crypt_dh group)
{
    return ikev2_offer_has(sa, group) || (sa->state == IKEV2_ST_I_INIT && group == sa->task->group);
}

/* Verifies an answer without touching the SA. */
static bool init_is_good(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                         struct ikev2_choice *choice, struct wire_ike_ke *ke, struct base_span *nr)
{
    if (msg->hdr.spi_r == 0 ||
        wire_ike_nonce_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0)->body, nr) != WIRE_IKE_OK ||
        wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, ke) != WIRE_IKE_OK ||
        wire_ike_sa_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)->body, &ike->v2->sa_in) !=
            WIRE_IKE_OK)
        return false;
    return ikev2_select_answer(sa->conn->proposals, sa->conn->n_proposals, &ike->v2->sa_in,
                               WIRE_IKE_PROTO_IKE, IKEV2_DH_WANTED, choice) &&
           init_is_asked(sa, choice->dh) && ikev2_ke_fits(ke, choice->dh);
}

/* Only the address that was called may answer. */
static bool init_is_from_called(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    if (base_addr_equal(&msg->path->remote.addr, &sa->path.remote.addr))
        return true;
    ike->stats.dropped_unexpected++;
    return false;
}

static enum ikev2_outcome init_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    return init_is_from_called(ike, sa, msg) ? init_on_refusal(ike, sa, msg) : IKEV2_STAYS;
}

static enum ikev2_outcome init_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_ke ke;
    struct base_span nr;
    struct ikev2_choice choice;
    if (!init_is_from_called(ike, sa, msg))
        return IKEV2_STAYS;
    if (!init_is_good(ike, sa, msg, &choice, &ke, &nr)) {
        /* It may be forged, so the true answer is still waited for. */
        ike->stats.dropped_malformed++;
        explain_malformed(ike, ikev2_sa_about(sa),
                          "an answer to IKE_SA_INIT that does not fit what we offered");
        return IKEV2_STAYS;
    }
    sa->init->refusal = 0;
    ikev2_natd_check(ike, sa, msg);
    if (sa->conn->encap == IKE_ENCAP_NEVER && (sa->natd.local_nat || sa->natd.remote_nat)) {
        explain_nat_forbidden(ike, ikev2_sa_about(sa), sa->conn, &sa->natd);
        return init_fail(ike, sa);
    }
    if (ike_blob_set(&sa->init->msg_r, msg->raw) < 0)
        return IKEV2_STAYS;
    if (ikev2_offer_has(sa, choice.dh))
        ikev2_offer_return(ike, sa, choice.dh);
    ikev2_offer_free(ike, sa);
    sa->algs = choice;
    sa->spi_r = msg->hdr.spi_r;
    ike_nonce_set(&sa->init->nr, nr);
    ikev2_request_clear(sa);
    sa->seq.own = 1;
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_secret, ke.value, &init_jobs[INIT_SECRET]);
    return IKEV2_GOES;
}

/* Both ports float when there is a NAT, real or played (RFC 7296 2.23). */
static void init_float_ports(struct ikev2_sa *sa)
{
    if (!sa->natd.local_nat && !sa->natd.remote_nat && !sa->natd.faked)
        return;
    sa->way = ESP_WAY_UDP;
    if (sa->path.natt)
        return;
    sa->path.local.port = sa->path.remote.port = 4500;
    sa->path.natt = true;
}

/* A public value that no honest peer sends: nothing to be answered. */
static enum ikev2_outcome init_fail_job(struct ike *ike, struct ikev2_sa *sa)
{
    explain_malformed(ike, ikev2_sa_about(sa), "its public value of the key exchange");
    return init_fail(ike, sa);
}

static enum ikev2_outcome init_on_key(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                      struct ike_job *job)
{
    if (job->status != 0)
        return init_fail_job(ike, sa);
    ikev2_task_take_key(t, ike_job_dh_of(job));
    return init_make_request(ike, sa) ? IKEV2_GOES : IKEV2_STAYS;
}

static enum ikev2_outcome init_on_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                         struct ike_job *job)
{
    (void)t;
    if (job->status != 0)
        return init_fail_job(ike, sa);
    if (init_derive_keys(ike, sa, ike_job_dh_of(job)) != 0)
        return init_fail(ike, sa);
    init_float_ports(sa);
    return ikev2_auth_start(ike, sa);
}

static enum ikev2_outcome init_on_both(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                       struct ike_job *job)
{
    (void)t;
    if (job->status != 0)
        return init_fail_job(ike, sa);
    if (init_derive_keys(ike, sa, ike_job_dh_of(job)) != 0)
        return init_fail(ike, sa);
    return init_answer(ike, sa, ike_job_dh_of(job));
}
