/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_INTERMEDIATE (RFC 9242) as additional key exchanges use it (RFC 9370 2.2.2): one exchange each, one
 * behind the other, sealed with the keys of before. Nothing in it is proved until IKE_AUTH, which covers it;
 * how many there are is agreed on in IKE_SA_INIT, so nobody can make us compute more.
 */
#include "ikev2_x_mix.h"

#include "base_span.h"
#include "base_time.h"
#include "explain.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ikev2_init.h"
#include "ikev2_ke.h"
#include "ikev2_mix.h"
#include "ikev2_msg.h"
#include "ikev2_request.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_x_auth.h"
#include "ikev2_x_init.h"
#include "wire_ike.h"

#define REFUSED_S 5 /* a refused peer's repeated request is answered that long */

static enum ikev2_outcome mix_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome mix_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome mix_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static ikev2_task_done_fn mix_on_key;
static ikev2_task_done_fn mix_on_secret;
static ikev2_task_done_fn mix_on_answer;

static const struct ikev2_row mix_rows[] = {
    {{"mix_request", IKEV2_IN(IKEV2_ST_R_MIX), {[IKEV2_GOES] = IKEV2_ST_R_MIX_DH}},
     WIRE_IKE_INTERMEDIATE,
     false,
     true,
     IKEV2_PLD(WIRE_IKE_P_KE),
     0,
     mix_on_request,
     "RFC 9370 2.2.2"},
    {{"mix_response",
      IKEV2_IN(IKEV2_ST_I_MIX),
      {[IKEV2_GOES] = IKEV2_ST_I_MIX_SECRET, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
     WIRE_IKE_INTERMEDIATE,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_KE),
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     mix_on_response,
     "RFC 9370 2.2.2"},
    {{"mix_refusal", IKEV2_IN(IKEV2_ST_I_MIX), {[IKEV2_TURNS] = IKEV2_ST_DEAD}},
     WIRE_IKE_INTERMEDIATE,
     true,
     true,
     IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     0,
     mix_on_refused,
     "RFC 9242 3.4"},
};

const struct ikev2_row *ikev2_mix_rows(size_t *count)
{
    *count = sizeof mix_rows / sizeof *mix_rows;
    return mix_rows;
}

enum { MIX_KEY, MIX_SECRET, MIX_ANSWER };
static const struct ikev2_job_row mix_jobs[] = {
    [MIX_KEY] = {{"mix_key",
                  IKEV2_IN(IKEV2_ST_I_MIX_KEY),
                  {[IKEV2_GOES] = IKEV2_ST_I_MIX, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                 mix_on_key},
    [MIX_SECRET] = {{"mix_secret",
                     IKEV2_IN(IKEV2_ST_I_MIX_SECRET),
                     {[IKEV2_MIXES] = IKEV2_ST_I_MIX_KEY,
                      [IKEV2_PROVES] = IKEV2_ST_I_PROVE,
                      [IKEV2_ROUNDS] = IKEV2_ST_I_AUTH,
                      [IKEV2_TURNS] = IKEV2_ST_DEAD}},
                    mix_on_secret},
    [MIX_ANSWER] =
        {{"mix_answer",
          IKEV2_IN(IKEV2_ST_R_MIX_DH),
          {[IKEV2_GOES] = IKEV2_ST_R_INIT, [IKEV2_MIXES] = IKEV2_ST_R_MIX, [IKEV2_TURNS] = IKEV2_ST_DEAD}},
         mix_on_answer},
};

const struct ikev2_job_row *ikev2_mix_jobs(size_t *count)
{
    *count = sizeof mix_jobs / sizeof *mix_jobs;
    return mix_jobs;
}

/* ---- initiator ---- */

enum ikev2_outcome ikev2_mix_start(struct ike *ike, struct ikev2_sa *sa)
{
    const enum crypt_dh group = ikev2_mix_group(sa);
    if (group == CRYPT_DH_NONE)
        return ikev2_auth_start(ike, sa);
    sa->task->group = group;
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_pair, BASE_SPAN_NONE, &mix_jobs[MIX_KEY]);
    return IKEV2_MIXES;
}

static enum ikev2_outcome mix_on_key(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                     struct ike_job *job)
{
    if (job->status != 0)
        return ikev2_init_fail_job(ike, sa, job);
    const struct ike_job_dh *r = ike_job_dh_of(job);
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_task_take_key(t, ike_job_dh_of(job));
    wire_ike_put_ke(&b, (uint16_t)t->group, base_span(r->public_value, r->public_len));
    if (ikev2_mix_cover_ours(ike, sa, false, sa->seq.own, &b) != 0)
        return ikev2_init_fail(ike, sa);
    ikev2_msg_request(ike, sa, WIRE_IKE_INTERMEDIATE, &b);
    return IKEV2_GOES;
}

static enum ikev2_outcome mix_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_ke ke;
    if (ikev2_msg_error(msg, NULL)) /* whatever stands beside it (RFC 7296 3.10.1) */
        return mix_on_refused(ike, sa, msg);
    if (wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, &ke) != WIRE_IKE_OK ||
        !ikev2_ke_fits_answer(&ke, sa->task->group)) {
        explain_malformed(ike, ikev2_sa_about(sa), "the KE payload of IKE_INTERMEDIATE");
        return ikev2_init_fail(ike, sa);
    }
    if (ikev2_mix_cover_theirs(ike, sa, msg) != 0)
        return ikev2_init_fail(ike, sa);
    ikev2_task_dh(ike, sa, sa->task, &ike_job_kind_dh_secret, ke.value, &mix_jobs[MIX_SECRET]);
    return IKEV2_GOES;
}

static enum ikev2_outcome mix_on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    explain_refused(ike, ikev2_sa_about(sa), EXPLAIN_ASKED_MORE_KEYS, NULL, ikev2_msg_error(msg, NULL));
    return ikev2_init_fail(ike, sa);
}

static enum ikev2_outcome mix_on_secret(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                        struct ike_job *job)
{
    const struct ike_job_dh *r = ike_job_dh_of(job);
    (void)t;
    if (job->status != 0)
        return ikev2_init_fail_job(ike, sa, job);
    if (ikev2_mix_secret(ike, sa, base_span(r->secret, r->secret_len)) != 0)
        return ikev2_init_fail(ike, sa);
    return ikev2_mix_start(ike, sa);
}

/* ---- responder ---- */

/* The answer is kept for a repeated request, the SA goes soon; nothing else is accepted (no init data). */
static enum ikev2_outcome mix_refuse(struct ike *ike, struct ikev2_sa *sa, uint16_t notify)
{
    const struct ikev2_task *t = sa->task;
    const base_time end = base_time_add(ike->now, REFUSED_S * BASE_NS_PER_S);
    IKE_COUNT(ike, sa, failed);
    ikev2_msg_respond_error(ike, sa, &t->path, WIRE_IKE_INTERMEDIATE, t->msgid, notify, BASE_SPAN_NONE);
    ikev2_init_free(ike, sa);
    sa->life.give_up_at = base_time_min(sa->life.give_up_at, end);
    return IKEV2_STAYS;
}

static enum ikev2_outcome mix_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct wire_ike_ke ke;
    struct ikev2_task *t = sa->task;
    if (!sa->init) {
        ike->stats.dropped_unexpected++;
        return IKEV2_STAYS;
    }
    t->msgid = msg->hdr.msgid;
    t->path = *msg->path;
    t->group = ikev2_mix_group(sa);
    /* The initiator may have floated to port 4500, through another mapping of its NAT. */
    ikev2_sa_init_unlink(ike, sa);
    sa->path = *msg->path;
    ikev2_sa_init_link(ike, sa);
    if (wire_ike_ke_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_KE, 0)->body, &ke) != WIRE_IKE_OK ||
        !ikev2_ke_fits(&ke, t->group) || ikev2_mix_cover_theirs(ike, sa, msg) != 0) {
        explain_malformed(ike, ikev2_sa_about(sa), "the KE payload of IKE_INTERMEDIATE");
        return mix_refuse(ike, sa, WIRE_IKE_N_INVALID_SYNTAX);
    }
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_both, ke.value, &mix_jobs[MIX_ANSWER]);
    return IKEV2_GOES;
}

/* The answer goes with the keys of before; those that follow are for the next request. */
static enum ikev2_outcome mix_on_answer(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t,
                                        struct ike_job *job)
{
    const struct ike_job_dh *r = ike_job_dh_of(job);
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    if (job->status != 0) {
        mix_refuse(ike, sa, ikev2_ke_fault(ike, sa, job));
        return IKEV2_GOES; /* without init data, so IKE_AUTH is not taken either */
    }
    wire_ike_put_ke(&b, (uint16_t)t->group, base_span(r->public_value, r->public_len));
    if (ikev2_mix_cover_ours(ike, sa, true, t->msgid, &b) != 0)
        return ikev2_init_fail(ike, sa);
    ikev2_msg_respond(ike, sa, &t->path, WIRE_IKE_INTERMEDIATE, t->msgid, &b);
    if (ikev2_mix_secret(ike, sa, base_span(r->secret, r->secret_len)) != 0)
        return ikev2_init_fail(ike, sa);
    return ikev2_mix_group(sa) == CRYPT_DH_NONE ? IKEV2_GOES : IKEV2_MIXES;
}
