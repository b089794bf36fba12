/* SPDX-License-Identifier: BSD-3-Clause */
/* Which older SA of a peer has the address that a new one is to have. */
#include "ikev2_remap.h"

#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "pool_remap.h"

/* An older SA of this identity for this address, whose traffic is the new one's from now on; or NULL. */
static const struct ikev2_sa *remap_older(const struct ike *ike, const struct ikev2_sa *sa,
                                          const struct base_addr *real)
{
    const struct ikev2_sa *o = NULL;
    while ((o = ikev2_sa_of_peer(ike, sa->run, sa->remote_id, o)) != NULL)
        if (o != sa && base_addr_equal(&o->remap.real, real))
            break;
    return o;
}

bool ikev2_remap_take(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *c,
                      const struct base_ts_list *remote)
{
    const struct base_addr *real = base_ts_host(remote);
    const struct ikev2_sa *older = real ? remap_older(ike, sa, real) : NULL;
    const struct pool_remap_want want = {.conf = ike->conf,
                                         .pool = c->remap,
                                         .id = sa->remote_id,
                                         .holder = sa->id,
                                         .remote = remote,
                                         .older = older ? &older->remap : NULL,
                                         .now = ike->now};
    return pool_remap_take(ike->pools, &sa->remap, &want);
}
