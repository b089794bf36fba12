/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Quick mode. A responder has the child in the data path when it answers, sends on it when message 3 shows
 * that the initiator has it, and repeats its answer until then.
 */
#include "ikev1_x_quick.h"

#include <string.h>
#include "base_time.h"
#include "base_wipe.h"
#include "explain.h"
#include "explain_v1.h"
#include "ike_core.h"
#include "ike_job_dh.h"
#include "ike_wait.h"
#include "ikev1_child.h"
#include "ikev1_close.h"
#include "ikev1_heir.h"
#include "ikev1_info.h"
#include "ikev1_msg.h"
#include "ikev1_natt.h"
#include "ikev1_nets.h"
#include "ikev1_quick.h"
#include "ikev1_remap.h"
#include "ikev1_rows.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "ikev1_xchg.h"
#include "wire_v1.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define REFUSED_S    30u /* before what the peer refused is asked for again */
#define NONCE_LEAST  8u
#define TOTAL_FACTOR 3u /* children that were replaced, and twins of those that live, count too */
#define LIVE_JOBS    2  /* key exchanges of an SA before those of callers: as many as one of IKEv2 has */

static bool quick_on_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg);
static bool quick_on_2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg);
static bool quick_on_3(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg);

#define SA     IKEV1_PLD(WIRE_V1_P_SA)
#define KE     IKEV1_PLD(WIRE_V1_P_KE)
#define NONCE  IKEV1_PLD(WIRE_V1_P_NONCE)
#define ID     IKEV1_PLD(WIRE_V1_P_ID)
#define HASH   IKEV1_PLD(WIRE_V1_P_HASH)
#define NOTIFY IKEV1_PLD(WIRE_V1_P_NOTIFY)
#define NATOA  (IKEV1_PLD(WIRE_V1_P_NATOA) | IKEV1_PLD(WIRE_V1_P_NATOA_DRAFT))

static const struct ikev1_row_2 quick_rows[] = {
    {"quick_1", WIRE_V1_QUICK, 1, true, IKEV1_X_NONE, HASH | SA | NONCE, KE | ID | NATOA | NOTIFY,
     IKEV1_HASH_1, quick_on_1, "RFC 2409 5.5"},
    {"quick_2", WIRE_V1_QUICK, 2, false, IKEV1_X_I_SENT, HASH | SA | NONCE, KE | ID | NATOA | NOTIFY,
     IKEV1_HASH_2, quick_on_2, "RFC 2409 5.5"},
    {"quick_3", WIRE_V1_QUICK, 3, true, IKEV1_X_R_SENT, HASH, NOTIFY, IKEV1_HASH_3, quick_on_3,
     "RFC 2409 5.5"},
};

const struct ikev1_row_2 *ikev1_quick_rows(size_t *count)
{
    *count = COUNT(quick_rows);
    return quick_rows;
}

/* ---- shared ---- */

static const struct ike_child_conf *quick_conf(const struct ikev1_sa *sa, const struct ikev1_quick *q)
{
    return &sa->conn->children[q->child_index];
}

static struct ikev1_wants quick_wants(const struct ikev1_sa *sa, const struct ikev1_quick *q)
{
    return (struct ikev1_wants){.encap = ikev1_natt_encap(sa, q->mode == ESP_MODE_TRANSPORT), .dh = q->group};
}

static bool quick_take_nonce(struct ike_nonce *n, const struct ikev1_msg *msg)
{
    const struct base_span bytes = ikev1_msg_body(msg, WIRE_V1_P_NONCE, 0);
    if (bytes.len < NONCE_LEAST || bytes.len > IKE_NONCE_MAX)
        return false;
    ike_nonce_set(n, bytes);
    return true;
}

/* Key exchanges under way of an SA. */
static size_t quick_jobs(const struct ikev1_sa *sa)
{
    size_t n = 0;
    for (const struct ikev1_xchg *x = sa->xchgs; x; x = x->next)
        n += x->job != 0;
    return n;
}

static bool quick_dh(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                     const struct ike_job_kind *kind, ike_wait_done_fn *done)
{
    struct ikev1_quick *q = x->quick;
    struct crypt_dh_key *key = kind == &ike_job_kind_dh_secret ? q->dh : NULL;
    struct ike_job_dh *d = ike_job_dh(kind, q->group, key, base_span(q->peer_public, q->peer_public_len));
    if (!d)
        return false;
    if (key)
        q->dh = NULL; /* the job's */
    /* What a peer has side by side beyond that waits in turn with callers, or it would keep all of them out.
     */
    d->job.urgency = quick_jobs(sa) < LIVE_JOBS ? IKE_JOB_LIVE : IKE_JOB_PROVED;
    d->job.from = sa->path.remote.addr;
    x->job = ike_wait_for(ike, &d->job, sa->id, done);
    x->state = IKEV1_X_JOB;
    return x->job != 0;
}

/* Ends one that failed, which is told. What it was for is tried again later. */
static void quick_give_up(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    const struct ikev1_quick *q = x->quick;
    if (q && x->is_ours) {
        struct ikev1_sa *to = ikev1_sa_heir(ike, sa);
        IKE_COUNT(ike, sa, failed);
        to->life.retry_at = base_time_add(ike->now, REFUSED_S * BASE_NS_PER_S);
        ikev1_sa_touch(ike, to);
        struct ikev1_child *old = q->old_spi ? ikev1_child_by_spi(ike, q->old_spi) : NULL;
        if (old)
            old->is_remade = false;
        else if (sa->run && *ike_run_child(sa->run, q->child_index) & IKE_RUN_WANTED)
            ikev1_sa_wish(to, q->child_index, false);
    } else if (q && q->child_spi) {
        struct ikev1_child *c = ikev1_child_by_spi(ike, q->child_spi);
        if (c && !c->active)
            ikev1_close_child(ike, c, "the peer did not confirm it");
    }
    ikev1_xchg_free(ike, sa, x);
}

/* The exchange that a job was for, with what it has made. NULL: it is gone, or the job failed and it ends. */
static struct ikev1_xchg *quick_take_dh(struct ike *ike, uint64_t sa_id, struct ike_job *job,
                                        struct ikev1_sa **sa)
{
    *sa = ikev1_sa_by_id(ike, sa_id);
    struct ikev1_xchg *x = *sa ? ikev1_xchg_by_job(*sa, job->id) : NULL;
    if (!x)
        return NULL;
    x->job = 0;
    ikev1_sa_touch(ike, *sa);
    if (job->status != 0) {
        explain_key_exchange(ike, ikev1_sa_about(*sa), job->status);
        quick_give_up(ike, *sa, x);
        return NULL;
    }
    ikev1_quick_take_dh(x->quick, ike_job_dh_of(job));
    return x;
}

static struct ikev1_child *quick_install(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                                         bool active)
{
    struct ikev1_quick *q = x->quick;
    struct ikev1_child_deal deal = {.child_index = q->child_index,
                                    .spi_in = q->spi_in,
                                    .algs = q->algs,
                                    .local = q->local,
                                    .remote = q->remote,
                                    .mode = q->mode,
                                    .ends_in = q->ends_in,
                                    .ids = q->ids,
                                    .sums_anew = q->sums_anew,
                                    .is_ours = x->is_ours,
                                    .active = active,
                                    .begun_at = x->begun_at,
                                    .secret = base_span(q->secret, q->secret_len),
                                    .nonces = {ike_nonce_span(&q->ni), ike_nonce_span(&q->nr)}};
    struct ikev1_child *c = ikev1_child_install(ike, sa, &deal);
    q->spi_in = deal.spi_in;
    q->child_spi = c ? c->spi_in : 0;
    return c;
}

/* HASH(3) (RFC 2409 5.5): a zero, message id and both nonces. */
static bool quick_hash_3(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_xchg *x,
                         uint8_t out[CRYPT_PRF_MAX])
{
    uint8_t head[5] = {0};
    struct base_writer w = base_writer(head + 1, 4);
    base_write_u32(&w, x->msgid);
    const struct base_span parts[] = {base_span(head, sizeof head), ike_nonce_span(&x->quick->ni),
                                      ike_nonce_span(&x->quick->nr)};
    return ikev1_keymat_hash(ike->env.crypto, (enum crypt_prf)sa->algs.prf->id, &sa->keys, parts,
                             COUNT(parts), out) == 0;
}

/* ---- initiator ---- */

bool ikev1_quick_is_under_way(const struct ikev1_sa *sa, size_t child_index)
{
    for (const struct ikev1_xchg *x = sa->xchgs; x; x = x->next)
        if (x->is_ours && x->quick && x->quick->child_index == child_index)
            return true;
    return false;
}

static bool quick_ask_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    struct ikev1_quick *q = x->quick;
    const struct ike_child_conf *c = quick_conf(sa, q);
    const struct ikev1_wants wants = quick_wants(sa, q);
    uint8_t *room;
    struct wire_ike_builder b = ikev1_msg_begin_2(ike, sa, WIRE_V1_QUICK, x->msgid, &room);
    ikev1_select_offer_esp(c->proposals, c->n_proposals, q->spi_in, &wants,
                           c->life_s ? c->life_s : c->rekey_s, &ike->v1->sa_out);
    wire_v1_put_sa(&b, &ike->v1->sa_out, true);
    wire_ike_put_raw(&b, WIRE_V1_P_NONCE, ike_nonce_span(&q->ni));
    if (q->group != CRYPT_DH_NONE)
        wire_ike_put_raw(&b, WIRE_V1_P_KE, base_span(q->public_value, q->public_len));
    if (!ikev1_nets_put(sa, q, &b) ||
        !ikev1_flight_send(ike, sa, &x->flight, NULL,
                           ikev1_msg_seal_2(ike, sa, &b, room, x->msgid, BASE_SPAN_NONE, x->iv), true))
        return false;
    x->state = IKEV1_X_I_SENT;
    return true;
}

static void quick_on_key(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa;
    struct ikev1_xchg *x = quick_take_dh(ike, sa_id, job, &sa);
    if (x && !quick_ask_1(ike, sa, x))
        quick_give_up(ike, sa, x);
}

static bool quick_begin(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    struct ikev1_quick *q = x->quick;
    const struct ike_child_conf *c = quick_conf(sa, q);
    if (!ikev1_nets_ask(sa, q->old_spi ? ikev1_child_by_spi(ike, q->old_spi) : NULL, q))
        return false;
    if (ike->env.spi_alloc(ike->env.ctx, &q->spi_in) != 0) {
        q->spi_in = 0;
        explain_full(ike, ikev1_sa_about(sa));
        return false;
    }
    ike_nonce_new(ike, &q->ni);
    q->group = ikev1_select_pfs(c->proposals, c->n_proposals);
    return q->group == CRYPT_DH_NONE ? quick_ask_1(ike, sa, x)
                                     : quick_dh(ike, sa, x, &ike_job_kind_dh_pair, quick_on_key);
}

bool ikev1_quick_start(struct ike *ike, struct ikev1_sa *sa, size_t child_index, uint32_t old_spi)
{
    struct ikev1_xchg *x = ikev1_xchg_new(ike, sa, WIRE_V1_QUICK);
    if (!x)
        return false;
    x->quick = ikev1_quick_new();
    if (x->quick) {
        x->quick->child_index = child_index;
        x->quick->old_spi = old_spi;
        if (quick_begin(ike, sa, x))
            return true;
    }
    ikev1_xchg_free(ike, sa, x);
    return false;
}

void ikev1_quick_fail(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, uint16_t notify)
{
    const struct ikev1_quick *q = x->quick;
    if (q && x->is_ours && notify)
        explain_v1_refused(ike, ikev1_sa_about(sa), quick_conf(sa, q), notify);
    else if (q && x->is_ours)
        explain_timeout(ike, ikev1_sa_about(sa), "quick mode", x->flight.tries + 1, EXPLAIN_SILENT_LATER);
    quick_give_up(ike, sa, x);
}

/* One under way for the addresses of the path themselves. NULL: none. */
static struct ikev1_xchg *quick_of_hosts(const struct ikev1_sa *sa)
{
    struct ikev1_xchg *x = sa->xchgs;
    while (x && !(x->quick && x->quick->mode == ESP_MODE_TRANSPORT))
        x = x->next;
    return x;
}

void ikev1_quick_moved(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_xchg *x;
    while ((x = quick_of_hosts(sa)) != NULL)
        quick_give_up(ike, sa, x);
}

void ikev1_quick_end_all(struct ike *ike, struct ikev1_sa *sa)
{
    for (struct ikev1_xchg *x = sa->xchgs, *next; x; x = next) {
        next = x->next;
        if (x->quick)
            quick_give_up(ike, sa, x);
    }
}

static bool quick_confirm(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    uint8_t hash[CRYPT_PRF_MAX];
    const struct ikev1_msg kept = {.raw_hash = x->flight.in_hash};
    if (!quick_install(ike, sa, x, true) || !quick_hash_3(ike, sa, x, hash))
        return false;
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_QUICK, x->msgid, true);
    wire_ike_put_raw(&b, WIRE_V1_P_HASH, base_span(hash, sa->keys.prf_len));
    if (!ikev1_flight_send(ike, sa, &x->flight, &kept, ikev1_msg_seal(ike, sa, &b, x->iv), false))
        return false;
    ikev1_xchg_done(ike, sa, x);
    return true;
}

static void quick_on_secret(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa;
    struct ikev1_xchg *x = quick_take_dh(ike, sa_id, job, &sa);
    /* Others may have come to have it meanwhile. */
    if (x && (ikev1_remap_is_taken(ike, sa, x->quick) || !quick_confirm(ike, sa, x)))
        quick_give_up(ike, sa, x);
}

static bool quick_on_2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg)
{
    struct ikev1_quick *q = x->quick;
    struct wire_v1_sa *in = &ike->v1->sa_in;
    const struct ike_child_conf *c = quick_conf(sa, q);
    const struct ikev1_wants wants = quick_wants(sa, q);
    x->flight.in_hash = msg->raw_hash;
    ike_blob_free(&x->flight.out); /* until ours is made, a copy of it gets nothing */
    ikev1_flight_rest(&x->flight);
    if (wire_v1_sa_parse(ikev1_msg_body(msg, WIRE_V1_P_SA, 0), true, in) != WIRE_IKE_OK || in->count != 1 ||
        in->list[0].count != 1 || !ikev1_select_esp(c->proposals, c->n_proposals, in, &wants, &q->algs) ||
        !quick_take_nonce(&q->nr, msg) || !ikev1_quick_take_ke(q, ikev1_msg_body(msg, WIRE_V1_P_KE, 0)) ||
        !ikev1_nets_check(sa, q, msg)) {
        explain_malformed(ike, ikev1_sa_about(sa), "an answer of quick mode that has not what was asked for");
        quick_give_up(ike, sa, x);
        return false;
    }
    if (ikev1_remap_is_taken(ike, sa, q)) {
        quick_give_up(ike, sa, x);
        return false;
    }
    const bool goes_on = q->group != CRYPT_DH_NONE
                             ? quick_dh(ike, sa, x, &ike_job_kind_dh_secret, quick_on_secret)
                             : quick_confirm(ike, sa, x);
    if (!goes_on)
        quick_give_up(ike, sa, x);
    return goes_on;
}

/* ---- responder ---- */

/* The group that all transforms of an offer with KE have (RFC 2409 5.5). */
static enum crypt_dh quick_group(const struct wire_v1_sa *in, struct base_span ke)
{
    return ke.len && in->count && in->list[0].count ? (enum crypt_dh)in->list[0].list[0].group
                                                    : CRYPT_DH_NONE;
}

static uint32_t quick_peer_spi(const struct wire_v1_sa *in)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->list[i].protocol == WIRE_V1_PROTO_ESP && in->list[i].spi_len == 4)
            return (uint32_t)in->list[i].spi;
    return 0;
}

static void quick_explain_proposal(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_quick *q)
{
    const struct wire_v1_sa *in = &ike->v1->sa_in;
    char theirs[IKE_AUDIT_TEXT_MAX];
    if (ikev1_select_asks_ah(in))
        explain_ah(ike, ikev1_sa_about(sa), sa->conn);
    else
        explain_v1_proposal(ike, ikev1_sa_about(sa), sa->conn, quick_conf(sa, q),
                            ikev1_select_theirs(in, true, theirs, sizeof theirs));
}

/* Why there is no place for the child among those that are there; 0: there is. It holds until it waits for a
 * job. */
static uint16_t quick_judge_place(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_quick *q)
{
    if (ikev1_remap_is_taken(ike, sa, q))
        return WIRE_V1_N_INVALID_ID_INFORMATION;
    const struct ikev1_sa *to = ikev1_sa_heir(ike, sa);
    const size_t most = ike->conf->children_max;
    if (to->n_children < TOTAL_FACTOR * most &&
        (ikev1_child_count(to) < most || ikev1_child_has(to, q->child_index, &q->local, &q->remote)))
        return 0;
    explain_limit(ike, ikev1_sa_about(sa), "children");
    return WIRE_V1_N_NO_PROPOSAL_CHOSEN;
}

/* Why an offer is refused; 0: it is not. */
static uint16_t quick_judge(struct ike *ike, struct ikev1_sa *sa, struct ikev1_quick *q,
                            const struct ikev1_msg *msg)
{
    struct wire_v1_sa *in = &ike->v1->sa_in;
    const struct base_span ke = ikev1_msg_body(msg, WIRE_V1_P_KE, 0);
    if (wire_v1_sa_parse(ikev1_msg_body(msg, WIRE_V1_P_SA, 0), true, in) != WIRE_IKE_OK ||
        !quick_take_nonce(&q->ni, msg))
        return WIRE_V1_N_PAYLOAD_MALFORMED;
    const uint16_t refusal = ikev1_nets_pick(ike, sa, q, msg);
    if (refusal)
        return refusal;
    q->group = quick_group(in, ke);
    const struct ikev1_wants wants = quick_wants(sa, q);
    const struct ike_child_conf *c = quick_conf(sa, q);
    if (!ikev1_select_esp(c->proposals, c->n_proposals, in, &wants, &q->algs)) {
        quick_explain_proposal(ike, sa, q);
        return WIRE_V1_N_NO_PROPOSAL_CHOSEN;
    }
    if (!ikev1_quick_take_ke(q, ke))
        return WIRE_V1_N_INVALID_KEY_INFORMATION;
    return quick_judge_place(ike, sa, q);
}

/* The SA payload of the answer, of the offer that was kept. */
static void quick_put_answer_sa(struct ike *ike, const struct ikev1_quick *q, uint32_t spi_in,
                                struct wire_ike_builder *b)
{
    if (wire_v1_sa_parse(ike_blob_span(&q->sa), true, &ike->v1->sa_in) != WIRE_IKE_OK)
        return;
    ikev1_select_answer(&ike->v1->sa_in, &q->algs, spi_in, &ike->v1->sa_out);
    wire_v1_put_sa(b, &ike->v1->sa_out, true);
}

/* The peer's SPI, of the offer that was kept. */
static uint32_t quick_kept_spi(struct ike *ike, const struct ikev1_quick *q)
{
    struct wire_v1_sa *in = &ike->v1->sa_in;
    return wire_v1_sa_parse(ike_blob_span(&q->sa), true, in) == WIRE_IKE_OK ? quick_peer_spi(in) : 0;
}

static bool quick_answer(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    struct ikev1_quick *q = x->quick;
    const struct ikev1_msg kept = {.raw_hash = x->flight.in_hash};
    uint8_t *room;
    const struct ikev1_child *c = quick_install(ike, sa, x, false);
    if (!c)
        return false;
    struct wire_ike_builder b = ikev1_msg_begin_2(ike, sa, WIRE_V1_QUICK, x->msgid, &room);
    quick_put_answer_sa(ike, q, c->spi_in, &b);
    wire_ike_put_raw(&b, WIRE_V1_P_NONCE, ike_nonce_span(&q->nr));
    if (q->group != CRYPT_DH_NONE)
        wire_ike_put_raw(&b, WIRE_V1_P_KE, base_span(q->public_value, q->public_len));
    ikev1_nets_answer(sa, q, &b);
    x->state = IKEV1_X_R_SENT;
    return ikev1_flight_send(ike, sa, &x->flight, &kept,
                             ikev1_msg_seal_2(ike, sa, &b, room, x->msgid, ike_nonce_span(&q->ni), x->iv),
                             true);
}

static void quick_on_both(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa;
    struct ikev1_xchg *x = quick_take_dh(ike, sa_id, job, &sa);
    if (!x)
        return;
    const uint16_t refusal = quick_judge_place(ike, sa, x->quick);
    if (refusal)
        ikev1_info_refuse_quick(ike, sa, refusal, quick_kept_spi(ike, x->quick));
    if (refusal || !quick_answer(ike, sa, x))
        ikev1_quick_fail(ike, sa, x, 0);
}

static bool quick_accept(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                         const struct ikev1_msg *msg)
{
    struct ikev1_quick *q = x->quick;
    const uint16_t refusal = quick_judge(ike, sa, q, msg);
    if (refusal) {
        ikev1_info_refuse_quick(ike, sa, refusal, quick_peer_spi(&ike->v1->sa_in));
        return false;
    }
    if (ike->env.spi_alloc(ike->env.ctx, &q->spi_in) != 0) {
        q->spi_in = 0;
        explain_full(ike, ikev1_sa_about(sa));
        return false;
    }
    ike_nonce_new(ike, &q->nr);
    if (ike_blob_set(&q->sa, ikev1_msg_body(msg, WIRE_V1_P_SA, 0)) < 0)
        return false;
    return q->group == CRYPT_DH_NONE ? quick_answer(ike, sa, x)
                                     : quick_dh(ike, sa, x, &ike_job_kind_dh_both, quick_on_both);
}

static bool quick_on_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg)
{
    (void)x;
    if (sa->state != IKEV1_ST_UP)
        return false;
    struct ikev1_xchg *fresh = ikev1_xchg_take(ike, sa, msg);
    if (!fresh)
        return false;
    ikev1_heir_used(ike, sa);
    fresh->quick = ikev1_quick_new();
    if (!fresh->quick || !quick_accept(ike, sa, fresh, msg))
        ikev1_quick_fail(ike, sa, fresh, 0);
    return true;
}

static bool quick_on_3(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg)
{
    struct ikev1_child *c = ikev1_child_by_spi(ike, x->quick->child_spi);
    if (c)
        ikev1_child_activate(ike, c);
    x->flight.in_hash = msg->raw_hash;
    ike_blob_free(&x->flight.out); /* nothing answers it */
    ikev1_xchg_done(ike, sa, x);
    return true;
}

void ikev1_quick_heard(struct ike *ike, struct ikev1_sa *sa, uint32_t spi_in)
{
    for (struct ikev1_xchg *x = sa->xchgs; x; x = x->next)
        if (x->state == IKEV1_X_R_SENT && x->quick && x->quick->child_spi == spi_in) {
            ikev1_xchg_done(ike, sa, x);
            return;
        }
}

bool ikev1_quick_confirms(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_xchg *x,
                          const struct ikev1_msg *msg)
{
    uint8_t hash[CRYPT_PRF_MAX];
    const struct base_span got = ikev1_msg_body(msg, WIRE_V1_P_HASH, 0);
    return x->quick && quick_hash_3(ike, sa, x, hash) && got.len == sa->keys.prf_len &&
           base_equal_secret(got.ptr, hash, got.len);
}
