/* SPDX-License-Identifier: BSD-3-Clause */
/* Records go out as jobs and come back to nobody: whoever asks the servers also asks again. */
#include "ikev2_account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "ike_core.h"
#include "ike_env.h"
#include "ike_job_radius.h"
#include "ike_radius_conf.h"
#include "ikev2_sa.h"

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
    a->session = (struct eap_radius_session){.user = *user, .grant = *grant};
    snprintf(a->session.id, sizeof a->session.id, "%016" PRIx64, id);
    a->since = ike->now;
    account_tell(ike, sa);
}

void ikev2_account_move(struct ikev2_sa *from, struct ikev2_sa *to)
{
    to->account = from->account;
    from->account = NULL;
}

void ikev2_account_stop(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_account *a = sa->account;
    if (!a)
        return;
    a->session.is_stop = true;
    a->session.seconds = (uint32_t)(base_time_since(ike->now, a->since) / BASE_NS_PER_S);
    account_tell(ike, sa);
    free(a);
    sa->account = NULL;
}
