/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many peers at one gateway: two behind one NAT with the same inner network (the second is refused, never
 * mixed up), and two hundred behind a handful of NATs with loss and rebinding.
 */
#include <stdio.h>
#include <stdlib.h>
#include "sim_check.h"
#include "sim_esp.h"
#include "sim_main.h"
#include "sim_conf.h"

#define CLIENTS 200
#define OFFICES 10

struct crowd {
    struct sim_world *w;
    struct sim_host *gw;
    size_t n;
    struct sim_host *clients[CLIENTS];
    struct sim_conn at_client[CLIENTS], at_gw[CLIENTS];
    char texts[CLIENTS][3][40]; /* name, identity, inner network */
};

/* n clients with identities and inner networks of their own, spread over the offices. */
static struct crowd *crowd_new(struct sim_world *w, size_t n, size_t offices)
{
    struct crowd *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->w = w;
    c->n = n;
    c->gw = sim_host_new(w, "gw", "172.16.0.1", sim_world_nat(w, SIM_NAT_STATIC, "203.0.113.1"));
    c->gw->pairs_max = 4 * n;
    struct sim_nat *nats[OFFICES];
    for (size_t i = 0; i < offices; i++) {
        char addr[32];
        snprintf(addr, sizeof addr, "198.51.100.%zu", i + 1);
        nats[i] = sim_world_nat(w, SIM_NAT_MASQUERADE, addr);
    }
    for (size_t i = 0; i < n; i++) {
        char addr[32];
        snprintf(c->texts[i][0], sizeof c->texts[i][0], "c%zu", i);
        snprintf(c->texts[i][1], sizeof c->texts[i][0], "@client%zu.example", i);
        snprintf(c->texts[i][2], sizeof c->texts[i][0], "10.%zu.0.0/24", 10 + i);
        snprintf(addr, sizeof addr, "192.168.1.%zu", 2 + i);
        c->clients[i] = sim_host_new(w, c->texts[i][0], addr, nats[i % offices]);
        c->at_client[i] = (struct sim_conn){.name = c->texts[i][0],
                                            .local_id = c->texts[i][1],
                                            .remote_id = "203.0.113.1",
                                            .remote = "203.0.113.1",
                                            .local_ts = c->texts[i][2],
                                            .remote_ts = "10.0.0.0/24",
                                            .dpd_s = 60,
                                            .keepalive_s = 20,
                                            .child_rekey_s = 1200,
                                            .start = true};
        c->at_gw[i] = c->at_client[i];
        c->at_gw[i].local_id = "203.0.113.1";
        c->at_gw[i].remote_id = c->texts[i][1];
        c->at_gw[i].local_ts = "10.0.0.0/24";
        c->at_gw[i].remote_ts = c->texts[i][2];
        c->at_gw[i].remote = NULL;
        c->at_gw[i].start = false;
    }
    return c;
}

static void crowd_start(struct crowd *c)
{
    sim_host_start(c->gw, sim_conf(c->at_gw, c->n));
    for (size_t i = 0; i < c->n; i++)
        sim_host_start(c->clients[i], sim_conf(&c->at_client[i], 1));
}

static void all_up(struct crowd *c)
{
    struct sim_world *w = c->w;
    for (size_t i = 0; i < c->n; i++)
        if (sim_host_established(c->clients[i]) != 1)
            sim_fail(w, "%s: %zu IKE SAs", c->clients[i]->name, sim_host_established(c->clients[i]));
    SIM_EXPECT(w, sim_host_established(c->gw) == c->n);
    sim_check_settled(w);
    uint64_t ok = c->gw->esp_ok;
    for (size_t i = 0; i < c->n; i++) {
        c->clients[i]->sends_traffic = false;
        sim_esp_send_all(c->clients[i]);
    }
    c->gw->sends_traffic = false;
    sim_world_run(w, SIM_S);
    SIM_EXPECT(w, c->gw->esp_ok >= ok + c->n);
    sim_esp_send_all(c->gw);
    sim_world_run(w, SIM_S);
    for (size_t i = 0; i < c->n; i++)
        SIM_EXPECT(w, w->now.ns - c->clients[i]->last_esp_ok.ns < 2 * SIM_S);
}

static void two_hundred(struct sim_world *w)
{
    struct crowd *c = crowd_new(w, CLIENTS, OFFICES);
    for (size_t i = 0; i < c->n; i++)
        c->clients[i]->traffic_ns = 60 * SIM_S;
    c->gw->traffic_ns = 60 * SIM_S;
    w->weather.loss = 50;
    crowd_start(c);
    sim_world_run(w, 10 * SIM_MIN);
    for (size_t i = 0; i < w->n_nats; i++)
        if (w->nats[i]->kind == SIM_NAT_MASQUERADE)
            sim_nat_flush(w, w->nats[i]);
    sim_world_run(w, 30 * SIM_MIN);
    w->weather = sim_weather_calm;
    sim_world_run(w, 5 * SIM_MIN);
    all_up(c);
    sim_check_end(w);
    free(c);
}

static void two_behind_one_nat(struct sim_world *w)
{
    struct crowd *c = crowd_new(w, 2, 1);
    crowd_start(c);
    sim_world_run(w, 30 * SIM_S);
    all_up(c);
    sim_check_end(w);
    free(c);
}

static void same_inner_network(struct sim_world *w)
{
    struct crowd *c = crowd_new(w, 2, 1);
    c->at_client[1].local_ts = c->at_gw[1].remote_ts = c->texts[0][2];
    sim_host_start(c->gw, sim_conf(c->at_gw, 2));
    sim_host_start(c->clients[0], sim_conf(&c->at_client[0], 1));
    sim_world_run(w, 10 * SIM_S);
    sim_host_start(c->clients[1], sim_conf(&c->at_client[1], 1));
    sim_world_run(w, SIM_MIN);
    SIM_EXPECT(w, c->gw->audits[IKE_AUDIT_FAIL_OVERLAP] >= 1);
    SIM_EXPECT(w, c->clients[1]->installs == 0);
    SIM_EXPECT(w, sim_host_count(c->gw, SIM_SA_INSTALLED) == 1);
    SIM_EXPECT(w, w->now.ns - c->clients[0]->last_esp_ok.ns < 3 * SIM_S);
    SIM_EXPECT(w, c->clients[1]->esp_ok + c->clients[1]->esp_unknown == 0);
    /* When the first has gone, the second may have it. */
    sim_host_shutdown(c->clients[0]);
    sim_world_run(w, 10 * SIM_MIN);
    SIM_EXPECT(w, c->clients[1]->esp_ok > 0);
    sim_check_end(w);
    free(c);
}

/* Jobs take up to seconds, so that requests are repeated meanwhile, and come back in any order. */
static void late_jobs(struct sim_world *w)
{
    struct crowd *c = crowd_new(w, 20, 4);
    c->gw->job_max_us = 4000000;
    for (size_t i = 0; i < c->n; i++)
        c->clients[i]->job_max_us = (uint32_t)seed_rng_between(&w->rng, 1000, 3000000);
    w->weather.loss = 20;
    crowd_start(c);
    sim_world_run(w, 5 * SIM_MIN);
    for (size_t i = 0; i < c->n; i += 2)
        sim_host_rekey(c->clients[i], c->texts[i][0], i % 4 == 0);
    sim_world_run(w, 3 * SIM_MIN);
    /* Some go while a job of theirs is out, here or there, and come again. */
    for (size_t i = 0; i < c->n; i += 5) {
        sim_host_terminate(c->clients[i], c->texts[i][0]);
        sim_world_run(w, seed_rng_below(&w->rng, 3 * SIM_S));
        sim_host_initiate(c->clients[i], c->texts[i][0]);
        sim_world_run(w, seed_rng_below(&w->rng, 6 * SIM_S));
        sim_host_terminate(c->clients[i], c->texts[i][0]);
        sim_world_run(w, 10 * SIM_S);
        sim_host_initiate(c->clients[i], c->texts[i][0]);
    }
    w->weather = sim_weather_calm;
    sim_world_run(w, 5 * SIM_MIN);
    SIM_EXPECT(w, c->gw->jobs_overtaken > 0);
    all_up(c);
    sim_check_end(w);
    free(c);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"two peers behind one NAT", two_behind_one_nat, 10},
        {"two peers with the same inner network: the second is refused", same_inner_network, 10},
        {"jobs that come back late and in any order", late_jobs, 10},
        {"two hundred peers", two_hundred, 1},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
