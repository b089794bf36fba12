/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What other peers hold, and an address of ours in the place of one that clashes (pool_remap.h). */
#include <stdbool.h>

struct ike;
struct ikev1_quick;
struct ikev1_sa;

/*
 * Whether others hold what q's child is to have, and it can not be kept apart from theirs by an address of a
 * pool, which is taken here: told. Another identity's stay with it; a machine of this identity at another
 * place is kept apart, where there is a pool for that, and else has to give way to the newer one.
 */
bool ikev1_remap_is_taken(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_quick *q);
