/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Failure records about a child's proposals, those of the peer being in ike->v2->sa_in. */
#include "ikev2_select.h"

struct ike;
struct ike_child_conf;
struct ikev2_sa;

/* Nothing in common: AH, a group (PFS) alone, or the algorithms. */
void ikev2_child_explain(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *conf,
                         enum ikev2_dh_rule rule);

/*
 * The peer's request for the first child, which is agreed on. It may name groups there, though they do not
 * count yet: if none will do, that is told now, not when the child is rekeyed.
 */
void ikev2_child_foresee(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *conf);
