/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Short lives in great number: both sides rekey, delete, authenticate again, reach limits, lose their NAT's
 * mappings and move within a minute of bad weather, each in another order and at other moments. Then the
 * weather clears: both agree on one IKE SA and its child, traffic goes both ways, and after shutdown nothing
 * is left. A pair never has the keys of another one: sim_esp.c fails where a packet is sealed with others
 * than its receiver's.
 */
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"
#include <stdio.h>

#define ACTS_MAX 12

static struct sim_weather weather_by_chance(struct seed_rng *r)
{
    return (struct sim_weather){.loss = (uint16_t)seed_rng_below(r, 300),
                                .dup = (uint16_t)seed_rng_below(r, 200),
                                .late = (uint16_t)seed_rng_below(r, 200),
                                .delay_us = (uint32_t)seed_rng_between(r, 100, 30000),
                                .jitter_us = (uint32_t)seed_rng_below(r, 30000),
                                .late_us = (uint32_t)seed_rng_below(r, 2000000)};
}

static void limit_reached(struct sim_host *h)
{
    if (h->n_sas)
        sim_host_event(h,
                       &(struct ike_event){.type = IKE_EV_SA_SOFT,
                                           .spi_in = h->sas[seed_rng_below(&h->world->rng, h->n_sas)].spi});
}

/* The caller is elsewhere: with another address behind its NAT, or without one. A static NAT has one host. */
static void caller_moves(struct sim_pair *p)
{
    char to[24];
    const bool is_inside = p->foo_nat && seed_rng_chance(&p->w->rng, 500);
    if (p->foo_conn.is_fixed)
        return; /* and would be called from its new place at best */
    snprintf(to, sizeof to, is_inside ? "192.168.1.%u" : "198.51.100.%u",
             (unsigned)seed_rng_between(&p->w->rng, 20, 23));
    sim_host_move(p->foo, to, is_inside ? p->foo_nat : NULL);
}

static void act(struct sim_pair *p, struct sim_host *h)
{
    struct seed_rng *r = &p->w->rng;
    switch (seed_rng_below(r, 9)) {
    case 0:
        sim_host_rekey(h, "c", true);
        break;
    case 1:
        sim_host_rekey(h, "c", false);
        break;
    case 2:
        sim_host_reauth(h, "c");
        break;
    case 3:
        limit_reached(h);
        break;
    case 4:
        if (p->foo_nat)
            sim_nat_flush(p->w, p->foo_nat);
        break;
    case 5:
        sim_host_terminate(h, "c");
        break;
    case 7:
        caller_moves(p);
        break;
    case 6:
        sim_host_event(h, &(struct ike_event){.type = IKE_EV_TERMINATE, .name = "c", .child = "net"});
        break;
    default:
        sim_host_initiate(p->foo, "c");
    }
}

static struct sim_pair pair_by_chance(struct sim_world *w)
{
    static const enum sim_nat_kind kinds[] = {SIM_NAT_NONE, SIM_NAT_MASQUERADE, SIM_NAT_STATIC};
    struct seed_rng *r = &w->rng;
    struct sim_pair p =
        sim_pair_new(w, kinds[seed_rng_below(r, 3)], seed_rng_chance(r, 500) ? SIM_NAT_STATIC : SIM_NAT_NONE);
    p.foo_conn.any_local = p.gw_conn.any_local = true;
    p.foo_conn.is_fixed = seed_rng_chance(r, 200);
    if (seed_rng_chance(r, 300))
        p.foo_conn.reauth_s = (uint32_t)seed_rng_between(r, 20, 60);
    if (seed_rng_chance(r, 300))
        p.gw_conn.reauth_s = (uint32_t)seed_rng_between(r, 20, 60);
    if (seed_rng_chance(r, 300))
        p.foo_conn.fragment_bytes = (uint32_t)seed_rng_between(r, 150, 300);
    if (seed_rng_chance(r, 300))
        p.gw_conn.fragment_bytes = (uint32_t)seed_rng_between(r, 150, 300);
    return p;
}

static void mix(struct sim_world *w)
{
    struct sim_pair p = pair_by_chance(w);
    struct seed_rng *r = &w->rng;
    sim_pair_connect(&p);
    w->weather = weather_by_chance(r);
    for (size_t n = seed_rng_between(r, 3, ACTS_MAX); n && !w->failed; n--) {
        act(&p, seed_rng_chance(r, 500) ? p.foo : p.gw);
        /* Half of them meet the one before. */
        sim_world_run(w, seed_rng_below(r, seed_rng_chance(r, 500) ? 60 * SIM_MS : 8 * SIM_S));
    }
    w->weather = sim_weather_calm;
    p.foo->sends_traffic = p.gw->sends_traffic = true;
    sim_world_run(w, 90 * SIM_S);
    sim_host_initiate(p.foo, "c"); /* what somebody ended */
    sim_world_run(w, 60 * SIM_S);
    sim_check_settled(w);
    sim_check_up(w, p.foo, p.gw, 2);
    sim_check_traffic(w, p.foo, p.gw, 10 * SIM_S);
    sim_check_end(w);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"a mix of everything, then all is well", mix, 0},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
