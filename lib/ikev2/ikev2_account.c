/* SPDX-License-Identifier: BSD-3-Clause */
/* Records go out as jobs and come back to nobody: whoever asks the servers also asks again. */
#include "ikev2_account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base_span.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_job_radius.h"
#include "ike_radius_conf.h"
#include "ikev2_children.h"
#include "ikev2_inner.h"
#include "ikev2_sa.h"

#define INTERIM_JITTER_PER_CENT 10u /* later, at most */

static void account_told(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    (void)ike;
    (void)sa_id;
    (void)job;
}

static bool account_is_wanted(const struct ike_radius_conf *r)
{
    for (size_t i = 0; r && i < r->n_servers; i++)
        if (r->servers[i].acct_port)
            return true;
    return false;
}

static void account_tell(struct ike *ike, const struct ikev2_sa *sa)
{
    struct ike_job_radius *j = ike_job_radius_account(sa->conf, &sa->path, &sa->account->session);
    if (!j)
        return;
    j->job.urgency = IKE_JOB_LIVE;
    (void)ike_wait_for(ike, &j->job, sa->id, account_told);
}

static void account_add(struct ike *ike, struct ike_traffic *sum, uint32_t spi_in)
{
    if (!ike->env.traffic)
        return;
    const struct ike_traffic t = ike->env.traffic(ike->env.ctx, spi_in);
    sum->in_pkts += t.in_pkts;
    sum->in_bytes += t.in_bytes;
    sum->out_pkts += t.out_pkts;
    sum->out_bytes += t.out_bytes;
}

/* How long it has lasted, and what was carried, those children included that live. */
static void account_measure(struct ike *ike, const struct ikev2_sa *sa)
{
    struct ikev2_account *a = sa->account;
    struct ike_traffic sum = a->gone;
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        account_add(ike, &sum, c->spi_in);
    a->session.seconds = (uint32_t)(base_time_since(ike->now, a->since) / BASE_NS_PER_S);
    a->session.in = (struct eap_radius_count){sum.in_pkts, sum.in_bytes};
    a->session.out = (struct eap_radius_count){sum.out_pkts, sum.out_bytes};
}

/*
 * A server's word goes before the configuration's; neither makes a flood of records, nor do sessions that
 * began together tell all at once (RFC 2869 2.1).
 */
static base_time account_next(struct ike *ike, const struct ikev2_sa *sa)
{
    const uint32_t granted = sa->account->session.grant.interim_s;
    const uint32_t ours = sa->conf->radius ? sa->conf->radius->interim_s : 0;
    const uint32_t s = granted ? granted : ours;
    if (!s)
        return BASE_TIME_NEVER;
    const uint64_t ns = (s < IKE_RADIUS_INTERIM_MIN ? IKE_RADIUS_INTERIM_MIN : s) * BASE_NS_PER_S;
    return base_time_add(ike->now, ns + ike_jitter(ike, ns / 100 * INTERIM_JITTER_PER_CENT));
}

/* The address that the peer has, whoever said which: 0 without one. */
static uint32_t account_address(const struct ikev2_sa *sa)
{
    const struct ikev2_inner *in = sa->inner;
    for (size_t i = 0; in && in->is_ours && i < in->n; i++)
        if (in->addrs[i].family == BASE_AF_IP4) {
            struct base_reader r = base_reader(base_span(in->addrs[i].bytes, 4));
            return base_read_u32(&r);
        }
    return 0;
}

void ikev2_account_start(struct ike *ike, struct ikev2_sa *sa, const struct eap_name *user,
                         const struct eap_grant *grant)
{
    uint64_t id;
    if (!sa->conf || !account_is_wanted(sa->conf->radius))
        return;
    struct ikev2_account *a = sa->account = calloc(1, sizeof *a);
    if (!a)
        return;
    ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, &id, sizeof id);
    a->session = (struct eap_radius_session){.user = *user, .grant = *grant, .status = EAP_RADIUS_START};
    if (account_address(sa))
        a->session.grant.ip4 = account_address(sa);
    snprintf(a->session.id, sizeof a->session.id, "%016" PRIx64, id);
    a->since = ike->now;
    a->interim_at = account_next(ike, sa);
    account_tell(ike, sa);
}

void ikev2_account_move(struct ikev2_sa *from, struct ikev2_sa *to)
{
    to->account = from->account;
    from->account = NULL;
}

void ikev2_account_child_ends(struct ike *ike, const struct ikev2_child *c)
{
    if (c->sa->account)
        account_add(ike, &c->sa->account->gone, c->spi_in);
}

void ikev2_account_child_moves(struct ike *ike, const struct ikev2_child *c, struct ikev2_sa *to)
{
    ikev2_account_child_ends(ike, c);
    if (!to->account)
        return;
    struct ike_traffic before = {0}, *gone = &to->account->gone;
    account_add(ike, &before, c->spi_in);
    /* Below zero for a while: the child counts in whole as long as it lives, and at its end. */
    gone->in_pkts -= before.in_pkts;
    gone->in_bytes -= before.in_bytes;
    gone->out_pkts -= before.out_pkts;
    gone->out_bytes -= before.out_bytes;
}

base_time ikev2_account_at(const struct ikev2_sa *sa)
{
    return sa->account ? sa->account->interim_at : BASE_TIME_NEVER;
}

void ikev2_account_on_timer(struct ike *ike, struct ikev2_sa *sa)
{
    if (!base_time_reached(ikev2_account_at(sa), ike->now))
        return;
    sa->account->session.status = EAP_RADIUS_INTERIM;
    sa->account->interim_at = account_next(ike, sa);
    account_measure(ike, sa);
    account_tell(ike, sa);
}

void ikev2_account_stop(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_account *a = sa->account;
    if (!a)
        return;
    a->session.status = EAP_RADIUS_STOP;
    account_measure(ike, sa);
    account_tell(ike, sa);
    free(a);
    sa->account = NULL;
}
