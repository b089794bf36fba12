/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The smoke-test pair through every kind of NAT, in calm weather: it comes up, carries traffic, rekeys
 * without losing a packet, survives lost messages and leaves nothing behind.
 */
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"

static const enum sim_nat_kind nats_foo[] = {SIM_NAT_NONE, SIM_NAT_MASQUERADE, SIM_NAT_NONE,
                                             SIM_NAT_MASQUERADE, SIM_NAT_STATIC};
static const enum sim_nat_kind nats_gw[] = {SIM_NAT_NONE, SIM_NAT_NONE, SIM_NAT_STATIC, SIM_NAT_STATIC,
                                            SIM_NAT_STATIC};

/* The seed chooses the NATs. */
static struct sim_pair pair_by_seed(struct sim_world *w)
{
    return sim_pair_new(w, nats_foo[w->seed % 5], nats_gw[w->seed % 5]);
}

static void finish(struct sim_pair *p)
{
    sim_check_settled(p->w);
    sim_check_up(p->w, p->foo, p->gw, 1);
    sim_check_traffic(p->w, p->foo, p->gw, 20 * SIM_S);
    sim_check_end(p->w);
}

static void comes_up(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    bool nat = p.foo_nat || p.gw_nat;
    sim_pair_connect(&p);
    if (w->failed)
        return;
    SIM_EXPECT(w, p.foo->init_out == 1);
    SIM_EXPECT(w, (p.foo->sas[0].inst.pair.way == ESP_WAY_UDP) == nat);
    SIM_EXPECT(w, p.gw->audits[IKE_AUDIT_CHILD_UP] == 1);
    finish(&p);
}

static void forced_encapsulation(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.encap = IKE_ENCAP_FORCE;
    p.foo_conn.remote_port = w->seed % 2 ? 4500 : 0;
    sim_pair_connect(&p);
    if (w->failed)
        return;
    SIM_EXPECT(w, p.foo->sas[0].inst.pair.way == ESP_WAY_UDP && p.gw->sas[0].inst.pair.way == ESP_WAY_UDP);
    finish(&p);
}

static void every_proposal(struct sim_world *w)
{
    static const char *const ike[] = {"aes128gcm16-prfsha256-x25519", "aes256gcm16-prfsha384-ecp384",
                                      "aes128-sha256-modp2048", "aes256-sha512-ecp521",
                                      "aes256-sha384-ecp256"};
    static const char *const esp[] = {"aes128gcm16-esn", "aes256gcm16-noesn", "aes256gcm16-x25519-esn",
                                      "aes128-sha256-esn"};
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.ike = p.gw_conn.ike = ike[w->seed % 5];
    p.foo_conn.esp = p.gw_conn.esp = esp[w->seed / 5 % 4];
    sim_pair_connect(&p);
    if (w->failed)
        return;
    sim_host_rekey(p.foo, "c", false);
    sim_world_run(w, 10 * SIM_S);
    SIM_EXPECT(w, p.foo->installs == 2);
    sim_host_rekey(p.gw, "c", true);
    sim_world_run(w, 60 * SIM_S);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_IKE_REKEYED] == 1);
    finish(&p);
}

static void second_child(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.child2_ts = p.gw_conn.child2_local_ts = "10.105.0.0/24";
    p.gw_conn.child2_ts = p.foo_conn.local_ts;
    sim_pair_connect(&p);
    sim_world_run(w, 10 * SIM_S);
    finish(&p);
}

/* Three rekeys of each kind, by either side, under traffic: every packet arrives. */
static void rekeys_lose_nothing(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo->traffic_ns = p.gw->traffic_ns = 10 * SIM_MS;
    sim_pair_connect(&p);
    sim_world_run(w, 5 * SIM_S);
    uint64_t lost = p.foo->esp_unknown + p.gw->esp_unknown;
    for (int i = 0; i < 6 && !w->failed; i++) {
        struct sim_host *h = seed_rng_chance(&w->rng, 500) ? p.foo : p.gw;
        SIM_EXPECT(w, sim_host_rekey(h, "c", i & 1) == 0);
        sim_world_run(w, 10 * SIM_S);
        sim_check_up(w, p.foo, p.gw, 1);
    }
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_world_run(w, 5 * SIM_S);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_IKE_REKEYED] == 3);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_CHILD_REKEYED] == 3);
    SIM_EXPECT(w, p.foo->esp_unknown + p.gw->esp_unknown == lost);
    SIM_EXPECT(w, p.foo->esp_out == p.gw->esp_ok || p.foo->esp_out - p.gw->esp_ok <= lost);
    SIM_EXPECT(w, p.foo->init_out == 1);
    finish(&p);
}

/* The authentication is repeated by its caller, or by the called side where it can call: the new IKE SA and
 * its child are there before the old ones go, and every packet arrives. */
static void reauthentication_loses_nothing(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo->traffic_ns = p.gw->traffic_ns = 10 * SIM_MS;
    if (w->seed % 3 == 0) {
        p.foo_conn.child2_ts = p.gw_conn.child2_local_ts = "10.105.0.0/24";
        p.gw_conn.child2_ts = p.foo_conn.local_ts;
    }
    sim_pair_connect(&p);
    sim_world_run(w, 12 * SIM_S); /* before that it would look as if both sides had called at once */
    const uint64_t lost = p.foo->esp_unknown + p.gw->esp_unknown;
    for (int i = 0; i < 4 && !w->failed; i++) {
        struct sim_host *h = p.gw_conn.remote && seed_rng_chance(&w->rng, 500) ? p.gw : p.foo;
        SIM_EXPECT(w, sim_host_reauth(h, "c") == 0 || h == p.foo);
        sim_world_run(w, 20 * SIM_S);
        sim_check_settled(w);
        sim_check_up(w, p.foo, p.gw, 1);
    }
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_world_run(w, 5 * SIM_S);
    SIM_EXPECT(
        w, p.foo->audits[IKE_AUDIT_IKE_REAUTHENTICATED] + p.gw->audits[IKE_AUDIT_IKE_REAUTHENTICATED] >= 1);
    SIM_EXPECT(w, p.foo->esp_unknown + p.gw->esp_unknown == lost);
    SIM_EXPECT(w, p.foo->esp_out - p.gw->esp_ok <= lost && p.gw->esp_out - p.foo->esp_ok <= lost);
    finish(&p);
}

/* Authentications end after a while on either side, and are repeated, through hours of rekeys. */
static void long_life_with_reauthentication(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.rekey_s = p.gw_conn.rekey_s = 2400;
    p.foo_conn.child_rekey_s = p.gw_conn.child_rekey_s = 1200;
    p.foo_conn.reauth_s = w->seed % 3 ? 3600 : 0;
    p.gw_conn.reauth_s = w->seed % 3 != 1 ? 3600 : 0;
    sim_pair_connect(&p);
    sim_check_quiet(w, 10 * SIM_HOUR);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_IKE_REAUTHENTICATED] >= 9);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_IKE_DOWN] == 0 && p.gw->audits[IKE_AUDIT_CHILD_DOWN] == 0);
    SIM_EXPECT(w, p.foo->esp_unknown + p.gw->esp_unknown == 0);
    finish(&p);
}

/* Ten virtual hours of natural rekeys by time and by packets. */
static void long_life(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.rekey_s = 3 * 3600;
    p.gw_conn.rekey_s = 4 * 3600;
    p.foo_conn.child_rekey_s = 3600;
    p.gw_conn.child_rekey_s = 3600;
    p.gw_conn.child_rekey_pkts = w->seed % 2 ? 1000 : 0;
    sim_pair_connect(&p);
    sim_check_quiet(w, 10 * SIM_HOUR);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_IKE_REKEYED] >= 2);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_CHILD_REKEYED] >= 8);
    SIM_EXPECT(w, p.foo->init_out == 1);
    SIM_EXPECT(w, p.foo->esp_unknown + p.gw->esp_unknown == 0);
    finish(&p);
}

static bool drop_by_number(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    uint64_t *left = w->test;
    if (d->kind != SIM_IKE)
        return false;
    uint64_t bit = *left & 1;
    *left >>= 1;
    return bit;
}

/* Any pattern of loss among the first messages is overcome by retransmission. */
static void lost_messages(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    uint64_t pattern = seed_rng_u64(&w->rng) & seed_rng_u64(&w->rng) & 0xffff;
    w->test = &pattern;
    w->drop = drop_by_number;
    sim_pair_start(&p);
    sim_world_run(w, 3 * SIM_MIN);
    finish(&p);
}

/* Every message in fragments: any loss, any order, and what comes twice. */
static void in_fragments(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.fragment_bytes = (uint32_t)seed_rng_between(&w->rng, 150, 300);
    p.gw_conn.fragment_bytes = (uint32_t)seed_rng_between(&w->rng, 150, 300);
    w->weather = (struct sim_weather){
        .loss = 100, .dup = 200, .late = 200, .delay_us = 10000, .jitter_us = 20000, .late_us = 2000000};
    sim_pair_start(&p);
    for (int i = 0; i < 6 && !w->failed; i++) {
        sim_world_run(w, 30 * SIM_S);
        sim_host_rekey(i & 1 ? p.foo : p.gw, "c", i & 2);
    }
    w->weather = sim_weather_calm;
    sim_world_run(w, 3 * SIM_MIN);
    SIM_EXPECT(w, p.foo->ike_in > 10 && p.gw->ike_in > 10);
    finish(&p);
}

/* The peer loses power: liveness finds out, nothing stays; it comes back and calls again. */
static void peer_dies(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    sim_pair_connect(&p);
    if (w->failed)
        return;
    struct sim_host *dead = w->seed / 5 % 2 ? p.foo : p.gw, *alive = dead == p.foo ? p.gw : p.foo;
    sim_host_kill(dead);
    sim_world_run(w, 3 * SIM_MIN);
    SIM_EXPECT(w, sim_host_established(alive) == 0 && sim_host_count(alive, SIM_SA_INSTALLED) == 0);
    SIM_EXPECT(w, alive->audits[IKE_AUDIT_IKE_DOWN] >= 1);
    sim_host_start(dead, sim_pair_conf(dead == p.foo ? &p.foo_conn : &p.gw_conn, dead));
    sim_world_run(w, 3 * SIM_MIN);
    finish(&p);
}

/* The peer restarts before liveness notices: INITIAL_CONTACT or the new SA replaces the old one. */
static void peer_restarts(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    sim_pair_connect(&p);
    sim_host_kill(p.foo);
    sim_world_run(w, 2 * SIM_S);
    sim_host_start(p.foo, sim_pair_conf(&p.foo_conn, p.foo));
    sim_world_run(w, 3 * SIM_MIN);
    finish(&p);
}

/* foo has two children for the same traffic, gw has one: it gets two pairs of it. */
static void two_pairs_of_one_child(struct sim_world *w)
{
    struct sim_pair p = pair_by_seed(w);
    p.foo_conn.child2_ts = p.foo_conn.remote_ts;
    sim_pair_connect(&p);
    for (int i = 0; i < 6 && !w->failed; i++) {
        const struct sim_sa *sa = &p.gw->sas[seed_rng_below(&w->rng, p.gw->n_sas)];
        struct sim_host *h = seed_rng_chance(&w->rng, 500) ? p.foo : p.gw;
        if (seed_rng_chance(&w->rng, 500))
            sim_host_rekey(h, "c", seed_rng_chance(&w->rng, 300));
        else
            sim_host_event(p.gw, &(struct ike_event){.type = IKE_EV_SA_HARD, .spi_in = sa->spi});
        sim_world_run(w, SIM_S);
        sim_check_traffic(w, p.foo, p.gw, 3 * SIM_S);
        sim_world_run(w, 60 * SIM_S); /* what was deleted is asked for again */
        sim_check_settled(w);
        SIM_EXPECT(w, sim_host_count(p.gw, SIM_SA_INSTALLED) == 2);
        SIM_EXPECT(w, sim_host_count(p.foo, SIM_SA_INSTALLED) == 2);
    }
    finish(&p);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"a pair comes up through every NAT and leaves nothing", comes_up, 10},
        {"forced encapsulation, from port 500 and 4500", forced_encapsulation, 10},
        {"every kind of proposal gives equal keys", every_proposal, 20},
        {"a second child comes up", second_child, 10},
        {"two pairs of one child live side by side", two_pairs_of_one_child, 40},
        {"rekeys under traffic lose no packet", rekeys_lose_nothing, 20},
        {"reauthentication loses nothing", reauthentication_loses_nothing, 30},
        {"authentications end and are repeated for hours", long_life_with_reauthentication, 12},
        {"ten hours of natural rekeys", long_life, 10},
        {"lost messages are sent again", lost_messages, 60},
        {"every message in fragments, in bad weather", in_fragments, 60},
        {"a dead peer is noticed and comes back", peer_dies, 10},
        {"a restarted peer replaces its old SA", peer_restarts, 10},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
