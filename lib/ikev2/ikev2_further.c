/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Further SAs of a child (RFC 9611): who may have how many. We ask for as many as worker_sas says; the peer
 * may make twice as many, because it may have more workers, and because both may ask at the same time (6).
 */
#include "ikev2_further.h"

#include <stddef.h>
#include "base_span.h"
#include "base_time.h"
#include "base_ts.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "wire_ike.h"

#define PEER_FACTOR 2u /* so many times as many as ours are taken from the peer */

static const struct ike_child_conf *further_conf(const struct ikev2_sa *sa, const struct ikev2_task *t)
{
    return &sa->conn->children[t->child_index];
}

static size_t further_count(const struct ikev2_sa *sa, const struct ike_child_conf *conf)
{
    size_t n = 0;
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        n += c->conf == conf && c->is_shared && ikev2_child_is_live(c);
    return n;
}

/* Selectors and algorithms are the same (RFC 9611 3); the key exchange of the first was that of IKE_AUTH. */
static bool further_fits(const struct ikev2_child *beside, const struct ikev2_task *t)
{
    return beside->algs.encr == t->choice.encr && beside->algs.integ == t->choice.integ &&
           beside->algs.esn == t->choice.esn;
}

/* A live pair for the same traffic, or NULL. */
static const struct ikev2_child *further_beside(const struct ikev2_sa *sa, const struct ikev2_task *t)
{
    const struct ike_child_conf *conf = further_conf(sa, t);
    const struct ikev2_child *c = sa->children;
    while (c && !(c->conf == conf && ikev2_child_is_live(c) && base_ts_equal(c->local_ts, t->local_ts) &&
                  base_ts_equal(c->remote_ts, t->remote_ts)))
        c = c->next;
    return c;
}

void ikev2_further_offer(const struct ike_child_conf *c, struct wire_ike_builder *b)
{
    if (c->worker_sas > 1)
        ikev2_msg_put_notify(b, WIRE_IKE_N_SA_RESOURCE_INFO, BASE_SPAN_NONE);
}

void ikev2_further_answer(const struct ikev2_task *t, struct wire_ike_builder *b)
{
    if (t->is_shared)
        ikev2_msg_put_notify(b, WIRE_IKE_N_SA_RESOURCE_INFO, BASE_SPAN_NONE);
}

uint16_t ikev2_further_asked(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                             struct ikev2_task *t)
{
    const struct ike_child_conf *conf = further_conf(sa, t);
    const bool is_asked = ikev2_msg_has(msg, WIRE_IKE_N_SA_RESOURCE_INFO);
    t->is_shared = is_asked && conf->worker_sas > 1;
    const struct ikev2_child *beside = is_asked && !t->spi_old ? further_beside(sa, t) : NULL;
    if (!beside)
        return 0; /* the first of its kind */
    if (!t->is_shared || !beside->is_shared ||
        further_count(sa, conf) >= (size_t)PEER_FACTOR * conf->worker_sas) {
        ike->stats.further_refused++;
        return WIRE_IKE_N_TS_MAX_QUEUE;
    }
    return further_fits(beside, t) ? 0 : WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
}

bool ikev2_further_answered(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                            struct ikev2_task *t)
{
    const struct ike_child_conf *conf = further_conf(sa, t);
    t->is_shared = conf->worker_sas > 1 && ikev2_msg_has(msg, WIRE_IKE_N_SA_RESOURCE_INFO);
    const struct ikev2_child *beside = t->spi_old ? NULL : ikev2_child_shared(sa, conf);
    if (!beside)
        return true;
    if (t->is_shared && further_fits(beside, t) && base_ts_equal(beside->local_ts, t->local_ts) &&
        base_ts_equal(beside->remote_ts, t->remote_ts))
        return true;
    explain_malformed(ike, ikev2_sa_about(sa),
                      "a further SA of a child (SA_RESOURCE_INFO) that is not like the first one");
    return false;
}

uint16_t ikev2_further_refusal(const struct ikev2_sa *sa, const struct ikev2_msg *msg, uint16_t notify)
{
    bool is_shared = false;
    for (const struct ikev2_child *c = sa->children; c && !is_shared; c = c->next)
        is_shared = c->is_shared;
    return notify == WIRE_IKE_N_NO_ADDITIONAL_SAS && is_shared &&
                   ikev2_msg_has(msg, WIRE_IKE_N_SA_RESOURCE_INFO)
               ? WIRE_IKE_N_TS_MAX_QUEUE
               : notify;
}

void ikev2_further_wanted(struct ike *ike, const struct ikev2_child *c)
{
    struct ikev2_sa *sa = c->sa;
    if (!c->is_shared || c->old_conf || !ikev2_child_is_live(c) || sa->state != IKEV2_ST_UP ||
        further_count(sa, c->conf) >= c->conf->worker_sas)
        return;
    ikev2_wish_one(sa, (size_t)(c->conf - sa->conn->children));
    if (sa->life.retry_at.ns < sa->life.further_at.ns)
        sa->life.retry_at = sa->life.further_at;
    ikev2_sa_touch(ike, sa);
}
