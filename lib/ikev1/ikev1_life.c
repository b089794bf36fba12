/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lifetimes. Each side has its own and names it; the peer's ends the SA there whatever we have, so a new one
 * is begun before the shorter of both.
 */
#include "ikev1_life.h"

#include "base_time.h"
#include "ike_backoff.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_sa.h"

#define HARD_PER_CENT   10u
#define HARD_TURN_S     10u
#define JITTER_PER_CENT 10u
#define TOLD_PER_CENT   90u /* of the peer's life: then a new one is begun */

/* The shorter of what is configured and nine tenths of what the peer named; 0: neither. */
static uint64_t life_soft_s(uint32_t own_s, uint32_t told_s)
{
    const uint64_t told = (uint64_t)told_s * TOLD_PER_CENT / 100;
    return told && (!own_s || told < own_s) ? told : own_s;
}

static base_time life_soft_end(struct ike *ike, uint64_t s)
{
    const uint64_t ns = s * BASE_NS_PER_S;
    return s ? base_time_add(ike->now, ns - ike_jitter(ike, ns * JITTER_PER_CENT / 100 + 1))
             : BASE_TIME_NEVER;
}

static base_time life_hard_end(struct ike *ike, const struct ike_conn_conf *conn, uint64_t s)
{
    const uint64_t ns = s * BASE_NS_PER_S, part = ns * HARD_PER_CENT / 100;
    const uint64_t least = ike_backoff_all_ns(conn) + HARD_TURN_S * BASE_NS_PER_S;
    return s ? base_time_add(ike->now, ns + (part > least ? part : least)) : BASE_TIME_NEVER;
}

void ikev1_life_set_sa(struct ike *ike, struct ikev1_sa *sa)
{
    const uint64_t s = life_soft_s(sa->conn->rekey_s, sa->algs.life_s);
    sa->life.established_at = sa->life.last_in = ike->now;
    sa->life.give_up_at = BASE_TIME_NEVER;
    sa->life.rekey_at = life_soft_end(ike, s);
    sa->life.dies_at = life_hard_end(ike, sa->conn, s);
}

void ikev1_life_set_child(struct ike *ike, struct ikev1_child *c, uint32_t told_s)
{
    const uint64_t s = life_soft_s(c->conf->rekey_s, told_s);
    c->rekey_at = life_soft_end(ike, s);
    c->dies_at = c->conf->life_s ? base_time_add(ike->now, c->conf->life_s * BASE_NS_PER_S)
                                 : life_hard_end(ike, c->sa->conn, s);
}
