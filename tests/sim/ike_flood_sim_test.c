/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_SA_INIT floods (RFC 7296 2.6): caps of half-open SAs hold at every moment, forged sources cost nothing
 * but a cookie, no more bytes go out than came (sim_watch), an honest peer gets through, all is forgotten
 * afterwards.
 */
#include <stdlib.h>
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"
#include "wire_ike.h"

struct flood {
    struct sim_pair p;
    struct sim_dgram *sample; /* a real IKE_SA_INIT request as it left the caller's NAT */
    uint32_t max_seen;
};

static bool keep_first_init(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    struct flood *f = w->test;
    if (f->sample || d->kind != SIM_IKE || from != f->p.foo)
        return false;
    f->sample = sim_dgram_new(d->src, d->dst, SIM_IKE, base_span(d->bytes, d->len));
    return true;
}

static void start(struct flood *f, struct sim_world *w, uint32_t max, uint32_t per_endpoint,
                  uint32_t cookies_from)
{
    f->p = sim_pair_new(w, SIM_NAT_NONE, w->seed % 2 ? SIM_NAT_STATIC : SIM_NAT_NONE);
    struct ike_conf *conf = sim_conf_build(&f->p.gw_conn, 1);
    conf->half_open_max = max;
    conf->half_open_per_endpoint = per_endpoint;
    conf->cookie_threshold = cookies_from;
    conf->half_open_timeout_s = 30;
    ike_conf_seal(conf);
    sim_host_start(f->p.gw, conf);
    w->test = f;
    w->drop = keep_first_init;
    sim_host_start(f->p.foo, sim_pair_conf(&f->p.foo_conn, f->p.foo));
    sim_world_run(w, 300 * SIM_MS);
    SIM_EXPECT(w, f->sample);
    sim_host_terminate(f->p.foo, "c");
    sim_world_run(w, 10 * SIM_S);
}

static void forge(struct flood *f, struct base_endpoint src)
{
    struct sim_world *w = f->p.w;
    struct sim_dgram *d =
        sim_dgram_new(src, f->sample->dst, SIM_IKE, base_span(f->sample->bytes, f->sample->len));
    seed_rng_fill(&w->rng, d->bytes, 8); /* SPI of the initiator */
    sim_net_inject(w, d);
}

static struct base_endpoint anywhere(struct sim_world *w)
{
    return (struct base_endpoint){base_addr_ip4((uint32_t)seed_rng_between(&w->rng, 0x0b000000, 0x0bffffff)),
                                  (uint16_t)seed_rng_between(&w->rng, 1, 65535)};
}

/* `count` forged requests over some seconds; the cap is looked at after each. */
static void flood(struct flood *f, size_t count, const struct base_endpoint *src)
{
    struct sim_world *w = f->p.w;
    for (size_t i = 0; i < count && !w->failed; i++) {
        forge(f, src ? *src : anywhere(w));
        sim_world_run(w, SIM_MS);
        uint64_t now = sim_host_stats(f->p.gw).half_open;
        f->max_seen = now > f->max_seen ? now : f->max_seen;
    }
}

static void finish(struct flood *f)
{
    struct sim_world *w = f->p.w;
    sim_world_run(w, 2 * SIM_MIN);
    SIM_EXPECT(w, sim_host_stats(f->p.gw).half_open == 0);
    SIM_EXPECT(w, sim_host_stats(f->p.gw).ike_sas == sim_host_established(f->p.gw));
    sim_check_settled(w);
    sim_check_end(w);
    free(f->sample);
}

static void cookies_stop_forgers(struct sim_world *w)
{
    struct flood f = {0};
    start(&f, w, 1000, 10, 20);
    flood(&f, 2000, NULL);
    SIM_EXPECT(w, f.max_seen == 20);
    SIM_EXPECT(w, sim_host_stats(f.p.gw).cookies_sent >= 1900);
    sim_host_initiate(f.p.foo, "c");
    flood(&f, 3000, NULL);
    SIM_EXPECT(w, sim_pair_is_up(&f.p));
    SIM_EXPECT(w, f.max_seen <= 21);
    sim_check_traffic(w, f.p.foo, f.p.gw, 3 * SIM_S);
    finish(&f);
}

static void total_cap_holds(struct sim_world *w)
{
    struct flood f = {0};
    start(&f, w, 50, 10, 1000);
    flood(&f, 2000, NULL);
    SIM_EXPECT(w, f.max_seen == 50);
    SIM_EXPECT(w, sim_host_stats(f.p.gw).dropped_capped >= 1900);
    finish(&f);
}

static void endpoint_cap_holds(struct sim_world *w)
{
    struct flood f = {0};
    start(&f, w, 500, 4, 400);
    struct base_endpoint src = anywhere(w);
    flood(&f, 500, &src);
    SIM_EXPECT(w, f.max_seen == 4);
    /* Another port of the same address is another peer: an office behind one NAT. */
    src.port ^= 1;
    f.max_seen = 0;
    flood(&f, 500, &src);
    SIM_EXPECT(w, f.max_seen == 8);
    finish(&f);
}

/* Damaged copies of real messages of a live tunnel: nothing breaks, traffic goes on. */
static void damaged_messages(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, SIM_NAT_STATIC);
    base_addr_parse("192.0.2.66", &w->attacker);
    sim_pair_connect(&p);
    for (int i = 0; i < 2000 && !w->failed; i++) {
        size_t have = w->n_captured < SIM_CAPTURE ? w->n_captured : SIM_CAPTURE;
        const struct sim_dgram *o = w->captured[seed_rng_below(&w->rng, have)];
        size_t len = seed_rng_chance(&w->rng, 300) ? seed_rng_below(&w->rng, o->len + 1) : o->len;
        if (o->kind != SIM_IKE)
            continue;
        struct sim_dgram *d = sim_dgram_new(o->src, o->dst, SIM_IKE, base_span(o->bytes, len));
        for (uint64_t flips = seed_rng_below(&w->rng, 4) + (len == o->len); flips && len; flips--)
            d->bytes[seed_rng_below(&w->rng, len)] ^= (uint8_t)(1 << seed_rng_below(&w->rng, 8));
        sim_net_inject(w, d);
        sim_world_run(w, 10 * SIM_MS);
        if (i % 400 == 0)
            sim_host_rekey(p.foo, "c", i & 1);
    }
    sim_world_run(w, 3 * SIM_MIN);
    sim_check_settled(w);
    SIM_EXPECT(w, p.foo->init_out == 1);
    sim_check_traffic(w, p.foo, p.gw, 10 * SIM_S);
    sim_check_end(w);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"cookies stop forgers and let an honest peer through", cookies_stop_forgers, 6},
        {"the cap of half-open SAs holds", total_cap_holds, 6},
        {"the cap per endpoint holds", endpoint_cap_holds, 6},
        {"damaged messages break nothing", damaged_messages, 30},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
