/* SPDX-License-Identifier: BSD-3-Clause */
/* What the peer made by rekeying, as long as it is not known that it has it. */
#include "ikev2_heir.h"

#include "ike_core.h"
#include "ikev2_sa.h"

static base_time heir_until(const struct ike *ike)
{
    return base_time_add(ike->now, IKEV2_HEIR_HOLD_S * BASE_NS_PER_S);
}

static struct ikev2_sa *heir_of(const struct ike *ike, const struct ikev2_sa *old)
{
    return old->heir.id ? ikev2_sa_by_id(ike, old->heir.id) : NULL;
}

void ikev2_heir_hold(struct ike *ike, struct ikev2_sa *old, struct ikev2_sa *heir)
{
    old->heir.id = heir->id;
    heir->heir.held_until = heir_until(ike);
}

void ikev2_heir_asked_again(struct ike *ike, const struct ikev2_sa *old)
{
    struct ikev2_sa *heir = heir_of(ike, old);
    if (!heir || base_time_reached(heir->heir.held_until, ike->now))
        return;
    heir->heir.held_until = heir_until(ike);
    ikev2_sa_touch(ike, heir);
}

static void heir_is_known(struct ike *ike, struct ikev2_sa *heir)
{
    if (!heir->heir.held_until.ns)
        return;
    heir->heir.held_until = (base_time){0};
    ikev2_sa_touch(ike, heir);
}

void ikev2_heir_heard(struct ike *ike, struct ikev2_sa *sa, bool is_response)
{
    struct ikev2_sa *heir = is_response ? NULL : heir_of(ike, sa);
    heir_is_known(ike, sa);
    if (heir)
        heir_is_known(ike, heir);
}

bool ikev2_heir_is_held(const struct ike *ike, const struct ikev2_sa *sa)
{
    return !base_time_reached(sa->heir.held_until, ike->now) && !ike->shutting_down;
}
