/* SPDX-License-Identifier: BSD-3-Clause */
/* How long SAs live: lifetimes with jitter, counted from when they are made (RFC 7296 2.8). */
#include "ikev2_life.h"

#include "base_time.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_sa.h"

#define HARD_PER_CENT   10u /* a hard lifetime that is not configured is that much longer */
#define JITTER_PER_CENT 10u /* rekeying starts up to that much earlier, so that peers do not meet */

static base_time life_soft_end(struct ike *ike, base_time start, uint32_t seconds)
{
    const uint64_t ns = seconds * BASE_NS_PER_S;
    return seconds ? base_time_add(start, ns - ike_jitter(ike, ns * JITTER_PER_CENT / 100)) : BASE_TIME_NEVER;
}

static base_time life_hard_end(struct ike *ike, uint32_t soft_s, uint32_t hard_s)
{
    if (hard_s)
        return base_time_add(ike->now, hard_s * BASE_NS_PER_S);
    const uint64_t ns = soft_s * BASE_NS_PER_S;
    return soft_s ? base_time_add(ike->now, ns + ns * HARD_PER_CENT / 100) : BASE_TIME_NEVER;
}

void ikev2_life_set_sa(struct ike *ike, struct ikev2_sa *sa)
{
    sa->life.rekey_at = life_soft_end(ike, sa->life.established_at, sa->conn->rekey_s);
    sa->life.dies_at = life_hard_end(ike, sa->conn->rekey_s, 0);
}

void ikev2_life_start_sa(struct ike *ike, struct ikev2_sa *sa)
{
    sa->life.established_at = sa->life.last_in = ike->now;
    sa->life.give_up_at = BASE_TIME_NEVER;
    ikev2_life_set_sa(ike, sa);
}

void ikev2_life_set_child(struct ike *ike, struct ikev2_child *c)
{
    c->rekey_at = life_soft_end(ike, c->installed_at, c->conf->rekey_s);
    c->dies_at = life_hard_end(ike, c->conf->rekey_s, c->conf->life_s);
}
