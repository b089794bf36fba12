/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two engines of which b gives inner addresses from pools, and a asks for them; for tests of both sides. */
#include "ike_pair.h"

/* One more pool with the addresses from lo to hi. */
static inline struct ike_pool_conf *pair_pool(struct ike_conf *conf, const char *name, const char *lo,
                                              const char *hi)
{
    struct base_ts_list l = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    l.list[0].lo = pair_addr(lo);
    l.list[0].hi = pair_addr(hi);
    conf->pools = realloc(conf->pools, (conf->n_pools + 1) * sizeof *conf->pools);
    struct ike_pool_conf *p = &conf->pools[conf->n_pools++];
    *p = (struct ike_pool_conf){.lease_s = 3600};
    snprintf(p->name, sizeof p->name, "%s", name);
    assert_true(base_ts_set(&p->ranges, &l));
    return p;
}

static inline void pair_dynamic(struct base_ts_list **kept)
{
    const struct base_ts_list dynamic = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    assert_true(base_ts_set(kept, &dynamic));
}

/* b: pools "four" and "six" for the peer; a: asks for an address of each family. Not started. */
static inline struct pair *pair_with_pools(void)
{
    struct pair *p = pair_new();
    struct ike_conn_conf *a = &p->h[0].conf->conns[0], *b = &p->h[1].conf->conns[0];
    struct ike_pool_conf *four = pair_pool(p->h[1].conf, "four", "10.9.0.1", "10.9.0.3");
    four->dns[four->n_dns++] = pair_addr("10.2.0.53");
    pair_ts(&four->subnets, "10.2.0.0/16");
    struct ike_pool_conf *six = pair_pool(p->h[1].conf, "six", "fd09::1", "fd09::3");
    six->dns[six->n_dns++] = pair_addr("fd02::53");
    snprintf(b->pools[b->n_pools++], sizeof b->pools[0], "four");
    snprintf(b->pools[b->n_pools++], sizeof b->pools[0], "six");
    pair_dynamic(&b->children[0].remote_ts);
    pair_ts(&b->children[0].local_ts, "fd02::/64");
    a->n_virtual_addrs = 2;
    a->virtual_addrs[0] = pair_addr("0.0.0.0");
    a->virtual_addrs[1] = pair_addr("::");
    pair_dynamic(&a->children[0].local_ts);
    pair_ts(&a->children[0].remote_ts, "fd02::/64");
    return p;
}
