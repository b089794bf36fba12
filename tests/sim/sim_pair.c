/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds the two-site world that most simulations start from. */
#include "sim_pair.h"
#include <string.h>

static const char *const gw_public = "203.0.113.1", *const foo_public = "198.51.100.7";

struct sim_pair sim_pair_new(struct sim_world *w, enum sim_nat_kind foo_nat, enum sim_nat_kind gw_nat)
{
    struct sim_pair p = {.w = w};
    p.foo_nat = sim_world_nat(w, foo_nat, foo_public);
    p.gw_nat = sim_world_nat(w, gw_nat, gw_public);
    p.foo = sim_host_new(w, "foo", foo_nat ? "192.168.1.2" : foo_public, p.foo_nat);
    p.gw = sim_host_new(w, "gw", gw_nat ? "172.16.0.1" : gw_public, p.gw_nat);
    p.foo_conn = (struct sim_conn){.local_id = "@foo",
                                   .remote_id = "203.0.113.1",
                                   .remote = gw_public,
                                   .local_ts = "10.104.0.0/24",
                                   .remote_ts = "10.103.0.0/24",
                                   .dpd_s = 30,
                                   .keepalive_s = 20,
                                   .start = true};
    p.gw_conn = p.foo_conn;
    p.gw_conn.local_id = p.foo_conn.remote_id;
    p.gw_conn.remote_id = p.foo_conn.local_id;
    p.gw_conn.local_ts = p.foo_conn.remote_ts;
    p.gw_conn.remote_ts = p.foo_conn.local_ts;
    p.gw_conn.remote = foo_nat == SIM_NAT_MASQUERADE ? NULL : foo_public;
    p.gw_conn.start = false;
    return p;
}

struct ike_conf *sim_pair_conf(const struct sim_conn *c, const struct sim_host *h)
{
    struct ike_conf *conf = sim_conf_build(c, 1);
    conf->conns[0].n_local_addrs = !c->any_local && h->world->seed & 1;
    conf->conns[0].local_addrs[0] = h->addr;
    ike_conf_seal(conf);
    return conf;
}

void sim_pair_start(struct sim_pair *p)
{
    sim_host_start(p->gw, sim_pair_conf(&p->gw_conn, p->gw));
    sim_host_start(p->foo, sim_pair_conf(&p->foo_conn, p->foo));
}

bool sim_pair_is_up(const struct sim_pair *p)
{
    size_t want = p->foo_conn.child2_ts ? 2 : 1;
    return sim_host_established(p->foo) && sim_host_established(p->gw) &&
           sim_host_count(p->foo, SIM_SA_INSTALLED) >= want &&
           sim_host_count(p->gw, SIM_SA_INSTALLED) >= want;
}

void sim_pair_connect(struct sim_pair *p)
{
    sim_pair_start(p);
    for (int i = 0; i < 300 && !p->w->failed && !sim_pair_is_up(p); i++)
        sim_world_run(p->w, 100 * SIM_MS);
    SIM_EXPECT(p->w, sim_pair_is_up(p));
}
