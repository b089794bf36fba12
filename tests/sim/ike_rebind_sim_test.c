/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NAT in front of the caller forgets its mappings (RFC 7296 2.23): both the IKE SA and the children
 * follow with the next authenticated packet, without a new handshake, and a replayed packet moves nothing.
 */
#include "sim_check.h"
#include "sim_esp.h"
#include "sim_main.h"
#include "sim_pair.h"

static struct sim_pair pair_behind_nat(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, w->seed % 2 ? SIM_NAT_STATIC : SIM_NAT_NONE);
    base_addr_parse("192.0.2.66", &w->attacker);
    return p;
}

static void finish(struct sim_pair *p)
{
    SIM_EXPECT(p->w, p->foo->init_out == 1);
    sim_check_settled(p->w);
    sim_check_up(p->w, p->foo, p->gw, 1);
    sim_check_end(p->w);
}

/* One packet out through the new mapping, and the way back is right at once. */
static void follows_esp(struct sim_world *w)
{
    struct sim_pair p = pair_behind_nat(w);
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_pair_connect(&p);
    for (int i = 0; i < 5 && !w->failed; i++) {
        sim_world_run(w, seed_rng_between(&w->rng, 2, 15) * SIM_S);
        sim_nat_flush(w, p.foo_nat);
        uint64_t gw_ok = p.gw->esp_ok, foo_ok = p.foo->esp_ok;
        sim_esp_send_all(p.foo);
        sim_world_run(w, 200 * SIM_MS);
        sim_esp_send_all(p.gw);
        sim_world_run(w, 200 * SIM_MS);
        SIM_EXPECT(w, p.gw->esp_ok == gw_ok + 1);
        SIM_EXPECT(w, p.foo->esp_ok == foo_ok + 1);
    }
    finish(&p);
}

/* No traffic at all, and no MOBIKE, with which IKE messages move nothing (RFC 4555 3.8). */
static void follows_ike(struct sim_world *w)
{
    struct sim_pair p = pair_behind_nat(w);
    p.foo_conn.is_fixed = p.gw_conn.is_fixed = true;
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_pair_connect(&p);
    for (int i = 0; i < 3 && !w->failed; i++) {
        sim_nat_flush(w, p.foo_nat);
        sim_host_rekey(p.foo, "c", false);
        sim_world_run(w, 10 * SIM_S);
        sim_check_traffic(w, p.foo, p.gw, 3 * SIM_S);
    }
    finish(&p);
}

/* Rebinding at any time, also in the middle of rekeys of either side. */
static void follows_always(struct sim_world *w)
{
    struct sim_pair p = pair_behind_nat(w);
    sim_pair_connect(&p);
    for (int i = 0; i < 20 && !w->failed; i++) {
        struct sim_host *h = seed_rng_chance(&w->rng, 500) ? p.foo : p.gw;
        sim_host_rekey(h, "c", seed_rng_chance(&w->rng, 300));
        sim_world_run(w, seed_rng_below(&w->rng, 100) * SIM_MS);
        sim_nat_flush(w, p.foo_nat);
        sim_world_run(w, seed_rng_between(&w->rng, 1, 90) * SIM_S);
    }
    sim_world_run(w, 2 * SIM_MIN);
    sim_check_traffic(w, p.foo, p.gw, 10 * SIM_S);
    finish(&p);
}

/* Everything that was delivered is sent again from elsewhere; sim_act fails when anything moves. */
static void replay_moves_nothing(struct sim_world *w)
{
    struct sim_pair p = pair_behind_nat(w);
    sim_pair_connect(&p);
    for (int i = 0; i < 20 && !w->failed; i++) {
        struct base_endpoint evil = {w->attacker, (uint16_t)seed_rng_between(&w->rng, 1024, 65535)};
        sim_world_run(w, seed_rng_between(&w->rng, 1, 10) * SIM_S);
        for (int k = 0; k < 50; k++)
            sim_net_replay(w, evil);
        sim_host_rekey(seed_rng_chance(&w->rng, 500) ? p.foo : p.gw, "c", w->seed & 4);
        sim_world_run(w, SIM_S);
    }
    SIM_EXPECT(w, p.gw->audits[IKE_AUDIT_PEER_MOVED] == 0);
    sim_world_run(w, 2 * SIM_MIN);
    sim_check_traffic(w, p.foo, p.gw, 10 * SIM_S);
    finish(&p);
}

/* Somebody on the way sends what passes on from an address of his own, and keeps the packet itself back. */
static bool readdress(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    (void)from;
    if (!seed_rng_chance(&w->rng, *(uint16_t *)w->test))
        return false;
    const struct base_endpoint evil = {w->attacker, d->src.port};
    struct sim_dgram *copy = sim_dgram_new(evil, d->dst, d->kind, base_span(d->bytes, d->len));
    copy->spi = d->spi;
    copy->seq = d->seq;
    copy->seal = d->seal;
    sim_net_inject(w, copy);
    return true;
}

/* Neither has a NAT, so neither moves without being asked; sim_act fails when one goes to the attacker. */
static void copies_move_nobody(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_NONE, SIM_NAT_NONE);
    uint16_t per_mille = (uint16_t)seed_rng_between(&w->rng, 100, 300);
    base_addr_parse("192.0.2.66", &w->attacker);
    p.foo_conn.is_fixed = true; /* with which an IKE SA may go where it was heard, without its children */
    sim_pair_connect(&p);
    w->test = &per_mille;
    w->drop = readdress;
    for (int i = 0; i < 10 && !w->failed; i++) {
        sim_host_rekey(seed_rng_chance(&w->rng, 500) ? p.foo : p.gw, "c", w->seed & 4);
        sim_world_run(w, seed_rng_between(&w->rng, 1, 30) * SIM_S);
    }
    per_mille = 0;
    SIM_EXPECT(w, p.gw->audits[IKE_AUDIT_PEER_MOVED] + p.foo->audits[IKE_AUDIT_PEER_MOVED] == 0);
    sim_world_run(w, 2 * SIM_MIN);
    sim_check_traffic(w, p.foo, p.gw, 10 * SIM_S);
    sim_check_settled(w);
    sim_check_up(w, p.foo, p.gw, 1);
    sim_check_end(w);
}

/* Keepalives hold the mapping, so the gateway reaches an idle caller at any time. */
static void keepalives_hold_the_mapping(struct sim_world *w)
{
    struct sim_pair p = pair_behind_nat(w);
    p.foo_nat->timeout_ns = 30 * SIM_S;
    p.foo_conn.dpd_s = p.gw_conn.dpd_s = 0;
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_pair_connect(&p);
    for (int i = 0; i < 5 && !w->failed; i++) {
        sim_world_run(w, 10 * SIM_MIN);
        uint64_t ok = p.foo->esp_ok;
        sim_esp_send_all(p.gw);
        sim_world_run(w, SIM_S);
        SIM_EXPECT(w, p.foo->esp_ok == ok + 1);
    }
    SIM_EXPECT(w, p.foo->keepalives_out > 0);
    SIM_EXPECT(w, p.gw_nat || p.gw->keepalives_out == 0);
    finish(&p);
}

/* How often an idle caller uses its mapping, until the gateway reaches it at any time. */
static void what_a_nat_keeps_is_learned(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, SIM_NAT_NONE);
    const uint64_t life_s = seed_rng_between(&w->rng, 12, 500);
    p.foo_nat->timeout_ns = life_s * SIM_S;
    p.foo_nat->keeps_ports = w->seed % 2; /* so that nothing shows that a mapping is a new one */
    p.foo_conn.dpd_s = p.gw_conn.dpd_s = 0;
    p.foo->sends_traffic = p.gw->sends_traffic = false;
    sim_pair_connect(&p);
    sim_world_run(w, 60 * SIM_MIN);
    const uint64_t before = p.foo->keepalives_out + p.foo->ike_out;
    for (int i = 0; i < 10 && !w->failed; i++) {
        sim_world_run(w, seed_rng_between(&w->rng, 50, 700) * SIM_S);
        const uint64_t ok = p.foo->esp_ok;
        sim_esp_send_all(p.gw);
        sim_world_run(w, SIM_S);
        SIM_EXPECT(w, p.foo->esp_ok == ok + 1);
    }
    const uint64_t used = p.foo->keepalives_out + p.foo->ike_out - before;
    struct ike_sa_view v;
    SIM_EXPECT(w, ike_show_next(p.foo->ike, 0, &v));
    SIM_EXPECT(w, v.local_mapping.held_s <= life_s);
    SIM_EXPECT(w, !v.local_mapping.lost_s || v.local_mapping.lost_s >= life_s);
    SIM_EXPECT(w, v.keepalive_s >= (life_s < 300 ? life_s : 300) * 3 / 4);
    /* Rekeyings say where we are, too: a few messages more. */
    SIM_EXPECT(w, used <= 7000 / v.keepalive_s + 20);
    finish(&p);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"the path follows the next ESP packet", follows_esp, 40},
        {"the path follows the next IKE message", follows_ike, 40},
        {"the path follows whatever else goes on", follows_always, 40},
        {"replayed packets from elsewhere move nothing", replay_moves_nothing, 40},
        {"copies from elsewhere move nobody who has no NAT", copies_move_nobody, 40},
        {"keepalives hold the mapping of an idle caller", keepalives_hold_the_mapping, 10},
        {"how long a NAT keeps a mapping is learned", what_a_nat_keeps_is_learned, 40},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
