/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long SAs live: lifetimes with jitter, counted from when they are made (RFC 7296 2.8), and the life of
 * an authentication, which goes on in whatever an SA is rekeyed to (RFC 4478 2).
 */
#include "ikev2_life.h"

#include "base_time.h"
#include "ike_backoff.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_grant.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"

#define HARD_PER_CENT   10u /* a hard lifetime that is not configured is that much longer, */
#define HARD_TURN_S     10u /* a rekeying gets its turn so late, at most */
#define JITTER_PER_CENT 10u /* rekeying starts up to that much earlier, so that peers do not meet */
#define TOLD_LEAST_S    5u  /* a peer can make us authenticate again once in that time */

static base_time life_soft_end(struct ike *ike, base_time start, uint32_t seconds)
{
    const uint64_t ns = seconds * BASE_NS_PER_S;
    return seconds ? base_time_add(start, ns - ike_jitter(ike, ns * JITTER_PER_CENT / 100)) : BASE_TIME_NEVER;
}

/* A tenth behind the soft end, and no sooner than `least` behind it. */
static base_time life_hard_end(struct ike *ike, uint32_t soft_s, uint64_t least_ns)
{
    const uint64_t ns = soft_s * BASE_NS_PER_S, part = ns * HARD_PER_CENT / 100;
    return soft_s ? base_time_add(ike->now, ns + (part > least_ns ? part : least_ns)) : BASE_TIME_NEVER;
}

static uint64_t life_rekeying_ns(const struct ike_conn_conf *conn)
{
    return ike_backoff_all_ns(conn) + HARD_TURN_S * BASE_NS_PER_S;
}

void ikev2_life_set_sa(struct ike *ike, struct ikev2_sa *sa)
{
    sa->life.rekey_at = life_soft_end(ike, sa->life.established_at, sa->conn->rekey_s);
    sa->life.dies_at = life_hard_end(ike, sa->conn->rekey_s, life_rekeying_ns(sa->conn));
}

void ikev2_life_start_sa(struct ike *ike, struct ikev2_sa *sa)
{
    sa->life.established_at = sa->life.last_in = ike->now;
    sa->life.give_up_at = BASE_TIME_NEVER;
    ikev2_life_set_sa(ike, sa);
}

uint64_t ikev2_life_soft(struct ike *ike, uint64_t limit)
{
    return limit - ike_jitter(ike, limit / 100 * JITTER_PER_CENT);
}

uint32_t ikev2_life_auth_s(const struct ikev2_sa *sa)
{
    const struct ike_grant *row = ike_grant_of(sa->conn, sa->remote_id);
    return row && row->reauth_s != IKE_GRANT_UNSET ? row->reauth_s : sa->conn->reauth_s;
}

void ikev2_life_set_auth(struct ike *ike, struct ikev2_sa *sa)
{
    const uint32_t s = ikev2_life_auth_s(sa);
    sa->life.reauth_at = sa->life.auth_ends_at = BASE_TIME_NEVER;
    if (!s)
        return;
    /* Who was called gives its caller all the time that it was told of. */
    if (sa->is_caller)
        sa->life.reauth_at = life_soft_end(ike, ike->now, s);
    else if (ike_conn_conf_calls(sa->conn))
        sa->life.reauth_at = base_time_add(ike->now, s * BASE_NS_PER_S);
    sa->life.auth_ends_at = life_hard_end(ike, s, 0);
}

void ikev2_life_told_auth(struct ike *ike, struct ikev2_sa *sa, uint32_t seconds)
{
    if (!sa->is_caller)
        return;
    /* A tenth is left for retransmissions. */
    const uint64_t ns = seconds * BASE_NS_PER_S, spread = ns / 100 * JITTER_PER_CENT;
    const base_time at = base_time_add(ike->now, ns - spread - ike_jitter(ike, spread));
    const base_time least = base_time_add(sa->life.established_at, TOLD_LEAST_S * BASE_NS_PER_S);
    sa->life.reauth_at = base_time_min(sa->life.reauth_at, base_time_max(at, least));
    ikev2_sa_touch(ike, sa);
}

void ikev2_life_inherit_auth(const struct ikev2_sa *old, struct ikev2_sa *heir)
{
    heir->is_caller = old->is_caller;
    heir->life.reauth_at = old->life.reauth_at;
    heir->life.auth_ends_at = old->life.auth_ends_at;
    heir->want.reauth = old->want.reauth;
}

void ikev2_life_set_child(struct ike *ike, struct ikev2_child *c)
{
    c->rekey_at = life_soft_end(ike, c->installed_at, c->conf->rekey_s);
    c->dies_at = c->conf->life_s ? base_time_add(ike->now, c->conf->life_s * BASE_NS_PER_S)
                                 : life_hard_end(ike, c->conf->rekey_s, life_rekeying_ns(c->sa->conn));
}
