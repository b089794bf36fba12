/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* An address of ours in the place of a peer's that another peer has already (pool_remap.h), of an IKE SA. */
#include <stdbool.h>
#include "base_ts.h"

struct ike;
struct ike_child_conf;
struct ikev2_sa;

/*
 * Gives the SA an address for the one that these selectors are for. False: the child is not for that, they
 * have several addresses, the SA has an address for another one, or the pool has none left.
 */
bool ikev2_remap_take(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *c,
                      const struct base_ts_list *remote);
