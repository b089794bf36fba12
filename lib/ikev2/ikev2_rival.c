/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rivals: when both sides rekey an IKE SA at once there are two heirs until it shows which exchange stays
 * (RFC 7296 2.8.2). This file only answers who is whose.
 */
#include "ikev2_rival.h"

#include "ike_core.h"
#include "ikev2_sa.h"

struct ikev2_sa *ikev2_rival_of_old(const struct ike *ike, const struct ikev2_sa *sa)
{
    struct ikev2_sa *rival = sa->rival.id ? ikev2_sa_by_id(ike, sa->rival.id) : NULL;
    return rival && rival->state == IKEV2_ST_UP ? rival : NULL;
}

struct ikev2_sa *ikev2_rival_old(const struct ike *ike, const struct ikev2_sa *sa)
{
    struct ikev2_sa *old = sa->rival.of ? ikev2_sa_by_id(ike, sa->rival.of) : NULL;
    return old && old->rival.id == sa->id ? old : NULL;
}

bool ikev2_rival_is_undecided(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ikev2_rival_old(ike, sa) != NULL;
}
