/* SPDX-License-Identifier: BSD-3-Clause */
/* Silences of an SA, and what ends them. */
#include "ikev2_keepalive.h"

#include "base_addr.h"
#include "ike_act.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_mapping.h"
#include "ike_path.h"
#include "ikev2_sa.h"

uint64_t ikev2_keepalive_ns(const struct ike *ike, const struct ikev2_sa *sa, bool *is_try)
{
    *is_try = false;
    if (sa->state != IKEV2_ST_UP || !sa->natd.local_nat || !sa->path.natt || sa->path.tcp ||
        !sa->conn->keepalive_s)
        return 0;
    const uint64_t first = sa->conn->keepalive_s * BASE_NS_PER_S;
    if (sa->conn->keepalive == IKE_KEEPALIVE_FIXED)
        return first;
    const uint64_t ns = ike_mapping_next(ike_mapping_find(ike, &sa->path.local.addr), first, is_try);
    if (!*is_try || ikev2_mobike_checks(sa))
        return ns;
    *is_try = false; /* nobody would tell what came of it */
    return first;
}

base_time ikev2_keepalive_at(const struct ike *ike, const struct ikev2_sa *sa)
{
    bool is_try;
    const uint64_t ns = ikev2_keepalive_ns(ike, sa, &is_try);
    return ns ? base_time_add(sa->life.last_out, ns) : BASE_TIME_NEVER;
}

void ikev2_keepalive_due(struct ike *ike, struct ikev2_sa *sa, bool may_ask)
{
    bool is_try;
    if (ikev2_keepalive_ns(ike, sa, &is_try) && is_try && may_ask) {
        sa->want.dpd = true;
        return;
    }
    sa->life.last_out = ike->now;
    ike_act_keepalive(ike, &sa->path);
}

static uint64_t silence(const struct ike *ike, base_time a, base_time b)
{
    return base_time_since(ike->now, a.ns > b.ns ? a : b);
}

void ikev2_keepalive_asks(const struct ike *ike, struct ikev2_sa *sa)
{
    sa->keepalive.out_ns = base_time_since(ike->now, sa->life.last_out);
    sa->keepalive.both_ns = silence(ike, sa->life.last_in, sa->life.last_out);
}

void ikev2_keepalive_answered(struct ike *ike, struct ikev2_sa *sa, enum ikev2_seen seen)
{
    if (seen == IKEV2_SEEN_SAME)
        ike_mapping_held(ike, &sa->path.local.addr, sa->keepalive.both_ns);
    else if (seen == IKEV2_SEEN_ELSEWHERE)
        ike_mapping_lost(ike, &sa->path.local.addr, sa->keepalive.out_ns);
}

void ikev2_keepalive_heard(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path)
{
    const struct base_endpoint *was = &sa->path.remote;
    if (sa->state != IKEV2_ST_UP || !sa->natd.remote_nat || path->tcp || sa->path.tcp ||
        !base_addr_equal(&was->addr, &path->remote.addr))
        return;
    if (was->port == path->remote.port)
        ike_mapping_held(ike, &was->addr, silence(ike, sa->life.last_in, sa->life.last_out));
    else
        ike_mapping_lost(ike, &was->addr, base_time_since(ike->now, sa->life.last_in));
}
