/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_SA_INIT of the responder: no state and no work for a caller that is beyond a cap, repeats itself, or
 * owes a cookie; else a half-open SA.
 */
#include "base_secret.h"
#include "base_span.h"
#include "base_time.h"
#include "explain.h"
#include "ike_act.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ike_sets.h"
#include "ikev2_admit.h"
#include "ikev2_cookie.h"
#include "ikev2_ext.h"
#include "ikev2_init.h"
#include "ikev2_ke.h"
#include "ikev2_mix.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_redirect.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_step.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_init.h"
#include "wire_ike.h"

static ikev2_task_done_fn init_on_both;

enum { ANSWER_BOTH };
static const struct ikev2_job_row answer_jobs[] = {
    [ANSWER_BOTH] =
        {{"init_both",
          IKEV2_IN(IKEV2_ST_R_DH),
          {[IKEV2_GOES] = IKEV2_ST_R_INIT, [IKEV2_MIXES] = IKEV2_ST_R_MIX, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
         init_on_both},
};

const struct ikev2_job_row *ikev2_init_answer_jobs(size_t *count)
{
    *count = sizeof answer_jobs / sizeof *answer_jobs;
    return answer_jobs;
}

/* A call of a peer's is let in. */
const struct ikev2_step ikev2_init_accepted = {
    "accept", IKEV2_IN(IKEV2_ST_NONE), {[IKEV2_GOES] = IKEV2_ST_R_DH, [IKEV2_TURNS] = IKEV2_ST_DEAD}};

/* An answer in clear with one notify; no state behind it. proved: the caller receives at its address. */
static void init_refuse(struct ike *ike, const struct ikev2_msg *msg, bool proved, uint16_t notify,
                        struct base_span data)
{
    const struct wire_ike_hdr hdr = {.spi_i = msg->hdr.spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_RESPONSE};
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &hdr);
    ikev2_msg_put_notify(&b, notify, data);
    ike_act_send(ike, msg->path, wire_ike_finish(&b));
    if (!proved)
        ikev2_cookie_count_refusal(ike);
}

/*
 * A repeated request gets the same answer again, also when it comes with another cookie: a late one of ours,
 * or a forged one that its sender could not tell from ours. AUTH covers what the initiator sent last (RFC
 * 7296 2.6, 2.15), so these are kept. A different one with the same SPI is nobody's.
 */
static bool init_is_repeated(struct ike *ike, const struct ikev2_msg *msg)
{
    struct ikev2_sa *sa = ikev2_sa_by_init(ike, msg->hdr.spi_i, &msg->path->remote);
    if (!sa)
        return false;
    if (sa->init && ikev2_init_keep_twin(ike, sa->init, msg->raw) &&
        (sa->state == IKEV2_ST_R_INIT || sa->state == IKEV2_ST_R_MIX)) {
        ike->stats.duplicates_answered++;
        sa->init->repeats++;
        ike_act_send(ike, msg->path, ike_blob_span(&sa->init->msg_r));
    } else {
        ike->stats.dropped_unexpected++;
    }
    return true;
}

/* How many of the connections that allow the path would take this choice. */
static uint32_t init_suits(const struct ike_set_counts *k, const struct ikev2_choice *c)
{
    uint32_t n = 0;
    for (size_t i = 0; i < k->n_sets; i++)
        if (k->count[i] && ikev2_select_covers(k->first[i]->proposals, k->first[i]->n_proposals, c))
            n += k->count[i];
    return n;
}

/*
 * What suits most of the connections that could be meant; of equals, what the first of them prefers. Which
 * one is meant shows in IKE_AUTH; *fake: one of the candidates forces encapsulation.
 */
static bool init_choose(struct ike *ike, const struct ikev2_msg *msg, enum crypt_dh group,
                        struct ikev2_choice *out, bool *fake)
{
    struct ike_set_counts k;
    struct ikev2_choice c;
    uint32_t most = 0;
    const enum ikev2_dh_rule rule =
        ikev2_msg_has(msg, WIRE_IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED) ? IKEV2_DH_WANTED : IKEV2_DH_SINGLE;
    ike_sets_count(ike->conf, msg->path, &k);
    *fake = k.forces_encap;
    for (size_t i = 0; i < k.n_sets; i++) {
        const struct ike_conn_conf *first = k.first[i];
        if (!first || !ikev2_select(first->proposals, first->n_proposals, &ike->v2->sa_in, WIRE_IKE_PROTO_IKE,
                                    rule, group, &c))
            continue;
        const uint32_t n = init_suits(&k, &c);
        if (n <= most)
            continue;
        most = n;
        *out = c;
    }
    if (!k.nearest)
        explain_no_connection(ike, msg->path);
    else if (!most && ikev2_select_asks_ah(&ike->v2->sa_in))
        explain_ah(ike, (struct explain_about){.path = msg->path}, k.nearest);
    else if (!most)
        explain_no_proposal(ike, (struct explain_about){.path = msg->path}, k.nearest, NULL, &ike->v2->sa_in);
    if (!most)
        ike->stats.failed++;
    return most > 0;
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
    sa->init = base_secret_new(sizeof *sa->init);
    ikev2_sa_link(ike, sa);
    ikev2_sa_init_link(ike, sa);
    const bool has_room = sa->task && sa->init && ikev2_init_keep(ike, sa->init, msg->raw) &&
                          (!ikev2_select_has_addke(choice) || ikev2_mix_begin(sa));
    ikev2_step_take(ike, sa, &ikev2_init_accepted, has_room ? IKEV2_GOES : IKEV2_TURNS);
    if (!has_room)
        return;
    ikev2_natd_check(ike, sa, msg);
    ike_nonce_set(&sa->init->ni, ni);
    ike_nonce_new(ike, &sa->init->nr);
    sa->init->is_proved = proved;
    sa->init->from = msg->path->remote.addr;
    ikev2_ext_take(ike, sa, IKEV2_EXT_INIT_ASK, msg);
    sa->seq.peer = 1;
    sa->life.give_up_at = base_time_add(ike->now, ike->conf->half_open_timeout_s * BASE_NS_PER_S);
    sa->task->group = choice->dh;
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_both, public_value, &answer_jobs[ANSWER_BOTH]);
}

/* Bytes of the answer: header, SA with one proposal, KE, nonce, two NAT detection hashes, extensions. */
static size_t init_answer_bytes(const struct ike *ike, const struct ikev2_choice *c, size_t public_len)
{
    size_t sa = 4 + 8 + 8 + (c->encr->key_bits ? 4 : 0) + 8 + (c->integ ? 8 : 0) + 8;
    for (size_t i = 0; i < CRYPT_ADDKE_MAX; i++)
        sa += c->addke[i] != CRYPT_DH_NONE || c->addke_is_none >> i & 1 ? 8 : 0;
    return WIRE_IKE_HDR_BYTES + sa + 8 + public_len + 4 + IKE_NONCE_BYTES + 2 * (8 + 20) +
           ikev2_ext_answer_bytes(ike);
}

/*
 * To another gateway: the nonce shows the caller that its request has been seen (RFC 5685 4). A long name is
 * told to a proved address only, as it may be more than what came.
 */
static void init_redirect(struct ike *ike, const struct ikev2_msg *msg, bool is_proved, struct base_span ni)
{
    uint8_t bytes[IKEV2_REDIRECT_BYTES_MAX];
    struct base_writer w = base_writer(bytes, sizeof bytes);
    if (!ikev2_redirect_body(ike->conf->redirect_to, ni, &w))
        return;
    if (is_proved || WIRE_IKE_HDR_BYTES + 8 + w.pos <= msg->raw.len || ikev2_cookie_check(ike, msg, ni))
        init_refuse(ike, msg, is_proved, WIRE_IKE_N_REDIRECT, base_writer_span(&w));
}

enum ikev2_outcome ikev2_init_on_request(struct ike *ike, struct ikev2_sa *none, struct ikev2_msg *msg)
{
    (void)none;
    struct wire_ike_ke ke;
    struct base_span ni;
    struct ikev2_choice choice;
    bool fake;
    /* Who speaks TCP receives at its address: a cookie would prove no more (RFC 9329 6.3). */
    const bool is_proved = msg->path->tcp;
    const bool challenge = !is_proved && (ikev2_cookie_wanted(ike) || ikev2_init_is_long(msg->raw));
    if (wire_ike_nonce_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NONCE, 0)->body, &ni) != WIRE_IKE_OK ||
        wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, &ke) != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return IKEV2_STAYS;
    }
    if (init_is_repeated(ike, msg))
        return IKEV2_STAYS;
    if (ike->shutting_down) {
        ike->stats.dropped_unexpected++;
        return IKEV2_STAYS;
    }
    if (challenge && !ikev2_cookie_check(ike, msg, ni))
        return IKEV2_STAYS;
    if (ikev2_redirect_wants(ike, msg)) {
        init_redirect(ike, msg, challenge || is_proved, ni);
        return IKEV2_STAYS;
    }
    if (wire_ike_sa_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_SA, 0)->body, &ike->v2->sa_in) !=
        WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return IKEV2_STAYS;
    }
    if (!init_choose(ike, msg, (enum crypt_dh)ke.group, &choice, &fake)) {
        init_refuse(ike, msg, challenge || is_proved, WIRE_IKE_N_NO_PROPOSAL_CHOSEN, BASE_SPAN_NONE);
        return IKEV2_STAYS;
    }
    if (choice.dh != (enum crypt_dh)ke.group) {
        const uint8_t wanted[2] = {(uint8_t)((unsigned)choice.dh >> 8), (uint8_t)choice.dh};
        init_refuse(ike, msg, challenge || is_proved, WIRE_IKE_N_INVALID_KE_PAYLOAD,
                    base_span(wanted, sizeof wanted));
        return IKEV2_STAYS;
    }
    if (!ikev2_ke_fits(&ke, choice.dh)) {
        ike->stats.dropped_malformed++;
        return IKEV2_STAYS;
    }
    /* Until its address is proved, a peer never gets more bytes than it sent. */
    if (!challenge && !is_proved && init_answer_bytes(ike, &choice, ke.value.len) > msg->raw.len &&
        !ikev2_cookie_check(ike, msg, ni))
        return IKEV2_STAYS;
    if (ikev2_admit(ike, msg))
        init_accept(ike, msg, &choice, ni, ke.value, fake,
                    challenge || is_proved || ikev2_cookie_is_good(ike, msg, ni));
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
    ikev2_ext_put(ike, sa, IKEV2_EXT_INIT_ANSWER, &b);
    const struct base_span bytes = wire_ike_finish(&b);
    if (ike_blob_set(&sa->init->msg_r, bytes) < 0) {
        return IKEV2_TURNS;
    }
    sa->init->answered_at = ike->now;
    ike_act_send(ike, &sa->path, bytes);
    return sa->init->mix ? IKEV2_MIXES : IKEV2_GOES;
}

static enum ikev2_outcome init_on_both(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                       struct ike_job *job)
{
    (void)t;
    return ikev2_init_take_secret(ike, sa, job) ? init_answer(ike, sa, ike_job_dh_of(job)) : IKEV2_TURNS;
}
