/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inner addresses under everything that happens to SAs: clients come, go, rekey, authenticate again, lose
 * power and their NAT's memory, in rain, and the gateway is killed and knows its leases again. After each
 * step no address is of two identities, whatever is held has an SA that lives, and in the end all of it is
 * given back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ike_core.h"
#include "ike_grant.h"
#include "ike_pools.h"
#include "ikev2_inner.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "pool_book.h"
#include "sim_check.h"
#include "sim_conf.h"
#include "sim_main.h"

#define CLIENTS  6
#define STEPS    100
#define POOL_LO  0x0a090001u
#define POOL_HI  (POOL_LO + 9)
#define ROW_ADDR (POOL_LO + 2) /* of client 0 */
#define LEASES   64

struct lot {
    struct sim_world *w;
    struct sim_host *gw, *clients[CLIENTS];
    struct sim_nat *nats[2];
    char names[CLIENTS][32], ids[CLIENTS][32];
    struct base_addr had[CLIENTS]; /* that each had when it was last looked at */
};

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void fill_dynamic(struct base_ts_list **kept)
{
    const struct base_ts_list dynamic = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    must(base_ts_set(kept, &dynamic));
}

static struct sim_conn conn_of(const struct lot *l, size_t i, bool at_gw)
{
    return (struct sim_conn){.name = l->names[i],
                             .local_id = at_gw ? "@gw" : l->ids[i],
                             .remote_id = at_gw ? l->ids[i] : "@gw",
                             .remote = at_gw ? NULL : "203.0.113.1",
                             .local_ts = at_gw ? "10.0.0.0/24" : "10.9.0.0/16",
                             .remote_ts = at_gw ? "10.9.0.0/16" : "10.0.0.0/24",
                             .dpd_s = 30,
                             .keepalive_s = 20,
                             .rekey_s = 900,
                             .reauth_s = at_gw ? 0 : 1700,
                             .child_rekey_s = 400,
                             .start = !at_gw};
}

static struct ike_conf *gw_conf(const struct lot *l)
{
    struct sim_conn conns[CLIENTS];
    struct base_ts_list range = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    for (size_t i = 0; i < CLIENTS; i++)
        conns[i] = conn_of(l, i, true);
    struct ike_conf *conf = sim_conf_build(conns, CLIENTS);
    must((conf->pools = calloc(1, sizeof *conf->pools)) != NULL);
    conf->n_pools = 1;
    snprintf(conf->pools[0].name, sizeof conf->pools[0].name, "p");
    conf->pools[0].lease_s = 86400;
    range.list[0].lo = base_addr_ip4(POOL_LO);
    range.list[0].hi = base_addr_ip4(POOL_HI);
    must(base_ts_set(&conf->pools[0].ranges, &range));
    for (size_t i = 0; i < CLIENTS; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        snprintf(c->pools[c->n_pools++], sizeof c->pools[0], "p");
        fill_dynamic(&c->children[0].remote_ts);
    }
    struct ike_grant *row = ike_grant_add(conf, &conf->conns[0]);
    must(row != NULL);
    row->id = conf->conns[0].remote_id;
    row->addrs[row->n_addrs++] = base_addr_ip4(ROW_ADDR);
    ike_conf_seal(conf);
    return conf;
}

static struct ike_conf *client_conf(const struct lot *l, size_t i)
{
    const struct sim_conn conn = conn_of(l, i, false);
    struct ike_conf *conf = sim_conf_build(&conn, 1);
    conf->conns[0].n_virtual_addrs = 1;
    conf->conns[0].virtual_addrs[0] = base_addr_ip4(0);
    fill_dynamic(&conf->conns[0].children[0].local_ts);
    ike_conf_seal(conf);
    return conf;
}

static struct lot *lot_new(struct sim_world *w)
{
    struct lot *l = calloc(1, sizeof *l);
    must(l != NULL);
    l->w = w;
    l->gw = sim_host_new(w, "gw", "172.16.0.1", sim_world_nat(w, SIM_NAT_STATIC, "203.0.113.1"));
    l->gw->pairs_max = 8 * CLIENTS;
    for (size_t i = 0; i < 2; i++)
        l->nats[i] = sim_world_nat(w, SIM_NAT_MASQUERADE, i ? "198.51.100.2" : "198.51.100.1");
    for (size_t i = 0; i < CLIENTS; i++) {
        char addr[32];
        snprintf(l->names[i], sizeof l->names[i], "c%zu", i);
        snprintf(l->ids[i], sizeof l->ids[i], "u%zu@example.org", i);
        snprintf(addr, sizeof addr, "192.168.1.%zu", 2 + i);
        l->clients[i] = sim_host_new(w, l->names[i], addr, l->nats[i % 2]);
    }
    sim_host_start(l->gw, gw_conf(l));
    l->gw->sends_traffic = false; /* addresses are what this is about */
    for (size_t i = 0; i < CLIENTS; i++) {
        sim_host_start(l->clients[i], client_conf(l, i));
        l->clients[i]->sends_traffic = false;
    }
    return l;
}

/* ---- what must hold at any time ---- */

static bool sa_has(const struct ikev2_sa *sa, const struct base_addr *addr)
{
    for (size_t i = 0; sa->inner && sa->inner->is_ours && i < sa->inner->n; i++)
        if (base_addr_equal(&sa->inner->addrs[i], addr))
            return true;
    return false;
}

/* All leases of the gateway, in no order. */
static size_t leases_of(const struct sim_host *gw, struct pool_record out[LEASES])
{
    const struct pool_book *book = ike_pools(gw->ike);
    size_t n = 0, pool;
    for (size_t place = 0; place < pool_places(book); place++)
        for (size_t k = 0; n < LEASES && pool_lease_at(book, place, k, &out[n], &pool); k++)
            n++;
    return n;
}

static size_t held_of(const struct sim_host *gw)
{
    struct pool_record all[LEASES];
    size_t held = 0;
    for (size_t i = 0, n = leases_of(gw, all); i < n; i++)
        held += all[i].kind == POOL_RECORD_HELD;
    return held;
}

/* What is held has a holder that lives and knows it. */
static void check_holders(struct lot *l)
{
    struct ike *ike = l->gw->ike;
    struct pool_record all[LEASES];
    for (size_t i = 0, n = leases_of(l->gw, all); i < n; i++) {
        const uint64_t holder = pool_holder(ike->pools, &all[i].addr, &all[i].id);
        const struct ikev2_sa *sa = holder ? ikev2_sa_by_id(ike, holder) : NULL;
        if ((all[i].kind == POOL_RECORD_HELD) !=
            (sa && sa->state != IKEV2_ST_DEAD && sa_has(sa, &all[i].addr)))
            sim_fail(l->w, "an address is held by nobody who has it");
        if (sa && !ike_id_equal(sa->remote_id, &all[i].id))
            sim_fail(l->w, "an address is held by another identity");
    }
}

/* What SAs have is held by them, or by one that took their place, and is no other identity's. */
static void check_sas(struct lot *l)
{
    struct ike *ike = l->gw->ike;
    for (const struct ikev2_sa *a = ike->v2->first; a; a = a->link.next) {
        for (size_t i = 0; a->inner && i < a->inner->n; i++) {
            if (!pool_holder(ike->pools, &a->inner->addrs[i], a->remote_id))
                sim_fail(l->w, "an SA has an address that is nobody's");
            for (const struct ikev2_sa *b = a->link.next; b; b = b->link.next)
                if (sa_has(b, &a->inner->addrs[i]) && !ike_id_equal(a->remote_id, b->remote_id))
                    sim_fail(l->w, "two identities have one address");
        }
    }
}

static void check(struct lot *l)
{
    if (l->w->failed)
        return;
    check_holders(l);
    check_sas(l);
}

/* ---- what happens ---- */

/* It comes back with what its state file has, as ctl_leases.c does. */
static void gw_power_cut(struct lot *l)
{
    struct pool_record all[LEASES];
    const size_t n = leases_of(l->gw, all);
    sim_host_kill(l->gw);
    sim_host_start(l->gw, gw_conf(l));
    for (size_t i = 0; i < n; i++)
        must(pool_restore(ike_pools(l->gw->ike), &all[i], l->w->now) == 0);
}

static void step(struct lot *l, bool gw_may_die)
{
    struct seed_rng *r = &l->w->rng;
    const size_t i = seed_rng_below(r, CLIENTS);
    struct sim_host *h = l->clients[i];
    switch (seed_rng_below(r, 12)) {
    case 0:
        sim_host_terminate(h, l->names[i]);
        break;
    case 1:
        sim_host_kill(h);
        sim_host_start(h, client_conf(l, i));
        break;
    case 2:
        sim_nat_flush(l->w, l->nats[i % 2]);
        break;
    case 3:
        sim_host_terminate(l->gw, l->names[i]);
        break;
    case 4:
        if (gw_may_die && seed_rng_chance(r, 300))
            gw_power_cut(l);
        break;
    case 5:
    case 6:
    case 7:
        sim_host_reauth(h, l->names[i]);
        break;
    case 8:
        sim_host_rekey(l->gw, l->names[i], seed_rng_chance(r, 500));
        break;
    case 9:
        sim_host_swap(l->gw, gw_conf(l)); /* the same again */
        break;
    case 10:
        sim_host_initiate(h, l->names[i]);
        break;
    default:
        sim_host_rekey(h, l->names[i], seed_rng_chance(r, 500));
    }
    check(l);
    for (int k = 0; k < 5 && !l->w->failed; k++) {
        sim_world_run(l->w, seed_rng_below(r, 3 * SIM_S));
        check(l);
    }
}

/* Each client has one SA, and its address; the one with a row that of its row. */
static void check_up(struct lot *l)
{
    SIM_EXPECT(l->w, held_of(l->gw) == CLIENTS);
    for (size_t i = 0; i < CLIENTS && !l->w->failed; i++) {
        const struct ikev2_sa *sa = l->clients[i]->ike->v2->first;
        if (!sa || sa->state != IKEV2_ST_UP || !sa->inner || sa->inner->n != 1) {
            sim_fail(l->w, "%s has no address", l->names[i]);
            return;
        }
        l->had[i] = sa->inner->addrs[0];
    }
    const struct base_addr row = base_addr_ip4(ROW_ADDR);
    SIM_EXPECT(l->w, base_addr_equal(&l->had[0], &row));
}

static void settle(struct lot *l)
{
    l->w->weather = sim_weather_calm;
    for (size_t i = 0; i < CLIENTS; i++)
        sim_host_initiate(l->clients[i], l->names[i]); /* an operator may have closed it */
    sim_world_run(l->w, 6 * SIM_MIN);
    check(l);
    check_up(l);
}

static void end(struct lot *l)
{
    for (size_t i = 0; i < CLIENTS; i++)
        sim_host_shutdown(l->clients[i]);
    sim_world_run(l->w, 5 * SIM_MIN);
    check(l);
    SIM_EXPECT(l->w, held_of(l->gw) == 0);
    sim_check_end(l->w);
    free(l);
}

static void lives(struct sim_world *w, bool gw_may_die)
{
    struct lot *l = lot_new(w);
    w->weather.loss = (uint16_t)seed_rng_below(&w->rng, 150);
    w->weather.dup = (uint16_t)seed_rng_below(&w->rng, 100);
    for (size_t i = 0; i < STEPS && !w->failed; i++)
        step(l, gw_may_die);
    settle(l);
    end(l);
}

static void clients_come_and_go(struct sim_world *w)
{
    lives(w, false);
}

static void the_gateway_dies_too(struct sim_world *w)
{
    lives(w, true);
}

/* Reauthentication, rekeying and a restart leave each client the address that it has. */
static void addresses_stay(struct sim_world *w)
{
    struct lot *l = lot_new(w);
    struct base_addr first[CLIENTS];
    settle(l);
    memcpy(first, l->had, sizeof first);
    for (int round = 0; round < 4 && !w->failed; round++) {
        for (size_t i = 0; i < CLIENTS; i++)
            if (round < 2)
                sim_host_reauth(l->clients[i], l->names[i]);
            else if (round == 2)
                sim_host_rekey(l->clients[i], l->names[i], true);
        if (round == 3)
            gw_power_cut(l);
        settle(l);
        SIM_EXPECT(w, memcmp(first, l->had, sizeof first) == 0);
    }
    end(l);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"addresses stay with those who stay", addresses_stay, 5},
        {"clients come, go and are forgotten", clients_come_and_go, 10},
        {"the gateway dies, too", the_gateway_dies_too, 10},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
