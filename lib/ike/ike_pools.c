/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools of the engine: from its configuration, and for who looks at them or keeps them over a restart. */
#include "ike_pools.h"

#include "ike.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "pool_book.h"

/* Leases are as many as the SAs that there may be, and those that are kept. */
int ike_pools_apply(struct ike *ike)
{
    const struct ike_conf *c = ike->conf;
    const int rc = pool_book_set(ike->pools, c->pools, c->n_pools, c->n_pools ? 2 * (size_t)c->sas_max : 0);
    pool_book_reserve(ike->pools, c->grants); /* they last as long as the configuration */
    return rc;
}

struct pool_book *ike_pools(const struct ike *ike)
{
    return ike->pools;
}
