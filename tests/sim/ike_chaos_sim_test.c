/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole lives of a pair under bad weather, rebinding NATs, failing jobs, an attacker who replays, and an
 * operator who does anything at any time. Then the weather clears, and all must be well: one IKE SA, traffic
 * both ways, nothing one-sided, no storm of timers, and after shutdown nothing left.
 */
#include "sim_check.h"
#include "sim_esp.h"
#include "sim_main.h"
#include "sim_pair.h"

struct chaos {
    struct sim_pair p;
    uint64_t mean_ns; /* between events */
    bool is_over;
    bool other_conf; /* gw runs the other configuration */
    bool kills;      /* hosts may lose power */
};

static struct sim_weather weather_by_chance(struct seed_rng *r)
{
    return (struct sim_weather){.loss = (uint16_t)seed_rng_below(r, 250),
                                .dup = (uint16_t)seed_rng_below(r, 150),
                                .late = (uint16_t)seed_rng_below(r, 150),
                                .delay_us = (uint32_t)seed_rng_between(r, 100, 100000),
                                .jitter_us = (uint32_t)seed_rng_below(r, 100000),
                                .late_us = (uint32_t)seed_rng_below(r, 5000000)};
}

static struct ike_conf *conf_with(const struct sim_conn *base, const struct sim_host *h, bool other)
{
    struct sim_conn c = *base;
    if (other) {
        c.child_rekey_s += 100;
        c.worker_sas = c.worker_sas > 1 ? 1 : c.worker_sas;
    }
    return sim_pair_conf(&c, h);
}

static void swap_conf(struct chaos *c, struct sim_host *h)
{
    if (h == c->p.gw && seed_rng_chance(&c->p.w->rng, 500))
        c->other_conf = !c->other_conf;
    bool is_gw = h == c->p.gw;
    const struct sim_conn *base = is_gw ? &c->p.gw_conn : &c->p.foo_conn;
    sim_host_swap(h, conf_with(base, h, is_gw && c->other_conf));
}

static void power_cut(struct chaos *c, struct sim_host *h)
{
    if (!c->kills)
        return;
    sim_host_kill(h);
    const struct sim_conn *base = h == c->p.gw ? &c->p.gw_conn : &c->p.foo_conn;
    sim_host_start(h, conf_with(base, h, h == c->p.gw && c->other_conf));
}

/* The data path reports a limit of some pair. */
static void limit_reached(struct sim_host *h)
{
    struct seed_rng *r = &h->world->rng;
    if (!h->n_sas)
        return;
    const struct sim_sa *sa = &h->sas[seed_rng_below(r, h->n_sas)];
    /* A hard limit takes traffic to reach, so the peer has the pair as well. */
    bool is_hard = sa->in_count && seed_rng_chance(r, 200);
    struct ike_event ev = {.type = is_hard ? IKE_EV_SA_HARD : IKE_EV_SA_SOFT, .spi_in = sa->spi};
    sim_trace(h->world, h, "limit of %08x, %s", ev.spi_in, ev.type == IKE_EV_SA_SOFT ? "soft" : "hard");
    sim_host_event(h, &ev);
}

/* A worker has packets and no pair. */
static void worker_wants(struct sim_host *h)
{
    struct seed_rng *r = &h->world->rng;
    const struct sim_sa *sa = h->n_sas ? &h->sas[seed_rng_below(r, h->n_sas)] : NULL;
    if (!sa || !sa->group || !sim_esp_is_outbound(h, sa))
        return;
    sim_trace(h->world, h, "a worker wants one beside %08x", sa->spi);
    sim_host_event(h, &(struct ike_event){.type = IKE_EV_SA_WANTED, .spi_in = sa->spi});
}

static void operator_acts(struct chaos *c, struct sim_host *h)
{
    struct sim_host *other = h == c->p.gw ? c->p.foo : c->p.gw;
    struct seed_rng *r = &c->p.w->rng;
    bool ike = seed_rng_chance(r, 500);
    worker_wants(h);
    if (ike)
        worker_wants(other);
    switch (seed_rng_below(r, 10)) {
    case 0:
        sim_host_initiate(h, "c");
        break;
    case 1:
        sim_host_initiate(h, "c");
        sim_host_initiate(other, "c");
        break;
    case 2:
        sim_host_terminate(h, "c");
        break;
    case 3:
        swap_conf(c, h);
        break;
    case 4:
        sim_host_rekey(h, "c", ike);
        sim_host_rekey(other, "c", ike);
        break;
    case 5:
        sim_host_rekey(h, "c", ike);
        sim_host_rekey(other, "c", !ike);
        break;
    case 6:
        limit_reached(h);
        break;
    case 7:
        power_cut(c, h);
        break;
    default:
        sim_host_rekey(h, "c", ike);
    }
}

/* A bit of a message that was seen flips, or its end is cut off; it comes from where the real one came from.
 */
static void damage(struct sim_world *w)
{
    size_t have = w->n_captured < SIM_CAPTURE ? w->n_captured : SIM_CAPTURE;
    const struct sim_dgram *o = have ? w->captured[seed_rng_below(&w->rng, have)] : NULL;
    if (!o || o->kind != SIM_IKE || !o->len)
        return;
    size_t len = seed_rng_chance(&w->rng, 300) ? seed_rng_between(&w->rng, 1, o->len) : o->len;
    struct sim_dgram *d = sim_dgram_new(o->src, o->dst, SIM_IKE, base_span(o->bytes, len));
    d->bytes[seed_rng_below(&w->rng, len)] ^= (uint8_t)(1 << seed_rng_below(&w->rng, 8));
    sim_net_inject(w, d);
}

static void world_acts(struct chaos *c)
{
    struct sim_world *w = c->p.w;
    struct base_endpoint evil = {w->attacker, (uint16_t)seed_rng_between(&w->rng, 1024, 65535)};
    switch (seed_rng_below(&w->rng, 6)) {
    case 0:
        if (c->p.foo_nat)
            sim_nat_flush(w, c->p.foo_nat);
        break;
    case 1:
        w->weather = weather_by_chance(&w->rng);
        break;
    case 2:
        c->p.foo->sends_traffic = seed_rng_chance(&w->rng, 700);
        c->p.gw->sends_traffic = seed_rng_chance(&w->rng, 700);
        break;
    case 3:
        w->weather.loss = 1000; /* until the weather changes */
        break;
    case 4:
        for (int i = 0; i < 20; i++)
            damage(w);
        break;
    default:
        for (int i = 0; i < 20; i++)
            sim_net_replay(w, evil);
    }
}

static void something_happens(struct sim_world *w, void *arg, uint64_t num)
{
    struct chaos *c = arg;
    if (c->is_over)
        return;
    if (seed_rng_chance(&w->rng, 500))
        operator_acts(c, seed_rng_chance(&w->rng, 500) ? c->p.foo : c->p.gw);
    else
        world_acts(c);
    /* Bursts of events, so that they meet in the middle of exchanges, and long pauses. */
    uint64_t mean = seed_rng_chance(&w->rng, 400) ? 100 * SIM_MS : c->mean_ns;
    sim_world_post(w, 1 + seed_rng_below(&w->rng, 2 * mean), something_happens, c, 0, false);
}

static struct chaos chaos_new(struct sim_world *w)
{
    static const enum sim_nat_kind foo[] = {SIM_NAT_NONE, SIM_NAT_MASQUERADE, SIM_NAT_STATIC};
    struct seed_rng *r = &w->rng;
    struct chaos c = {.p = sim_pair_new(w, foo[seed_rng_below(r, 3)],
                                        seed_rng_chance(r, 500) ? SIM_NAT_STATIC : SIM_NAT_NONE)};
    base_addr_parse("192.0.2.66", &w->attacker);
    c.mean_ns = seed_rng_between(r, 1, seed_rng_chance(r, 500) ? 10 : 300) * SIM_S;
    c.kills = seed_rng_chance(r, 300);
    c.p.foo_conn.rekey_s = (uint32_t)seed_rng_between(r, 900, 7200);
    c.p.gw_conn.rekey_s = seed_rng_chance(r, 500) ? c.p.foo_conn.rekey_s : 3600;
    c.p.foo_conn.child_rekey_s = (uint32_t)seed_rng_between(r, 300, 3600);
    c.p.gw_conn.child_rekey_s = seed_rng_chance(r, 500) ? c.p.foo_conn.child_rekey_s : 1800;
    c.p.foo_conn.child_rekey_pkts = seed_rng_chance(r, 300) ? 500 : 0;
    c.p.gw_conn.start = c.p.gw_conn.remote && seed_rng_chance(r, 300);
    struct sim_host *both[] = {c.p.foo, c.p.gw};
    for (int i = 0; i < 2; i++) {
        both[i]->traffic_ns = seed_rng_between(r, 1, 10) * SIM_S;
        both[i]->job_max_us = (uint32_t)seed_rng_between(r, 100, 200000);
        both[i]->job_fail = seed_rng_chance(r, 200) ? 50 : 0;
        both[i]->spi_fail = seed_rng_chance(r, 200) ? 50 : 0;
    }
    /* A child that was refused for want of room is asked for again only by who is to start the connection. */
    bool is_sound = !c.p.foo->spi_fail && !c.p.gw->spi_fail && !c.p.foo->job_fail && !c.p.gw->job_fail;
    if (is_sound && seed_rng_chance(r, 400)) {
        c.p.foo_conn.child2_ts = c.p.gw_conn.child2_local_ts = "10.105.0.0/24";
        c.p.gw_conn.child2_ts = c.p.foo_conn.local_ts;
    }
    /* Several pairs of a child, where both sides have it. */
    if (seed_rng_chance(r, 400)) {
        c.p.foo_conn.worker_sas = (uint32_t)seed_rng_between(r, 1, 4);
        c.p.gw_conn.worker_sas = (uint32_t)seed_rng_between(r, 1, 4);
    }
    if (seed_rng_chance(r, 300))
        c.p.foo_conn.encap = c.p.gw_conn.encap = IKE_ENCAP_FORCE;
    /* Most messages in fragments, on one side or both. */
    if (seed_rng_chance(r, 300))
        c.p.foo_conn.fragment_bytes = (uint32_t)seed_rng_between(r, 150, 300);
    if (c.p.foo_conn.fragment_bytes && seed_rng_chance(r, 700))
        c.p.gw_conn.fragment_bytes = (uint32_t)seed_rng_between(r, 150, 300);
    /* Paths are probed, and some carry less than the ports. */
    if (seed_rng_chance(r, 300)) {
        c.p.foo->port_mtu = c.p.gw->port_mtu = 1500;
        w->carries = seed_rng_chance(r, 700) ? seed_rng_between(r, 600, 1500) : 0;
    }
    w->weather = weather_by_chance(r);
    return c;
}

/* Calm weather and sound machines; the operator asks for the connection, as he may have taken it down. */
static void calm_down(struct chaos *c)
{
    struct sim_world *w = c->p.w;
    sim_trace(w, NULL, "the weather clears");
    c->is_over = true;
    w->weather = sim_weather_calm;
    c->p.foo->job_fail = c->p.gw->job_fail = c->p.foo->spi_fail = c->p.gw->spi_fail = 0;
    c->p.foo->sends_traffic = c->p.gw->sends_traffic = true;
    sim_world_run(w, 2 * SIM_MIN);
    if (!w->failed && !sim_pair_is_up(&c->p))
        sim_host_initiate(c->p.foo, "c");
    sim_world_run(w, 6 * SIM_MIN);
}

static void chaos_run(struct sim_world *w, uint64_t ns)
{
    struct chaos c = chaos_new(w);
    sim_pair_start(&c.p);
    sim_world_post(w, SIM_S, something_happens, &c, 0, false);
    sim_world_run(w, ns);
    calm_down(&c);
    sim_check_settled(w);
    /* Both sides may have called at the same time: two SAs are legal then. */
    sim_check_up(w, c.p.foo, c.p.gw, 2);
    sim_check_traffic(w, c.p.foo, c.p.gw, 20 * SIM_S);
    if (w->seed % 4 == 0)
        sim_check_quiet(w, SIM_HOUR);
    sim_check_end(w);
}

static void short_chaos(struct sim_world *w)
{
    chaos_run(w, seed_rng_between(&w->rng, 2, 40) * SIM_MIN);
}

static void long_chaos(struct sim_world *w)
{
    chaos_run(w, seed_rng_between(&w->rng, 1, 6) * SIM_HOUR);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"chaos for minutes, then all is well", short_chaos, 0},
        {"chaos for hours, then all is well", long_chaos, 25},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
