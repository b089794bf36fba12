/* SPDX-License-Identifier: BSD-3-Clause */
/* Admission of calls: limits, and who makes room for whom. */
#include "ikev2_admit.h"

#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ike_share.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

#define PATIENCE_S 2u /* within it an honest caller goes on, on any path */

/* Whether the holder of a half-open SA has more than a caller would have with one more. */
static bool admit_is_greedier(const struct ike *ike, const struct ikev2_sa *sa,
                              const struct base_addr *caller, struct ike_share_count *held)
{
    struct base_addr who;
    *held = ike_share_held(&sa->share, &who);
    const struct ike_share_count own = ike_share_of(ike, caller);
    const struct base_addr theirs = ike_share_prefix(&who), ours = ike_share_prefix(caller);
    return base_addr_equal(&theirs, &ours) ? held->address > own.address + 1 : held->prefix > own.prefix + 1;
}

/* Whether a caller was answered, or refused, long enough ago. */
static bool admit_had_time(const struct ike *ike, const struct ikev2_sa *sa)
{
    return (sa->state == IKEV2_ST_R_INIT || sa->state == IKEV2_ST_R_MIX) &&
           (!sa->init ||
            base_time_reached(base_time_add(sa->init->answered_at, PATIENCE_S * BASE_NS_PER_S), ike->now));
}

static bool admit_make_room(struct ike *ike, const struct base_addr *caller)
{
    struct ikev2_sa *sa = ikev2_sa_greediest(ike);
    struct ike_share_count held;
    if (!sa)
        return false;
    const bool is_greedier = admit_is_greedier(ike, sa, caller, &held);
    /* One that holds half of the table: its own newest calls, of whoever is there beside a flood, are let in.
     */
    const bool is_flood = held.prefix >= ike->conf->half_open_max / 2;
    if (!is_greedier && !is_flood && !admit_had_time(ike, sa))
        return false;
    ike->stats.half_open_evicted++;
    if (is_flood)
        explain_greedy(ike, &sa->path, held);
    ikev2_sa_kill(ike, sa);
    return true;
}

bool ikev2_admit(struct ike *ike, const struct ikev2_msg *msg)
{
    const struct base_endpoint *from = &msg->path->remote;
    const char *limit = NULL;
    if (ikev2_sa_half_open_of(ike, from) >= ike->conf->half_open_per_endpoint)
        limit = "half_open_per_endpoint";
    else if (ike->waits.n_orphans >= ike->conf->half_open_max ||
             (ike->stats.half_open >= ike->conf->half_open_max && !admit_make_room(ike, &from->addr)))
        limit = "half_open";
    else if (ike->stats.ike_sas >= ike->conf->sas_max && !admit_make_room(ike, &from->addr))
        limit = "sas";
    if (!limit && ikev2_init_has_room(ike, msg->raw))
        return true;
    ike->stats.dropped_capped++;
    if (limit)
        explain_limit(ike, (struct explain_about){.path = msg->path}, limit);
    return false;
}
