/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Situations of RFC 7296 2.8 and 2.25, one row each: what each side does, how much later the other does, and
 * which message comes late or not at all. Those that strongSwan's unit suites for rekeying of IKE SAs and of
 * children, for making and for deleting children and for the end of IKE SAs name are all here, with the new
 * pair from a key exchange of its own and without. Each is run with several seeds, so that either side has
 * the lower nonce. Afterwards both sides agree, nothing is left over, and what was to live carries traffic.
 */
#include <stdio.h>
#include <stdlib.h>
#include "sim_check.h"
#include "sim_esp.h"
#include "sim_main.h"
#include "sim_pair.h"
#include "wire_ike.h"

enum act {
    NOTHING,
    REKEY_IKE,
    REKEY_CHILD,
    MAKE_CHILD, /* the second one */
    END_CHILD,
    END_IKE,
    SOFT_LIMIT, /* of the child's pair */
    HARD_LIMIT,
    REAUTH
};

/* A message of the host that comes late by so many milliseconds; 0: not at all. exchange 0: none does. */
struct late {
    char from; /* 'f' or 'g' */
    uint8_t exchange;
    bool is_response;
    unsigned nth; /* since the first act, from 1 on */
    unsigned ms;
};

enum ends { LIVES, NO_CHILD, TWO_CHILDREN, GONE };

struct situation {
    const char *name;
    enum act foo, gw;
    unsigned skew_ms; /* gw acts that much later; a message takes 10 */
    struct late late[2];
    enum ends ends;
    bool ke_invalid; /* foo begins with a group that gw does not take */
};

#define CREATE  WIRE_IKE_CREATE_CHILD_SA
#define INFO    WIRE_IKE_INFORMATIONAL
#define ANSWER  true
#define REQUEST false

static const struct situation ike_rows[] = {
    {"by the caller", REKEY_IKE, NOTHING, 0, {{0}}, LIVES, false},
    {"by the called side", NOTHING, REKEY_IKE, 0, {{0}}, LIVES, false},
    {"with a group that is not taken", REKEY_IKE, NOTHING, 0, {{0}}, LIVES, true},
    {"by both", REKEY_IKE, REKEY_IKE, 0, {{0}}, LIVES, false},
    {"by both, a little apart", REKEY_IKE, REKEY_IKE, 7, {{0}}, LIVES, false},
    {"by both, one with a group that is not taken", REKEY_IKE, REKEY_IKE, 0, {{0}}, LIVES, true},
    {"by both, the other group asked for late",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'f', CREATE, REQUEST, 2, 300}},
     LIVES,
     true},
    {"by both, one answer late", REKEY_IKE, REKEY_IKE, 0, {{'f', CREATE, ANSWER, 1, 300}}, LIVES, false},
    {"by both, the other answer late",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'g', CREATE, ANSWER, 1, 300}},
     LIVES,
     false},
    {"by both, both answers late",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'f', CREATE, ANSWER, 1, 200}, {'g', CREATE, ANSWER, 1, 300}},
     LIVES,
     false},
    {"by both, one request lost", REKEY_IKE, REKEY_IKE, 0, {{'f', CREATE, REQUEST, 1, 0}}, LIVES, false},
    {"by both, the other request lost",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'g', CREATE, REQUEST, 1, 0}},
     LIVES,
     false},
    {"by both, one request late", REKEY_IKE, REKEY_IKE, 0, {{'f', CREATE, REQUEST, 1, 25}}, LIVES, false},
    {"by both, the other request late",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'g', CREATE, REQUEST, 1, 25}},
     LIVES,
     false},
    {"by both, a request behind the DELETE",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'f', CREATE, REQUEST, 1, 400}, {'g', INFO, REQUEST, 1, 300}},
     LIVES,
     false},
    {"by both, a request and its answer late",
     REKEY_IKE,
     REKEY_IKE,
     0,
     {{'f', CREATE, REQUEST, 1, 30}, {'g', CREATE, ANSWER, 1, 300}},
     LIVES,
     false},
    {"against the end of the SA", REKEY_IKE, END_IKE, 0, {{0}}, GONE, false},
    {"against the end of the SA, its DELETE lost",
     REKEY_IKE,
     END_IKE,
     0,
     {{'g', INFO, REQUEST, 1, 0}},
     GONE,
     false},
    {"the DELETE of the old one lost", REKEY_IKE, NOTHING, 0, {{'f', INFO, REQUEST, 1, 0}}, LIVES, false},
    {"against a child that is being made", REKEY_IKE, MAKE_CHILD, 0, {{0}}, TWO_CHILDREN, false},
    {"against a child that is being made, its request late",
     REKEY_IKE,
     MAKE_CHILD,
     0,
     {{'g', CREATE, REQUEST, 1, 300}},
     TWO_CHILDREN,
     false},
    {"against a child that is deleted", REKEY_IKE, END_CHILD, 0, {{0}}, NO_CHILD, false},
    {"against a child that is deleted, its DELETE late",
     REKEY_IKE,
     END_CHILD,
     0,
     {{'g', INFO, REQUEST, 1, 200}},
     NO_CHILD,
     false},
    {"against another authentication", REAUTH, REKEY_IKE, 0, {{0}}, LIVES, false},
    {"while another authentication is under way", REAUTH, REKEY_IKE, 25, {{0}}, LIVES, false},
};

static const struct situation child_rows[] = {
    {"by the caller", REKEY_CHILD, NOTHING, 0, {{0}}, LIVES, false},
    {"by the called side", NOTHING, REKEY_CHILD, 0, {{0}}, LIVES, false},
    {"with a group that is not taken", REKEY_CHILD, NOTHING, 0, {{0}}, LIVES, true},
    {"which the other side wants too, behind it",
     REKEY_CHILD,
     SOFT_LIMIT,
     25,
     {{'f', INFO, REQUEST, 1, 200}},
     LIVES,
     false},
    {"at its hard limit at the other side",
     REKEY_CHILD,
     HARD_LIMIT,
     25,
     {{'f', INFO, REQUEST, 1, 200}},
     LIVES,
     false},
    {"by both", REKEY_CHILD, REKEY_CHILD, 0, {{0}}, LIVES, false},
    {"by both, a little apart", REKEY_CHILD, REKEY_CHILD, 7, {{0}}, LIVES, false},
    {"by both, one answer late", REKEY_CHILD, REKEY_CHILD, 0, {{'f', CREATE, ANSWER, 1, 300}}, LIVES, false},
    {"by both, the other answer late",
     REKEY_CHILD,
     REKEY_CHILD,
     0,
     {{'g', CREATE, ANSWER, 1, 300}},
     LIVES,
     false},
    {"by both, one request late", REKEY_CHILD, REKEY_CHILD, 0, {{'f', CREATE, REQUEST, 1, 25}}, LIVES, false},
    {"by both, the other request late",
     REKEY_CHILD,
     REKEY_CHILD,
     0,
     {{'g', CREATE, REQUEST, 1, 25}},
     LIVES,
     false},
    {"by both, a request behind the DELETE",
     REKEY_CHILD,
     REKEY_CHILD,
     0,
     {{'f', CREATE, REQUEST, 1, 400}},
     LIVES,
     false},
    {"by both, a request and the DELETE late",
     REKEY_CHILD,
     REKEY_CHILD,
     0,
     {{'f', CREATE, REQUEST, 1, 25}, {'g', INFO, REQUEST, 1, 300}},
     LIVES,
     false},
    {"by both, one with a group that is not taken", REKEY_CHILD, REKEY_CHILD, 0, {{0}}, LIVES, true},
    {"by both, the other group asked for late",
     REKEY_CHILD,
     REKEY_CHILD,
     0,
     {{'f', CREATE, REQUEST, 2, 300}},
     LIVES,
     true},
    {"against its end", REKEY_CHILD, END_CHILD, 0, {{0}}, NO_CHILD, false},
    {"against its end, the DELETE lost",
     REKEY_CHILD,
     END_CHILD,
     0,
     {{'g', INFO, REQUEST, 1, 0}},
     NO_CHILD,
     false},
    {"against its end, the request lost",
     REKEY_CHILD,
     END_CHILD,
     0,
     {{'f', CREATE, REQUEST, 1, 0}},
     NO_CHILD,
     false},
    {"against its end, the request late",
     REKEY_CHILD,
     END_CHILD,
     0,
     {{'f', CREATE, REQUEST, 1, 200}},
     NO_CHILD,
     false},
    {"against rekeying of the IKE SA", REKEY_CHILD, REKEY_IKE, 0, {{0}}, LIVES, false},
    {"against rekeying of the IKE SA, one request late",
     REKEY_CHILD,
     REKEY_IKE,
     0,
     {{'f', CREATE, REQUEST, 1, 300}},
     LIVES,
     false},
    {"against rekeying of the IKE SA, the other request late",
     REKEY_CHILD,
     REKEY_IKE,
     0,
     {{'g', CREATE, REQUEST, 1, 300}},
     LIVES,
     false},
    {"against the end of the IKE SA", REKEY_CHILD, END_IKE, 0, {{0}}, GONE, false},
    {"against the end of the IKE SA, the request late",
     REKEY_CHILD,
     END_IKE,
     0,
     {{'f', CREATE, REQUEST, 1, 200}},
     GONE,
     false},
    {"against another authentication", REAUTH, REKEY_CHILD, 0, {{0}}, LIVES, false},
    {"while another authentication is under way", REAUTH, REKEY_CHILD, 25, {{0}}, LIVES, false},
    {"the DELETE of the old one late, and rekeyed again",
     REKEY_CHILD,
     REKEY_CHILD,
     60,
     {{'f', INFO, REQUEST, 1, 300}},
     LIVES,
     false},
};

static const struct situation other_rows[] = {
    {"a child that both make", MAKE_CHILD, MAKE_CHILD, 0, {{0}}, TWO_CHILDREN, false},
    {"a child that both make, one request late",
     MAKE_CHILD,
     MAKE_CHILD,
     0,
     {{'f', CREATE, REQUEST, 1, 300}},
     TWO_CHILDREN,
     false},
    {"a child is deleted", END_CHILD, NOTHING, 0, {{0}}, NO_CHILD, false},
    {"a child that both delete", END_CHILD, END_CHILD, 0, {{0}}, NO_CHILD, false},
    {"a child that both delete, one request lost",
     END_CHILD,
     END_CHILD,
     0,
     {{'f', INFO, REQUEST, 1, 0}},
     NO_CHILD,
     false},
    {"a child that both delete, one answer lost",
     END_CHILD,
     END_CHILD,
     0,
     {{'f', INFO, ANSWER, 1, 0}},
     NO_CHILD,
     false},
    {"a child is deleted while the IKE SA ends", END_CHILD, END_IKE, 0, {{0}}, GONE, false},
    {"a child is deleted while the IKE SA ends, its DELETE late",
     END_CHILD,
     END_IKE,
     0,
     {{'f', INFO, REQUEST, 1, 200}},
     GONE,
     false},
    {"the IKE SA ends", END_IKE, NOTHING, 0, {{0}}, GONE, false},
    {"both end the IKE SA", END_IKE, END_IKE, 0, {{0}}, GONE, false},
    {"both end the IKE SA, one DELETE lost", END_IKE, END_IKE, 0, {{'f', INFO, REQUEST, 1, 0}}, GONE, false},
    {"another authentication by the caller", REAUTH, NOTHING, 0, {{0}}, LIVES, false},
    {"another authentication, its answer lost",
     REAUTH,
     NOTHING,
     0,
     {{'g', WIRE_IKE_AUTH, ANSWER, 1, 0}},
     LIVES,
     false},
    {"another authentication, the DELETE of the old SA lost",
     REAUTH,
     NOTHING,
     0,
     {{'f', INFO, REQUEST, 1, 0}},
     LIVES,
     false},
    {"another authentication against the end of the IKE SA", REAUTH, END_IKE, 0, {{0}}, GONE, false},
    {"another authentication by both", REAUTH, REAUTH, 0, {{0}}, LIVES, false},
    {"another authentication against a child that is made",
     REAUTH,
     MAKE_CHILD,
     0,
     {{0}},
     TWO_CHILDREN,
     false},
};

/* ---- messages that come late ---- */

struct run {
    struct sim_pair p;
    const struct situation *s;
    unsigned seen[2]; /* of each late[] */
    uint32_t spi;     /* of the child's pair at gw, before anything happened */
};

static void deliver(struct sim_world *w, void *arg, uint64_t num)
{
    const struct sim_dgram *d = arg;
    (void)num;
    sim_net_inject(w, sim_dgram_new(d->src, d->dst, d->kind, base_span(d->bytes, d->len)));
}

/* Each copy of the message is late, but not lost: a lost one is sent again. */
static bool is_kept(struct sim_world *w, struct sim_host *from, const struct sim_dgram *d)
{
    struct run *r = w->test;
    for (size_t i = 0; r && d->kind == SIM_IKE && d->len > 19 && i < 2; i++) {
        const struct late *l = &r->s->late[i];
        const bool is_response = d->bytes[19] & WIRE_IKE_F_RESPONSE;
        if (l->exchange != d->bytes[18] || l->is_response != is_response || from->name[0] != l->from ||
            ++r->seen[i] != l->nth)
            continue;
        struct sim_dgram *copy = sim_dgram_new(d->src, d->dst, d->kind, base_span(d->bytes, d->len));
        if (l->ms)
            sim_world_post(w, l->ms * SIM_MS, deliver, copy, 0, true);
        else
            free(copy);
        return true;
    }
    return false;
}

/* ---- a run ---- */

static void act(struct run *r, struct sim_host *h, enum act what)
{
    struct ike_event ev = {.type = IKE_EV_SA_SOFT, .spi_in = r->spi};
    switch (what) {
    case NOTHING:
        return;
    case REKEY_IKE:
        sim_host_rekey(h, "c", true);
        return;
    case REKEY_CHILD:
        sim_host_rekey(h, "c", false);
        return;
    case MAKE_CHILD:
        ev = (struct ike_event){.type = IKE_EV_INITIATE, .name = "c", .child = "net2"};
        break;
    case END_CHILD:
        ev = (struct ike_event){.type = IKE_EV_TERMINATE, .name = "c", .child = "net"};
        break;
    case END_IKE:
        sim_host_terminate(h, "c");
        return;
    case HARD_LIMIT:
        ev.type = IKE_EV_SA_HARD;
        break;
    case REAUTH:
        sim_host_reauth(h, "c");
        return;
    case SOFT_LIMIT:
        break;
    }
    sim_host_event(h, &ev);
}

/* From now on gw takes another group only. */
static void change_group(struct sim_host *gw)
{
    struct ike_conn_conf *c = (struct ike_conn_conf *)&gw->conf->conns[0];
    char why[200];
    if (crypt_proposal_parse("aes128gcm16-prfsha256-ecp256", CRYPT_PROTOCOL_IKE, &c->proposals[0], why,
                             sizeof why) ||
        crypt_proposal_parse("aes128gcm16-ecp256", CRYPT_PROTOCOL_ESP, &c->children[0].proposals[0], why,
                             sizeof why))
        sim_fail(gw->world, "%s", why);
}

static size_t children_of(const struct sim_host *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_sas; i++)
        n += sim_esp_is_outbound(h, &h->sas[i]);
    return n;
}

static void check(struct run *r)
{
    struct sim_world *w = r->p.w;
    static const size_t children[] = {[LIVES] = 1, [NO_CHILD] = 0, [TWO_CHILDREN] = 2, [GONE] = 0};
    struct sim_host *both[] = {r->p.foo, r->p.gw};
    sim_check_settled(w);
    for (size_t i = 0; i < 2; i++) {
        const size_t up = sim_host_established(both[i]);
        if (up != (r->s->ends != GONE) || children_of(both[i]) != children[r->s->ends])
            sim_fail(w, "%s: %zu IKE SAs are up, and %zu children send", both[i]->name, up,
                     children_of(both[i]));
    }
    if (r->s->ends == LIVES)
        sim_check_traffic(w, r->p.foo, r->p.gw, 5 * SIM_S);
}

static void situation_run(struct sim_world *w, const struct situation *s, bool pfs)
{
    struct run r = {.p = sim_pair_new(w, SIM_NAT_NONE, SIM_NAT_NONE), .s = s};
    struct sim_conn *both[] = {&r.p.foo_conn, &r.p.gw_conn};
    for (size_t i = 0; i < 2; i++) {
        both[i]->start = false;
        both[i]->ike = "aes128gcm16-prfsha256-x25519-ecp256";
        both[i]->esp = pfs || s->ke_invalid ? "aes128gcm16-x25519-ecp256" : "aes128gcm16";
        both[i]->dpd_s = 0;
    }
    if (s->ends == TWO_CHILDREN) {
        r.p.foo_conn.child2_ts = r.p.gw_conn.child2_local_ts = "10.105.0.0/24";
        r.p.gw_conn.child2_ts = r.p.foo_conn.local_ts;
    }
    w->weather = (struct sim_weather){.delay_us = 10000};
    sim_pair_start(&r.p);
    sim_host_event(r.p.foo, &(struct ike_event){.type = IKE_EV_INITIATE, .name = "c", .child = "net"});
    sim_world_run(w, 15 * SIM_S);
    if (s->ke_invalid)
        change_group(r.p.gw);
    r.spi = r.p.gw->n_sas ? r.p.gw->sas[0].spi : 0;
    w->test = &r;
    w->drop = is_kept;
    act(&r, r.p.foo, s->foo);
    sim_world_run(w, s->skew_ms * SIM_MS);
    act(&r, r.p.gw, s->gw);
    sim_world_run(w, 2 * SIM_MIN);
    check(&r);
    w->test = NULL;
    sim_check_end(w);
}

/* ---- rows as cases ---- */

static void run_plain(struct sim_world *w)
{
    situation_run(w, w->row, false);
}

static void run_pfs(struct sim_world *w)
{
    situation_run(w, w->row, true);
}

#define ROWS(table) (sizeof(table) / sizeof *(table))
#define CASES       (ROWS(ike_rows) + 2 * ROWS(child_rows) + ROWS(other_rows))
#define RUNS        12

static char names[CASES][120];

static size_t cases_add(struct sim_case *cases, size_t n, const char *what, const struct situation *rows,
                        size_t count, void (*run)(struct sim_world *w))
{
    for (size_t i = 0; i < count; i++, n++) {
        snprintf(names[n], sizeof names[n], "%s%s", what, rows[i].name);
        cases[n] = (struct sim_case){names[n], run, RUNS, &rows[i]};
    }
    return n;
}

int main(int argc, char **argv)
{
    static struct sim_case cases[CASES];
    size_t n = cases_add(cases, 0, "an IKE SA is rekeyed ", ike_rows, ROWS(ike_rows), run_plain);
    n = cases_add(cases, n, "a child is rekeyed ", child_rows, ROWS(child_rows), run_plain);
    n = cases_add(cases, n, "a child is rekeyed with a key exchange ", child_rows, ROWS(child_rows), run_pfs);
    n = cases_add(cases, n, "", other_rows, ROWS(other_rows), run_plain);
    return sim_main(argc, argv, cases, n);
}
