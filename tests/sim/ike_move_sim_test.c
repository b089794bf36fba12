/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MOBIKE in bad weather (RFC 4555): the caller goes from address to address, behind a NAT and out again, at
 * any time, while either side rekeys; NATs forget. The tunnel is the same one at the end, and carries.
 */
#include "sim_check.h"
#include "sim_esp.h"
#include "sim_main.h"
#include "sim_pair.h"
#include <stdio.h>

static struct sim_pair pair_on_the_move(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, w->seed % 2 ? SIM_NAT_STATIC : SIM_NAT_NONE);
    p.foo_conn.any_local = p.gw_conn.any_local = true;
    p.foo_conn.tries = p.gw_conn.tries = 8; /* so that loss alone ends no SA, in as many seeds as one likes */
    return p;
}

/* ESP goes one way, both ways. */
static void check_ways(const struct sim_pair *p)
{
    for (size_t i = 0; i < p->foo->n_sas; i++) {
        const struct sim_sa *a = &p->foo->sas[i];
        for (size_t j = 0; j < p->gw->n_sas; j++)
            if (p->gw->sas[j].spi == a->inst.pair.spi_out)
                SIM_EXPECT(p->w, p->gw->sas[j].inst.pair.way == a->inst.pair.way);
    }
    const bool has_nat = p->foo->nat || p->gw->nat || p->w->attacker.family; /* whose copies look like one */
    for (size_t i = 0; i < p->foo->n_sas; i++)
        SIM_EXPECT(p->w, has_nat || p->foo->sas[i].inst.pair.way == ESP_WAY_ESP);
}

/* All is as if it had come up where it is now. */
static void finish(struct sim_pair *p)
{
    p->w->weather = (struct sim_weather){.delay_us = 5000};
    sim_world_run(p->w, 2 * SIM_MIN);
    sim_check_traffic(p->w, p->foo, p->gw, 10 * SIM_S);
    SIM_EXPECT(p->w, p->foo->init_out == 1);
    check_ways(p);
    sim_check_settled(p->w);
    sim_check_up(p->w, p->foo, p->gw, 1);
    sim_check_end(p->w);
}

static void moves(struct sim_pair *p)
{
    static const char *const places[] = {"198.51.100.20", "198.51.100.21", "198.51.100.22"};
    struct sim_world *w = p->w;
    if (seed_rng_chance(&w->rng, 300)) {
        char inside[24];
        snprintf(inside, sizeof inside, "192.168.1.%u", (unsigned)seed_rng_between(&w->rng, 2, 250));
        sim_host_move(p->foo, inside, p->foo_nat);
    } else {
        sim_host_move(p->foo, places[seed_rng_below(&w->rng, 3)], NULL);
    }
}

static void caller_goes_from_place_to_place(struct sim_world *w)
{
    struct sim_pair p = pair_on_the_move(w);
    sim_pair_connect(&p);
    w->weather = (struct sim_weather){
        .delay_us = 5000, .jitter_us = 20000, .loss = (uint16_t)seed_rng_below(&w->rng, 100), .dup = 50};
    for (int i = 0; i < 15 && !w->failed; i++) {
        if (seed_rng_chance(&w->rng, 300))
            sim_host_rekey(seed_rng_chance(&w->rng, 500) ? p.foo : p.gw, "c", seed_rng_chance(&w->rng, 300));
        sim_world_run(w, seed_rng_below(&w->rng, 100) * SIM_MS);
        moves(&p);
        sim_world_run(w, seed_rng_between(&w->rng, 1, 20) * SIM_S);
    }
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_MOVED] > 0);
    finish(&p);
}

/* What the caller's tunnel goes by; one that was rekeyed meanwhile may still be there beside it. */
static int family_now(const struct sim_pair *p)
{
    struct ike_sa_view v = {0};
    while (ike_show_next(p->foo->ike, v.id, &v) && v.state != IKE_VIEW_ESTABLISHED)
        ;
    return v.state == IKE_VIEW_ESTABLISHED ? v.path.remote.addr.family : BASE_AF_NONE;
}

/* From IPv4, behind a NAT or not, to IPv6 and back: each time the one it has is gone, or both are there for a
 * while. */
static void caller_changes_its_family(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, SIM_NAT_NONE);
    p.foo_conn.any_local = p.gw_conn.any_local = true;
    p.foo_conn.tries = p.gw_conn.tries = 8;
    sim_host_also(p.gw, "2001:db8:1::1");
    sim_pair_connect(&p);
    w->weather = (struct sim_weather){
        .delay_us = 5000, .jitter_us = 20000, .loss = (uint16_t)seed_rng_below(&w->rng, 100), .dup = 50};
    for (int i = 0; i < 10 && !w->failed; i++) {
        const bool is6 = i % 2 == 0;
        if (seed_rng_chance(&w->rng, 300))
            sim_host_rekey(seed_rng_chance(&w->rng, 500) ? p.foo : p.gw, "c", seed_rng_chance(&w->rng, 300));
        sim_world_run(w, seed_rng_below(&w->rng, 100) * SIM_MS);
        if (is6 && seed_rng_chance(&w->rng, 500))
            sim_host_also(p.foo, "2001:db8:7::20");
        if (is6) {
            p.foo->addr = (struct base_addr){0};
            sim_host_also(p.foo, "2001:db8:7::20");
        } else {
            p.foo->addr6 = (struct base_addr){0};
            sim_host_move(p.foo, seed_rng_chance(&w->rng, 500) ? "192.168.1.9" : "192.168.1.10", p.foo_nat);
        }
        sim_world_run(w, seed_rng_between(&w->rng, 10, 30) * SIM_S);
        SIM_EXPECT(w, family_now(&p) == (is6 ? BASE_AF_IP6 : BASE_AF_IP4));
    }
    finish(&p);
}

/* The way to the gateway's first address dies without a word: the other one that it named is found (RFC
 * 4555 3.10). */
static bool is_dead_way(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    (void)from;
    return w->test && (d->dst.addr.family == BASE_AF_IP4 || d->src.addr.family == BASE_AF_IP4);
}

static void a_way_that_dies_is_left_for_another_one(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, SIM_NAT_NONE);
    p.foo_conn.any_local = p.gw_conn.any_local = true;
    sim_host_also(p.gw, "2001:db8:1::1");
    sim_host_also(p.foo, "2001:db8:7::20");
    sim_pair_connect(&p);
    w->drop = is_dead_way;
    sim_world_run(w, seed_rng_below(&w->rng, 60) * SIM_S);
    w->test = w;
    sim_world_run(w, 60 * SIM_S);
    SIM_EXPECT(w, family_now(&p) == BASE_AF_IP6);
    finish(&p);
}

/* Before it is up, there is nothing that could move. */
static void caller_moves_while_it_calls(struct sim_world *w)
{
    struct sim_pair p = pair_on_the_move(w);
    sim_pair_start(&p);
    w->weather = (struct sim_weather){
        .delay_us = 5000, .jitter_us = 20000, .loss = (uint16_t)seed_rng_below(&w->rng, 100), .dup = 50};
    for (int i = 0; i < 5 && !w->failed; i++) {
        sim_world_run(w, seed_rng_below(&w->rng, 120) * SIM_MS);
        moves(&p);
    }
    w->weather = (struct sim_weather){.delay_us = 5000};
    sim_world_run(w, 10 * SIM_S);
    SIM_EXPECT(w, sim_pair_is_up(&p));
    sim_world_run(w, 2 * SIM_MIN);
    sim_check_settled(w);
    sim_check_up(w, p.foo, p.gw, 1);
    sim_check_end(w);
}

/* Nothing is sent but liveness checks, so they alone can notice it. */
static void nat_forgets_an_idle_caller(struct sim_world *w)
{
    struct sim_pair p = pair_on_the_move(w);
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_pair_connect(&p);
    w->weather.loss = (uint16_t)seed_rng_below(&w->rng, 60);
    for (int i = 0; i < 5 && !w->failed; i++) {
        sim_nat_flush(w, p.foo_nat);
        sim_world_run(w, 2 * SIM_MIN);
        const uint64_t ok = p.foo->esp_ok;
        w->weather.loss = 0;
        sim_esp_send_all(p.gw);
        sim_world_run(w, SIM_S);
        SIM_EXPECT(w, p.foo->esp_ok == ok + 1);
        w->weather.loss = (uint16_t)seed_rng_below(&w->rng, 60);
    }
    finish(&p);
}

/* Somebody on the way sends the caller's moves from an address of his own; no child may go there. */
static bool readdress(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    (void)from;
    if (d->kind != SIM_IKE || !seed_rng_chance(&w->rng, *(uint16_t *)w->test))
        return false;
    const struct base_endpoint evil = {w->attacker, d->src.port};
    struct sim_dgram *copy = sim_dgram_new(evil, d->dst, d->kind, base_span(d->bytes, d->len));
    sim_net_inject(w, copy);
    return false; /* and lets it pass, too: it is a copy */
}

static void copies_of_moves_get_no_child(struct sim_world *w)
{
    struct sim_pair p = pair_on_the_move(w);
    uint16_t per_mille = 300;
    base_addr_parse("192.0.2.66", &w->attacker);
    sim_pair_connect(&p);
    w->test = &per_mille;
    w->drop = readdress;
    for (int i = 0; i < 10 && !w->failed; i++) {
        moves(&p);
        sim_world_run(w, seed_rng_between(&w->rng, 1, 30) * SIM_S);
    }
    per_mille = 0;
    finish(&p);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"a caller goes from place to place", caller_goes_from_place_to_place, 1000},
        {"a caller goes from IPv4 to IPv6 and back", caller_changes_its_family, 200},
        {"a way that dies is left for another one", a_way_that_dies_is_left_for_another_one, 100},
        {"a caller moves while it calls", caller_moves_while_it_calls, 300},
        {"a NAT that forgets an idle caller is noticed", nat_forgets_an_idle_caller, 40},
        {"copies of moves from elsewhere get no child", copies_of_moves_get_no_child, 40},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
