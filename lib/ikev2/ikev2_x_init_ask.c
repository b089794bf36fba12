/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_SA_INIT of the initiator: make a key, ask, and tell the true answer from what anybody may send. */
#include <string.h>
#include "base_addr.h"
#include "base_secret.h"
#include "base_span.h"
#include "base_text.h"
#include "base_time.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ike_run.h"
#include "ikev2_ext.h"
#include "ikev2_init.h"
#include "ikev2_ke.h"
#include "ikev2_mix.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_note.h"
#include "ikev2_offer.h"
#include "ikev2_redirect.h"
#include "ikev2_request.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_step.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_mix.h"
#include "ikev2_x_init.h"
#include "wire_ike.h"

/* An attempt to connect ends by its retransmissions; this catches a job that is lost. */
#define CONNECT_S 300

static ikev2_task_done_fn init_on_key;
static ikev2_task_done_fn init_on_secret;

enum { ASK_KEY, ASK_SECRET };
static const struct ikev2_job_row ask_jobs[] = {
    [ASK_KEY] = {{"init_key",
                  IKEV2_IN(IKEV2_ST_I_DH),
                  {[IKEV2_GOES] = IKEV2_ST_I_INIT, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                 init_on_key},
    [ASK_SECRET] = {{"init_secret",
                     IKEV2_IN(IKEV2_ST_I_DERIVE),
                     {[IKEV2_MIXES] = IKEV2_ST_I_MIX_KEY,
                      [IKEV2_PROVES] = IKEV2_ST_I_PROVE,
                      [IKEV2_ROUNDS] = IKEV2_ST_I_AUTH,
                      [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                    init_on_secret},
};

const struct ikev2_job_row *ikev2_init_ask_jobs(size_t *count)
{
    *count = sizeof ask_jobs / sizeof *ask_jobs;
    return ask_jobs;
}

/* A call of ours begins. */
const struct ikev2_step ikev2_init_called = {
    "call", IKEV2_IN(IKEV2_ST_NONE), {[IKEV2_GOES] = IKEV2_ST_I_DH, [IKEV2_TURNS] = IKEV2_ST_DEAD}};

static void init_send(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_dgrams dgrams = {0};
    ike_dgrams_add(&dgrams, ike_blob_span(&sa->init->msg_i));
    ikev2_request_arm(ike, sa, &dgrams, WIRE_IKE_SA_INIT);
}

static struct base_span init_cookie_span(const struct ikev2_cookie *c)
{
    return base_span(c->bytes, c->len);
}

static bool init_make_request(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ikev2_task *t = sa->task;
    const struct wire_ike_hdr hdr = {.spi_i = sa->spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_INITIATOR};
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &hdr);
    if (sa->init->cookie.len) /* first, and all else unchanged (RFC 7296 2.6) */
        ikev2_msg_put_notify(&b, WIRE_IKE_N_COOKIE, init_cookie_span(&sa->init->cookie));
    ikev2_select_offer(sa->conn->proposals, sa->conn->n_proposals, 0, 0, IKEV2_DH_WANTED, &ike->v2->sa_out);
    wire_ike_put_sa(&b, &ike->v2->sa_out);
    wire_ike_put_ke(&b, (uint16_t)t->group, base_span(t->public_value, t->public_len));
    wire_ike_put_nonce(&b, ike_nonce_span(&sa->init->ni));
    ikev2_natd_put(ike, &b, sa->spi_i, 0, &sa->path, sa->natd.faked);
    ikev2_ext_put(ike, sa, IKEV2_EXT_INIT_ASK, &b);
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
    sa->init = base_secret_new(sizeof *sa->init);
    ikev2_step_take(ike, sa, &ikev2_init_called, sa->task && sa->init ? IKEV2_GOES : IKEV2_TURNS);
    if (!sa->task || !sa->init)
        return;
    sa->natd.faked = sa->conn->encap == IKE_ENCAP_FORCE;
    ike_nonce_new(ike, &sa->init->ni);
    sa->task->group = ikev2_select_first_group(sa->conn->proposals, sa->conn->n_proposals);
    sa->life.give_up_at = base_time_add(ike->now, CONNECT_S * BASE_NS_PER_S);
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &ask_jobs[ASK_KEY]);
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
        ikev2_note_notify(ike, sa, IKE_AUDIT_DOUBTED, notify, text);
    }
    sa->init->refusal = notify;
    /* Nobody else answers by a connection of TCP: there is nothing better to wait for (RFC 9329 6.4). */
    if (sa->path.tcp)
        sa->req.at = ike->now;
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
    ikev2_note_notify(ike, sa, IKE_AUDIT_RETRANSMIT, WIRE_IKE_N_INVALID_KE_PAYLOAD,
                      "the peer wants another key exchange group of ours, so the request goes with that");
    if (ikev2_offer_has(sa, group)) {
        ikev2_offer_return(ike, sa, group);
        ikev2_request_clear(sa);
        init_send(ike, sa);
        return IKEV2_TURNS;
    }
    if (!ikev2_offer_change(sa, group))
        return IKEV2_STAYS;
    ikev2_request_clear(sa);
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &ask_jobs[ASK_KEY]);
    return IKEV2_GOES;
}

bool ikev2_init_next_cookie(struct ike *ike, struct ikev2_sa *sa)
{
    const uint32_t tries = sa->req.tries;
    if (sa->state != IKEV2_ST_I_INIT || !sa->init->newest.len)
        return false;
    sa->init->cookie = sa->init->newest;
    sa->init->newest.len = 0;
    ikev2_request_clear(sa);
    init_make_request(ike, sa);
    sa->req.tries = tries;
    return true;
}

/*
 * The first cookie is used at once, unless a call of before failed after one: then the answer to what is out
 * already has its time. False: it is none, or not the first one, so it may be forged.
 */
static bool init_take_cookie(struct ike *ike, struct ikev2_sa *sa, struct base_span cookie)
{
    struct ikev2_init *in = sa->init;
    if (cookie.len && base_span_equal(init_cookie_span(&in->cookie), cookie))
        return true;
    if (cookie.len == 0 || cookie.len > IKEV2_COOKIE_MAX)
        return false;
    in->newest.len = (uint8_t)cookie.len;
    memcpy(in->newest.bytes, cookie.ptr, cookie.len);
    if (in->cookie.len)
        return false;
    ikev2_note_notify(ike, sa, IKE_AUDIT_RETRANSMIT, WIRE_IKE_N_COOKIE,
                      "the peer wants a proof of our address, so its cookie goes back with the request");
    if (!sa->run || !sa->run->is_wary)
        ikev2_init_next_cookie(ike, sa);
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
    if (ikev2_redirect_on_init(ike, sa, msg))
        return IKEV2_STAYS;
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
    const enum ikev2_dh_rule rule =
        ikev2_msg_has(msg, WIRE_IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED) ? IKEV2_DH_WANTED : IKEV2_DH_SINGLE;
    return ikev2_select_answer(sa->conn->proposals, sa->conn->n_proposals, &ike->v2->sa_in,
                               WIRE_IKE_PROTO_IKE, rule, choice) &&
           init_is_asked(sa, choice->dh) && ikev2_ke_fits_answer(ke, choice->dh);
}

/* Only the address that was called may answer. */
static bool init_is_from_called(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    if (base_addr_equal(&msg->path->remote.addr, &sa->path.remote.addr))
        return true;
    ike->stats.dropped_unexpected++;
    return false;
}

enum ikev2_outcome ikev2_init_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    return init_is_from_called(ike, sa, msg) ? init_on_refusal(ike, sa, msg) : IKEV2_STAYS;
}

enum ikev2_outcome ikev2_init_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_ke ke;
    struct base_span nr;
    struct ikev2_choice choice;
    if (!init_is_from_called(ike, sa, msg))
        return IKEV2_STAYS;
    if (ikev2_msg_error(msg, NULL)) { /* whatever stands beside it (RFC 7296 3.10.1) */
        init_doubt(ike, sa, ikev2_msg_error(msg, NULL));
        return IKEV2_STAYS;
    }
    if (!init_is_good(ike, sa, msg, &choice, &ke, &nr)) {
        /* It may be forged, so the true answer is still waited for. */
        ike->stats.dropped_malformed++;
        explain_malformed(ike, ikev2_sa_about(sa),
                          "an answer to IKE_SA_INIT that does not fit what we offered");
        return IKEV2_STAYS;
    }
    sa->init->refusal = 0;
    ikev2_natd_check(ike, sa, msg);
    if (sa->conn->encap == IKE_ENCAP_NEVER && !sa->path.tcp && (sa->natd.local_nat || sa->natd.remote_nat)) {
        explain_nat_forbidden(ike, ikev2_sa_about(sa), sa->conn, &sa->natd);
        return ikev2_init_fail(ike, sa);
    }
    if (ike_blob_set(&sa->init->msg_r, msg->raw) < 0)
        return IKEV2_STAYS;
    if (ikev2_offer_has(sa, choice.dh))
        ikev2_offer_return(ike, sa, choice.dh);
    ikev2_offer_free(ike, sa);
    ikev2_ext_take(ike, sa, IKEV2_EXT_INIT_ANSWER, msg);
    sa->algs = choice;
    sa->spi_r = msg->hdr.spi_r;
    ike_nonce_set(&sa->init->nr, nr);
    ikev2_request_clear(sa);
    sa->seq.own = 1;
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_secret, ke.value, &ask_jobs[ASK_SECRET]);
    return IKEV2_GOES;
}

/* Both ports float when there is a NAT, real or played (RFC 7296 2.23), or when there may be one later (RFC
 * 4555 3.3). */
static void init_float_ports(struct ikev2_sa *sa)
{
    const bool has_nat = sa->natd.local_nat || sa->natd.remote_nat || sa->natd.faked;
    if (sa->path.tcp)
        sa->way = ESP_WAY_TCP;
    else if (has_nat)
        sa->way = ESP_WAY_UDP;
    if (sa->path.natt || !(has_nat || (sa->conn->mobike && sa->natd.seen)))
        return;
    sa->path.local.port = sa->path.remote.port = 4500;
    sa->path.natt = true;
}

static enum ikev2_outcome init_on_key(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                      struct ike_job *job)
{
    if (job->status != 0)
        return ikev2_init_fail_job(ike, sa, job);
    ikev2_task_take_key(t, ike_job_dh_of(job));
    return init_make_request(ike, sa) ? IKEV2_GOES : IKEV2_STAYS;
}

static enum ikev2_outcome init_on_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                         struct ike_job *job)
{
    (void)t;
    if (!ikev2_init_take_secret(ike, sa, job))
        return IKEV2_TURNS;
    init_float_ports(sa);
    if (ikev2_select_has_addke(&sa->algs) && !ikev2_mix_begin(sa))
        return ikev2_init_fail(ike, sa);
    return ikev2_mix_start(ike, sa);
}
