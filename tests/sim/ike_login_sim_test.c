/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Logins by EAP in bad weather: a user with a password, or with a certificate, whose messages are lost,
 * doubled and late, whose machine starts anew, and whose gateway reads its configuration again. Then the
 * weather clears: both sides agree on one IKE SA, the gateway knows its user by name, and whoever has a wrong
 * password, or a certificate of a stranger, never had a tunnel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "eap_login.h"
#include "null_crypt.h"
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"
#include "tls_login.h"

/* How the user proves itself, and whether that is right. */
struct login_row {
    enum ike_auth_kind kind;
    bool is_wrong;
};

struct login {
    struct sim_pair p;
    const struct login_row *row;
    bool is_over;
};

static struct ike_conf *login_conf(const struct login *l, const struct sim_host *h)
{
    const bool is_user = h == l->p.foo, is_tls = l->row->kind == IKE_AUTH_EAP_TLS;
    struct ike_conf *conf = sim_conf_build(is_user ? &l->p.foo_conn : &l->p.gw_conn, 1);
    struct ike_conn_conf *c = &conf->conns[0];
    *(is_user ? &c->local_auth : &c->remote_auth) = l->row->kind;
    if (is_tls)
        tls_show(conf,
                 !is_user           ? "gw.crt"
                 : l->row->is_wrong ? "of-stranger.crt"
                                    : "user.crt",
                 !is_user           ? "gw.key"
                 : l->row->is_wrong ? "of-stranger.key"
                                    : "user.key");
    else if (is_user)
        c->login = login_of("", "user@example.org", l->row->is_wrong ? "guessed" : "secret");
    else
        conf->users = login_users("user@example.org", "secret");
    ike_conf_seal(conf);
    return conf;
}

static struct login login_new(struct sim_world *w)
{
    static struct crypt_ike_ops ops;
    struct seed_rng *r = &w->rng;
    struct login l = {.row = w->row};
    l.p = sim_pair_new(w, seed_rng_chance(r, 700) ? SIM_NAT_MASQUERADE : SIM_NAT_NONE,
                       seed_rng_chance(r, 500) ? SIM_NAT_STATIC : SIM_NAT_NONE);
    ops = null_ike_ops;
    ops.eap = &ossl_eap_ops;
    l.p.foo_conn.local_id = l.p.gw_conn.remote_id = "user@example.org";
    l.p.gw_conn.local_id = l.p.foo_conn.remote_id = "@gw.example.org";
    l.p.gw_conn.remote = NULL; /* who logs in calls */
    l.p.foo_conn.rekey_s = l.p.gw_conn.rekey_s = (uint32_t)seed_rng_between(r, 100, 2000);
    l.p.foo_conn.child_rekey_s = (uint32_t)seed_rng_between(r, 60, 1000);
    l.p.foo_conn.reauth_s = seed_rng_chance(r, 500) ? (uint32_t)seed_rng_between(r, 200, 2000) : 0;
    if (seed_rng_chance(r, 500))
        l.p.foo_conn.fragment_bytes = l.p.gw_conn.fragment_bytes = (uint32_t)seed_rng_between(r, 200, 600);
    struct sim_host *both[] = {l.p.foo, l.p.gw};
    for (int i = 0; i < 2; i++) {
        both[i]->crypto = &ops;
        both[i]->calendar = tls_calendar;
        both[i]->traffic_ns = 5 * SIM_S;
        both[i]->job_max_us = (uint32_t)seed_rng_between(r, 100, 100000);
    }
    w->weather = (struct sim_weather){.loss = (uint16_t)seed_rng_below(r, 200),
                                      .dup = (uint16_t)seed_rng_below(r, 200),
                                      .late = (uint16_t)seed_rng_below(r, 200),
                                      .delay_us = (uint32_t)seed_rng_between(r, 100, 50000),
                                      .jitter_us = (uint32_t)seed_rng_below(r, 50000),
                                      .late_us = (uint32_t)seed_rng_below(r, 3000000)};
    return l;
}

static void login_happens(struct sim_world *w, void *arg, uint64_t num)
{
    struct login *l = arg;
    struct sim_host *h = seed_rng_chance(&w->rng, 500) ? l->p.foo : l->p.gw;
    (void)num;
    if (l->is_over)
        return;
    switch (seed_rng_below(&w->rng, 5)) {
    case 0: /* the user's machine loses power, in the middle of a login or not */
        sim_host_kill(l->p.foo);
        sim_host_start(l->p.foo, login_conf(l, l->p.foo));
        break;
    case 1:
        sim_host_swap(l->p.gw, login_conf(l, l->p.gw));
        break;
    case 2:
        if (l->p.foo_nat)
            sim_nat_flush(w, l->p.foo_nat);
        break;
    case 3:
        sim_host_terminate(h, "c");
        sim_host_initiate(l->p.foo, "c");
        break;
    default:
        sim_host_rekey(h, "c", seed_rng_chance(&w->rng, 500));
    }
    sim_world_post(w, 1 + seed_rng_below(&w->rng, 60 * SIM_S), login_happens, l, 0, false);
}

static void login_run(struct sim_world *w)
{
    struct login l = login_new(w);
    const uint64_t ns = seed_rng_between(&w->rng, 1, 10) * SIM_MIN;
    sim_host_start(l.p.gw, login_conf(&l, l.p.gw));
    sim_host_start(l.p.foo, login_conf(&l, l.p.foo));
    sim_world_post(w, seed_rng_below(&w->rng, 2 * SIM_S), login_happens, &l, 0, false);
    sim_world_run(w, ns);
    l.is_over = true;
    w->weather = sim_weather_calm;
    l.p.foo->sends_traffic = l.p.gw->sends_traffic = !l.row->is_wrong;
    sim_world_run(w, 2 * SIM_MIN);
    if (!w->failed && !l.row->is_wrong && !sim_pair_is_up(&l.p))
        sim_host_initiate(l.p.foo, "c");
    sim_world_run(w, 4 * SIM_MIN);
    if (l.row->is_wrong) {
        SIM_EXPECT(w, l.p.gw->audits[IKE_AUDIT_IKE_UP] == 0 && l.p.foo->audits[IKE_AUDIT_IKE_UP] == 0);
        SIM_EXPECT(w, l.p.gw->audits[IKE_AUDIT_FAIL_LOGIN] > 0);
    } else {
        sim_check_settled(w);
        sim_check_up(w, l.p.foo, l.p.gw, 1);
        sim_check_traffic(w, l.p.foo, l.p.gw, 20 * SIM_S);
    }
    sim_check_end(w);
}

int main(int argc, char **argv)
{
    static const struct login_row password = {IKE_AUTH_EAP_MSCHAPV2, false},
                                  guess = {IKE_AUTH_EAP_MSCHAPV2, true};
    static const struct login_row certificate = {IKE_AUTH_EAP_TLS, false},
                                  stranger = {IKE_AUTH_EAP_TLS, true};
    static const struct sim_case cases[] = {
        {"a login by a password, then all is well", login_run, 150, &password},
        {"a wrong password is never in", login_run, 50, &guess},
        {"a login by a certificate, then all is well", login_run, 60, &certificate},
        {"a stranger's certificate is never in", login_run, 30, &stranger},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
