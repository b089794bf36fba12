/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Somebody on the way sees the IKE_SA_INIT request and is faster than the peer: forged errors end no attempt
 * that the true peer answers (RFC 7296 2.21.1), cost no endless work, and do not hide what the peer says.
 */
#include "sim_check.h"
#include "sim_main.h"
#include "sim_pair.h"
#include "wire_ike.h"

struct forger {
    struct sim_pair p;
    uint16_t only; /* this notify, to the first request; 0: anything to each */
    bool groups;   /* of anything: groups that the caller offers */
    bool cookies;  /* of anything: cookies that look like any */
    size_t sent;
};

/* An answer in the peer's name. */
static void forge(struct sim_world *w, const struct sim_dgram *request, uint16_t notify,
                  struct base_span data)
{
    struct wire_ike_hdr hdr;
    uint8_t buf[256];
    if (wire_ike_hdr_parse(base_span(request->bytes, request->len), &hdr) != WIRE_IKE_OK)
        return;
    hdr.flags = WIRE_IKE_F_RESPONSE;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    wire_ike_put_notify(&b, &(struct wire_ike_notification){.type = notify, .data = data});
    sim_net_inject(w, sim_dgram_new(request->dst, request->src, SIM_IKE, wire_ike_finish(&b)));
}

/* Errors, a group that is not offered, one that is the very same, cookies that are none. */
static void forge_any(struct sim_world *w, const struct sim_dgram *request)
{
    static const uint8_t bytes[65] = {0, 2}, same[] = {0, 31};
    static const struct {
        uint16_t notify;
        struct base_span data;
    } any[] = {
        {WIRE_IKE_N_NO_PROPOSAL_CHOSEN, {NULL, 0}},    {WIRE_IKE_N_INVALID_SYNTAX, {NULL, 0}},
        {WIRE_IKE_N_AUTHENTICATION_FAILED, {NULL, 0}}, {WIRE_IKE_N_INVALID_MAJOR_VERSION, {NULL, 0}},
        {WIRE_IKE_N_INVALID_KE_PAYLOAD, {NULL, 0}},    {WIRE_IKE_N_INVALID_KE_PAYLOAD, {bytes, 2}},
        {WIRE_IKE_N_INVALID_KE_PAYLOAD, {same, 2}},    {WIRE_IKE_N_COOKIE, {NULL, 0}},
        {WIRE_IKE_N_COOKIE, {bytes, sizeof bytes}},
    };
    const size_t i = seed_rng_below(&w->rng, sizeof any / sizeof *any);
    forge(w, request, any[i].notify, any[i].data);
}

static void forge_group(struct sim_world *w, const struct sim_dgram *request)
{
    static const uint8_t offered[] = {14, 15, 16, 19, 20, 21, 31};
    const uint8_t data[] = {0, offered[seed_rng_below(&w->rng, sizeof offered)]};
    forge(w, request, WIRE_IKE_N_INVALID_KE_PAYLOAD, base_span(data, sizeof data));
}

static void forge_cookie(struct sim_world *w, const struct sim_dgram *request)
{
    uint8_t cookie[64];
    const size_t len = seed_rng_between(&w->rng, 8, sizeof cookie);
    seed_rng_fill(&w->rng, cookie, len);
    forge(w, request, WIRE_IKE_N_COOKIE, base_span(cookie, len));
}

static bool overhear(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    struct forger *f = w->test;
    if (from != f->p.foo || d->kind != SIM_IKE || d->bytes[18] != WIRE_IKE_SA_INIT ||
        d->bytes[19] & WIRE_IKE_F_RESPONSE)
        return false;
    if (f->only && f->sent++ == 0)
        forge(w, d, f->only, BASE_SPAN_NONE);
    for (uint64_t n = f->only ? 0 : seed_rng_between(&w->rng, 1, 8); n; n--, f->sent++)
        (f->groups ? forge_group : f->cookies ? forge_cookie : forge_any)(w, d);
    return false;
}

static void prepare(struct forger *f, struct sim_world *w, uint16_t only)
{
    f->only = only;
    f->p = sim_pair_new(w, w->seed % 2 ? SIM_NAT_MASQUERADE : SIM_NAT_NONE,
                        w->seed % 3 ? SIM_NAT_STATIC : SIM_NAT_NONE);
    f->p.foo_conn.start = false;
    w->test = f;
    w->drop = overhear;
}

static void the_peer_answers(struct sim_world *w)
{
    struct forger f = {0};
    prepare(&f, w, 0);
    w->weather.loss = w->seed % 4 == 3 ? 100 : 0; /* of 1000; six copies all lost: one call in 20,000 */
    sim_pair_start(&f.p);
    SIM_EXPECT(w, sim_host_initiate(f.p.foo, "c") == 0);
    sim_world_run(w, SIM_MIN);
    SIM_EXPECT(w, f.sent >= 1);
    SIM_EXPECT(w, w->weather.loss || f.p.foo->audits[IKE_AUDIT_DOUBTED] == 1);
    SIM_EXPECT(w, w->weather.loss || f.p.foo->init_out == 1);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_FAIL_REFUSED] == 0);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_IKE_UP] == 1);
    w->weather = sim_weather_calm;
    sim_check_settled(w);
    sim_check_up(w, f.p.foo, f.p.gw, 1);
    sim_check_traffic(w, f.p.foo, f.p.gw, 3 * SIM_S);
    sim_check_end(w);
}

/* Each such notify is followed, and still the answer to what was asked for before is good. */
static void in_another_group(struct sim_world *w)
{
    struct forger f = {.groups = true};
    prepare(&f, w, 0);
    sim_pair_start(&f.p);
    SIM_EXPECT(w, sim_host_initiate(f.p.foo, "c") == 0);
    sim_world_run(w, 5 * SIM_S);
    SIM_EXPECT(w, f.p.foo->init_out <= 4);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_IKE_UP] == 1);
    sim_world_run(w, SIM_MIN); /* a late request may have made another half-open SA, which times out */
    sim_check_settled(w);
    sim_check_up(w, f.p.foo, f.p.gw, 1);
    sim_check_traffic(w, f.p.foo, f.p.gw, 3 * SIM_S);
    sim_check_end(w);
}

/*
 * Cookies are forged as answers to each request, the peer may want one of its own, and messages are lost: the
 * caller proves itself all the same, and nobody hears of different keys.
 */
static void with_cookies(struct sim_world *w)
{
    struct forger f = {.cookies = true};
    prepare(&f, w, 0);
    w->weather.loss = w->seed % 4 == 3 ? 100 : 0;
    struct ike_conf *conf = sim_conf_build(&f.p.gw_conn, 1);
    conf->cookie_threshold = w->seed % 5 < 2 ? 0 : 1000;
    ike_conf_seal(conf);
    sim_host_start(f.p.gw, conf);
    sim_host_start(f.p.foo, sim_pair_conf(&f.p.foo_conn, f.p.foo));
    SIM_EXPECT(w, sim_host_initiate(f.p.foo, "c") == 0);
    sim_world_run(w, 2 * SIM_MIN);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_FAIL_REFUSED] == 0);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_IKE_UP] == 1);
    w->weather = sim_weather_calm;
    sim_world_run(w, SIM_MIN);
    sim_check_settled(w);
    sim_check_up(w, f.p.foo, f.p.gw, 1);
    sim_check_traffic(w, f.p.foo, f.p.gw, 3 * SIM_S);
    sim_check_end(w);
}

static void the_peer_refuses(struct sim_world *w)
{
    struct forger f = {0};
    prepare(&f, w, WIRE_IKE_N_AUTHENTICATION_FAILED);
    f.p.foo_conn.ike = "aes128gcm16-prfsha256-x25519";
    f.p.gw_conn.ike = "aes256-sha512-ecp521";
    sim_pair_start(&f.p);
    SIM_EXPECT(w, sim_host_initiate(f.p.foo, "c") == 0);
    sim_world_run(w, SIM_MIN);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_FAIL_REFUSED] == 1);
    SIM_EXPECT(w, f.p.foo->last_failure.notify == WIRE_IKE_N_NO_PROPOSAL_CHOSEN);
    SIM_EXPECT(w, sim_host_stats(f.p.foo).ike_sas == 0);
    sim_check_end(w);
}

static void nobody_answers(struct sim_world *w)
{
    struct forger f = {0};
    prepare(&f, w, WIRE_IKE_N_AUTHENTICATION_FAILED);
    sim_host_start(f.p.foo, sim_pair_conf(&f.p.foo_conn, f.p.foo));
    SIM_EXPECT(w, sim_host_initiate(f.p.foo, "c") == 0);
    sim_world_run(w, SIM_MIN);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_FAIL_REFUSED] == 1);
    SIM_EXPECT(w, f.p.foo->audits[IKE_AUDIT_FAIL_TIMEOUT] == 0);
    SIM_EXPECT(w, sim_host_stats(f.p.foo).ike_sas == 0);
    sim_check_end(w);
}

int main(int argc, char **argv)
{
    static const struct sim_case cases[] = {
        {"forged errors beside the true answer", the_peer_answers, 40},
        {"forged wishes for another group beside the true answer", in_another_group, 40},
        {"forged cookies beside the true answer", with_cookies, 100},
        {"a forged error beside the true refusal", the_peer_refuses, 12},
        {"a forged error and no peer", nobody_answers, 6},
    };
    return sim_main(argc, argv, cases, sizeof cases / sizeof *cases);
}
