/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rivals: when both sides rekey an IKE SA at once there are two heirs until it shows which exchange stays
 * (RFC 7296 2.8.2). This file only answers who is whose.
 */
#include "ike_sa.h"

struct ike_sa *ike_rival_of_old(const struct ike *ike, const struct ike_sa *sa)
{
    struct ike_sa *rival = sa->rival.id ? ike_sa_by_id(ike, sa->rival.id) : NULL;
    return rival && rival->state == IKE_ST_UP ? rival : NULL;
}

struct ike_sa *ike_rival_old(const struct ike *ike, const struct ike_sa *sa)
{
    struct ike_sa *old = sa->rival.of ? ike_sa_by_id(ike, sa->rival.of) : NULL;
    return old && old->rival.id == sa->id ? old : NULL;
}

bool ike_rival_is_undecided(const struct ike *ike, const struct ike_sa *sa)
{
    return ike_rival_old(ike, sa) != NULL;
}
