/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of a pool for peers whose own somebody else has. */
#include "pool_remap.h"

#include "ike_conf.h"
#include "pool_book.h"

const struct base_ts_list *pool_remap_ts(const struct pool_remap *m, const struct base_ts_list *remote,
                                         struct base_ts_list *out)
{
    const struct base_addr *real = base_ts_host(remote);
    if (m->here.family == BASE_AF_NONE || !real || !base_addr_equal(real, &m->real))
        return remote;
    base_ts_copy(out, remote);
    base_ts_set_host(out, &m->here);
    return out;
}

bool pool_remap_take(struct pool_book *book, struct pool_remap *m, const struct pool_remap_want *want)
{
    const struct base_addr *real = base_ts_host(want->remote);
    const struct ike_conf *conf = want->conf;
    const size_t pool = want->pool[0] ? ike_conf_pool(conf, want->pool) : conf->n_pools;
    if (!real || pool == conf->n_pools || m->here.family != BASE_AF_NONE ||
        conf->pools[pool].ranges->list[0].lo.family != real->family)
        return false;
    struct pool_want lease = {.id = want->id, .holder = want->holder, .now = want->now};
    lease.takes_over = want->older != NULL;
    if (want->older) /* and none that another device of this identity has */
        lease.asked = want->older->here;
    if (pool_take(book, pool, &lease, &m->here) != 0)
        return false;
    m->real = *real;
    return true;
}

void pool_remap_follow(struct pool_remap *m, const struct base_addr *from, const struct base_addr *to)
{
    if (base_addr_equal(&m->real, from))
        m->real = *to;
}

void pool_remap_end(struct pool_book *book, struct pool_remap *m, uint64_t holder, base_time now)
{
    if (m->here.family != BASE_AF_NONE)
        pool_release(book, &m->here, holder, now);
    *m = (struct pool_remap){0};
}

void pool_remap_move(struct pool_book *book, struct pool_remap *from, uint64_t holder, struct pool_remap *to,
                     uint64_t heir)
{
    if (from->here.family == BASE_AF_NONE || to->here.family != BASE_AF_NONE)
        return;
    *to = *from;
    *from = (struct pool_remap){0};
    pool_hand_over(book, &to->here, holder, heir);
}
