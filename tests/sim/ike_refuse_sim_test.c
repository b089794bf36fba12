/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configurations that do not fit: each is refused with the right record on the side that knows why, and
 * leaves no state. Also the detours of IKE_SA_INIT: another group, cookies, both.
 */
#include <errno.h>
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"
#include "wire_ike.h"

static struct sim_pair quiet_pair(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, w->seed % 2 ? SIM_NAT_MASQUERADE : SIM_NAT_NONE,
                                     w->seed % 3 ? SIM_NAT_STATIC : SIM_NAT_NONE);
    p.foo_conn.start = false;
    return p;
}

static void call(struct sim_pair *p)
{
    sim_pair_start(p);
    SIM_EXPECT(p->w, sim_host_initiate(p->foo, "c") == 0);
    sim_world_run(p->w, 60 * SIM_S);
}

/* Nothing is left after the half-open timeout, and a retry by the operator does no harm. */
static void nothing_left(struct sim_pair *p)
{
    struct sim_world *w = p->w;
    sim_world_run(w, 3 * SIM_MIN);
    SIM_EXPECT(w, p->foo->installs == p->foo->removes && p->gw->installs == p->gw->removes);
    SIM_EXPECT(w, p->foo->n_sas == 0 && p->gw->n_sas == 0);
    SIM_EXPECT(w, sim_host_stats(p->foo).ike_sas == 0 && sim_host_stats(p->gw).ike_sas == 0);
    SIM_EXPECT(w, sim_host_stats(p->gw).half_open == 0);
    sim_check_settled(w);
    sim_check_end(w);
}

static void refused(struct sim_pair *p, enum ike_audit_kind at_gw, uint16_t notify_at_foo)
{
    call(p);
    SIM_EXPECT(p->w, p->gw->audits[at_gw] >= 1);
    SIM_EXPECT(p->w, p->gw->last_failure.why[0] && p->gw->last_failure.fix_here[0]);
    SIM_EXPECT(p->w, p->foo->audits[IKE_AUDIT_FAIL_REFUSED] >= 1);
    SIM_EXPECT(p->w, p->foo->last_failure.notify == notify_at_foo);
    SIM_EXPECT(p->w, p->foo->audits[IKE_AUDIT_CHILD_UP] == 0);
    nothing_left(p);
}

static void wrong_key(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.psk = "not the secret";
    refused(&p, IKE_AUDIT_FAIL_WRONG_KEY, WIRE_IKE_N_AUTHENTICATION_FAILED);
}

static void unknown_identity(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.local_id = "@bar";
    refused(&p, IKE_AUDIT_FAIL_UNKNOWN_ID, WIRE_IKE_N_AUTHENTICATION_FAILED);
}

static void no_secret(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.gw_conn.psk = "";
    refused(&p, IKE_AUDIT_FAIL_NO_SECRET, WIRE_IKE_N_AUTHENTICATION_FAILED);
}

static void no_ike_proposal(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.ike = "aes128gcm16-prfsha256-x25519";
    p.gw_conn.ike = "aes256-sha512-ecp521";
    refused(&p, IKE_AUDIT_FAIL_NO_PROPOSAL, WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
}

static void no_esp_proposal(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.esp = "aes128gcm16";
    p.gw_conn.esp = "aes256gcm16";
    refused(&p, IKE_AUDIT_FAIL_NO_PROPOSAL, WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
}

static void disjoint_selectors(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.remote_ts = "10.99.0.0/16";
    refused(&p, IKE_AUDIT_FAIL_SELECTORS, WIRE_IKE_N_TS_UNACCEPTABLE);
}

/* We expect another identity than the gateway's: one of both sides finds out, no child comes up. */
static void wrong_responder(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.remote_id = "@other";
    call(&p);
    SIM_EXPECT(w, p.gw->audits[IKE_AUDIT_FAIL_UNKNOWN_ID] + p.gw->audits[IKE_AUDIT_FAIL_NO_CONNECTION] +
                          p.foo->audits[IKE_AUDIT_FAIL_PEER_ID] >=
                      1);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_CHILD_UP] == 0 && p.gw->audits[IKE_AUDIT_CHILD_UP] == 0);
    nothing_left(&p);
}

static void address_not_allowed(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    struct ike_conf *conf = sim_conf_build(&p.gw_conn, 1);
    conf->conns[0].n_remote_from = 1;
    base_prefix_parse("192.0.2.0/24", &conf->conns[0].remote_from[0]);
    ike_conf_seal(conf);
    sim_host_start(p.gw, conf);
    sim_host_start(p.foo, sim_pair_conf(&p.foo_conn, p.foo));
    sim_host_initiate(p.foo, "c");
    sim_world_run(w, 60 * SIM_S);
    SIM_EXPECT(w, p.gw->audits[IKE_AUDIT_FAIL_NO_CONNECTION] >= 1);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_FAIL_REFUSED] + p.foo->audits[IKE_AUDIT_FAIL_TIMEOUT] >= 1);
    nothing_left(&p);
}

static void nat_forbidden(struct sim_world *w)
{
    struct sim_pair p = sim_pair_new(w, SIM_NAT_MASQUERADE, SIM_NAT_NONE);
    p.foo_conn.start = false;
    if (w->seed % 2)
        p.foo_conn.encap = IKE_ENCAP_NEVER;
    else
        p.gw_conn.encap = IKE_ENCAP_NEVER;
    call(&p);
    SIM_EXPECT(w,
               p.gw->audits[IKE_AUDIT_FAIL_NAT_FORBIDDEN] + p.foo->audits[IKE_AUDIT_FAIL_NAT_FORBIDDEN] >= 1);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_CHILD_UP] == 0);
    nothing_left(&p);
}

static void nobody_there(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    sim_host_start(p.foo, sim_pair_conf(&p.foo_conn, p.foo));
    SIM_EXPECT(w, sim_host_initiate(p.foo, "c") == 0);
    SIM_EXPECT(w, sim_host_initiate(p.foo, "c") == -EALREADY);
    SIM_EXPECT(w, sim_host_initiate(p.foo, "nosuch") == -ENOENT);
    sim_world_run(w, 3 * SIM_MIN);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_FAIL_TIMEOUT] >= 1);
    SIM_EXPECT(w, sim_host_stats(p.foo).ike_sas == 0 && p.foo->n_sas == 0);
    sim_check_end(w);
}

/* A connection that is to be up is tried again for ever, but not in a hurry. */
static void tries_with_patience(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.start = true;
    if (w->seed % 2)
        p.foo_conn.psk = "not the secret";
    else
        p.foo_conn.remote_ts = "10.99.0.0/16";
    sim_pair_start(&p);
    sim_world_run(w, SIM_HOUR);
    SIM_EXPECT(w, p.foo->init_out >= 3 && p.foo->init_out <= 800);
    sim_check_quiet(w, SIM_HOUR);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_CHILD_UP] == 0);
    sim_check_end(w);
}

static void finish(struct sim_pair *p)
{
    sim_check_settled(p->w);
    sim_check_up(p->w, p->foo, p->gw, 1);
    sim_check_traffic(p->w, p->foo, p->gw, 10 * SIM_S);
    sim_check_end(p->w);
}

static void other_group(struct sim_world *w)
{
    struct sim_pair p = quiet_pair(w);
    p.foo_conn.ike = "aes128gcm16-prfsha256-x25519-ecp256-modp2048";
    p.gw_conn.ike = w->seed % 2 ? "aes128gcm16-prfsha256-modp2048" : "aes128gcm16-prfsha256-ecp256";
    p.foo_conn.esp = "aes128gcm16-x25519-ecp256";
    p.gw_conn.esp = "aes128gcm16-ecp256";
    call(&p);
    SIM_EXPECT(w, p.foo->init_out == 2);
    sim_host_rekey(p.foo, "c", false);
    sim_world_run(w, 30 * SIM_S);
    SIM_EXPECT(w, p.foo->installs == 2 && p.gw->installs == 2);
    sim_host_rekey(p.foo, "c", true);
    sim_world_run(w, 30 * SIM_S);
    SIM_EXPECT(w, p.foo->audits[IKE_AUDIT_IKE_REKEYED] == 1);
    finish(&p);
}

static void cookies(struct sim_world *w, bool other_group_too)
{
    struct sim_pair p = quiet_pair(w);
    w->weather.loss = w->seed % 4 == 3 ? 200 : 0;
    p.foo_conn.start = true;
    if (other_group_too) {
        p.foo_conn.ike = "aes128gcm16-prfsha256-x25519-ecp256";
        p.gw_conn.ike = "aes128gcm16-prfsha256-ecp256";
    }
    struct ike_conf *conf = sim_conf_build(&p.gw_conn, 1);
    conf->cookie_threshold = 0;
    ike_conf_seal(conf);
    sim_host_start(p.gw, conf);
    sim_host_start(p.foo, sim_pair_conf(&p.foo_conn, p.foo));
    sim_world_run(w, SIM_MIN);
    w->weather = sim_weather_calm;
    sim_world_run(w, 2 * SIM_MIN);
    SIM_EXPECT(w, p.foo->init_out >= (other_group_too ? 3 : 2));
    SIM_EXPECT(w, sim_host_stats(p.gw).cookies_sent >= 1);
    finish(&p);
}

static void with_cookies(struct sim_world *w)
{
    cookies(w, false);
}

static void with_cookies_and_group(struct sim_world *w)
{
    cookies(w, true);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"a wrong key is refused", wrong_key, 6},
        {"an unknown identity is refused", unknown_identity, 6},
        {"a pair without a secret is refused", no_secret, 6},
        {"no common IKE proposal", no_ike_proposal, 6},
        {"no common ESP proposal", no_esp_proposal, 6},
        {"disjoint selectors are refused", disjoint_selectors, 6},
        {"an unexpected responder is refused", wrong_responder, 6},
        {"a peer from an address that is not allowed", address_not_allowed, 6},
        {"a NAT where encapsulation is never", nat_forbidden, 6},
        {"nobody answers", nobody_there, 6},
        {"a refused connection is retried with patience", tries_with_patience, 6},
        {"the responder wants another group", other_group, 12},
        {"the responder wants a cookie", with_cookies, 20},
        {"the responder wants a cookie and another group", with_cookies_and_group, 20},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
