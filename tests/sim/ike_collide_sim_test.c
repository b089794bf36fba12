/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exchanges that meet each other (RFC 7296 2.8, 2.25): both sides call, rekey or delete at the same time,
 * with the answers of either side lost. Afterwards there is one of everything and nothing is one-sided.
 */
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"
#include "wire_ike.h"

static struct sim_pair pair_that_can_call(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, w->seed % 3 ? SIM_NAT_NONE : SIM_NAT_STATIC,
                                     w->seed % 2 ? SIM_NAT_NONE : SIM_NAT_STATIC);
    /* Sometimes the messages cross on the wire, sometimes one side is a little earlier. */
    w->weather.jitter_us = (uint32_t)seed_rng_below(&w->rng, 30000);
    return p;
}

static void skew(struct sim_world *w)
{
    if (seed_rng_chance(&w->rng, 500))
        sim_world_run(w, seed_rng_below(&w->rng, 40) * SIM_MS);
}

static void finish(struct sim_pair *p, size_t sas)
{
    sim_world_run(p->w, 3 * SIM_MIN);
    sim_check_settled(p->w);
    sim_check_up(p->w, p->foo, p->gw, sas);
    sim_check_traffic(p->w, p->foo, p->gw, 10 * SIM_S);
    sim_check_end(p->w);
}

static void both_call(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    p.foo_conn.start = false;
    sim_pair_start(&p);
    sim_host_initiate(p.foo, "c");
    skew(w);
    sim_host_initiate(p.gw, "c");
    finish(&p, 2);
}

static void both_start(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    p.gw_conn.start = true;
    sim_pair_start(&p);
    finish(&p, 2);
}

static void both_rekey(struct sim_world *w, bool foo_ike, bool gw_ike)
{
    struct sim_pair p = pair_that_can_call(w);
    sim_pair_connect(&p);
    for (int i = 0; i < 4 && !w->failed; i++) {
        sim_host_rekey(p.foo, "c", foo_ike);
        skew(w);
        sim_host_rekey(p.gw, "c", gw_ike);
        sim_world_run(w, 90 * SIM_S);
        sim_check_settled(w);
        sim_check_up(w, p.foo, p.gw, 1);
    }
    SIM_EXPECT(w, p.foo->init_out + p.gw->init_out == 1);
    finish(&p, 1);
}

static void both_rekey_child(struct sim_world *w)
{
    both_rekey(w, false, false);
}

static void both_rekey_ike(struct sim_world *w)
{
    both_rekey(w, true, true);
}

static void ike_against_child(struct sim_world *w)
{
    both_rekey(w, true, false);
}

/* Wherever it meets the rekeying of the other side, a request goes to an SA that is known there. */
static void ask_the_heir(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    sim_pair_connect(&p);
    for (int i = 0; i < 8 && !w->failed; i++) {
        sim_host_rekey(p.foo, "c", true);
        sim_world_run(w, seed_rng_below(&w->rng, 120) * SIM_MS);
        sim_host_rekey(p.gw, "c", false);
        sim_world_run(w, 40 * SIM_S);
    }
    SIM_EXPECT(w, sim_host_stats(p.foo).dropped_unknown_spi == 0);
    finish(&p, 1);
}

static void rekey_against_delete(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    p.foo_conn.start = false;
    sim_pair_start(&p);
    sim_host_initiate(p.foo, "c");
    sim_world_run(w, 5 * SIM_S);
    sim_host_rekey(p.foo, "c", w->seed & 4);
    skew(w);
    sim_host_terminate(p.gw, "c");
    sim_world_run(w, 3 * SIM_MIN);
    sim_check_settled(w);
    SIM_EXPECT(w, p.foo->n_sas == 0 && p.gw->n_sas == 0);
    SIM_EXPECT(w, sim_host_established(p.foo) == 0 && sim_host_established(p.gw) == 0);
    sim_host_initiate(p.foo, "c");
    finish(&p, 1);
}

static void both_delete(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    p.foo_conn.start = false;
    sim_pair_start(&p);
    sim_host_initiate(p.foo, "c");
    sim_world_run(w, 5 * SIM_S);
    sim_host_terminate(p.foo, "c");
    skew(w);
    sim_host_terminate(p.gw, "c");
    sim_world_run(w, 3 * SIM_MIN);
    SIM_EXPECT(w, p.foo->n_sas == 0 && p.gw->n_sas == 0);
    SIM_EXPECT(w, sim_host_established(p.foo) == 0 && sim_host_established(p.gw) == 0);
    sim_host_initiate(p.foo, "c");
    finish(&p, 1);
}

/* Loses the first answers of each side. */
static bool drop_responses(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    int *left = w->test;
    return d->kind == SIM_IKE && d->len > 19 && d->bytes[19] & WIRE_IKE_F_RESPONSE && *left > 0 &&
           (*left)-- > 0;
}

static void lost_responses(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    int left = 0;
    w->test = &left;
    w->drop = drop_responses;
    sim_pair_connect(&p);
    for (int i = 0; i < 4 && !w->failed; i++) {
        struct sim_host *h = seed_rng_chance(&w->rng, 500) ? p.foo : p.gw;
        left = (int)seed_rng_between(&w->rng, 1, 4);
        sim_host_rekey(h, "c", i & 1);
        sim_world_run(w, 2 * SIM_MIN);
        sim_check_settled(w);
        sim_check_up(w, p.foo, p.gw, 1);
    }
    SIM_EXPECT(w, p.foo->init_out == 1);
    finish(&p, 1);
}

/* The configuration changes under a live connection: an equal one keeps it, another one closes it. */
static void new_configuration(struct sim_world *w)
{
    struct sim_pair p = pair_that_can_call(w);
    sim_pair_connect(&p);
    uint64_t installs = p.gw->installs;
    sim_host_swap(p.foo, sim_pair_conf(&p.foo_conn, p.foo));
    sim_host_swap(p.gw, sim_pair_conf(&p.gw_conn, p.gw));
    sim_world_run(w, SIM_MIN);
    SIM_EXPECT(w, p.gw->installs == installs && p.foo->init_out == 1);
    sim_check_up(w, p.foo, p.gw, 1);
    p.foo_conn.psk = p.gw_conn.psk = "another secret";
    sim_host_swap(p.foo, sim_pair_conf(&p.foo_conn, p.foo));
    skew(w);
    sim_host_swap(p.gw, sim_pair_conf(&p.gw_conn, p.gw));
    sim_world_run(w, 2 * SIM_MIN);
    SIM_EXPECT(w, p.gw->installs > installs);
    finish(&p, 1);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"both sides call at once", both_call, 40},
        {"both sides start at once", both_start, 40},
        {"both sides rekey the child at once", both_rekey_child, 40},
        {"both sides rekey the IKE SA at once", both_rekey_ike, 40},
        {"one side rekeys the IKE SA, the other the child", ike_against_child, 40},
        {"what one side made by rekeying is asked nothing too early", ask_the_heir, 40},
        {"a rekey meets a delete", rekey_against_delete, 40},
        {"both sides delete at once", both_delete, 40},
        {"lost responses are answered again", lost_responses, 40},
        {"a new configuration closes what changed and nothing else", new_configuration, 20},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
