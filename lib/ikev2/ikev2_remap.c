/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of a pool for peers whose own somebody else has. */
#include "ikev2_remap.h"

#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "pool_book.h"

const struct base_ts_list *ikev2_remap_ts(const struct ikev2_sa *sa, const struct base_ts_list *remote,
                                          struct base_ts_list *out)
{
    const struct base_addr *real = base_ts_host(remote);
    if (sa->remap.here.family == BASE_AF_NONE || !real || !base_addr_equal(real, &sa->remap.real))
        return remote;
    base_ts_copy(out, remote);
    base_ts_set_host(out, &sa->remap.here);
    return out;
}

/* An older SA of this identity for this address, whose traffic is the new one's from now on; or NULL. */
static const struct ikev2_sa *remap_older(const struct ike *ike, const struct ikev2_sa *sa,
                                          const struct base_addr *real)
{
    const struct ikev2_sa *o = NULL;
    while ((o = ikev2_sa_of_peer(ike, sa->run, &sa->remote_id, o)) != NULL)
        if (o != sa && base_addr_equal(&o->remap.real, real))
            break;
    return o;
}

bool ikev2_remap_take(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *c,
                      const struct base_ts_list *remote)
{
    const struct base_addr *real = base_ts_host(remote);
    const struct ike_conf *now = ike->conf; /* the SA's may be a former one, with other numbers of pools */
    const size_t pool = c->remap[0] ? ike_conf_pool(now, c->remap) : now->n_pools;
    if (!real || pool == now->n_pools || sa->remap.here.family != BASE_AF_NONE ||
        now->pools[pool].ranges->list[0].lo.family != real->family)
        return false;
    struct pool_want want = {.id = &sa->remote_id, .holder = sa->id, .now = ike->now};
    const struct ikev2_sa *older = remap_older(ike, sa, real);
    want.takes_over = older != NULL;
    if (older) /* and none that another device of this identity has */
        want.asked = older->remap.here;
    if (pool_take(ike->pools, pool, &want, &sa->remap.here) != 0)
        return false;
    sa->remap.real = *real;
    return true;
}

void ikev2_remap_end(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->remap.here.family != BASE_AF_NONE)
        pool_release(ike->pools, &sa->remap.here, sa->id, ike->now);
    sa->remap = (struct ikev2_remap){0};
}

void ikev2_remap_move(struct ike *ike, struct ikev2_sa *from, struct ikev2_sa *to)
{
    if (from->remap.here.family == BASE_AF_NONE || to->remap.here.family != BASE_AF_NONE)
        return;
    to->remap = from->remap;
    from->remap = (struct ikev2_remap){0};
    pool_hand_over(ike->pools, &to->remap.here, from->id, to->id);
}
