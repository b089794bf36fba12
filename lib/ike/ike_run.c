/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections at run time: calling the peer, calling again, and what a new configuration changes. A call
 * goes to the configured address only, never to one that was learned (a NAT's address may be somebody
 * else's).
 */
#include "ike_conf_keys.h"
#include "ike_explain.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_PAUSE_S 5
#define MAX_PAUSE_S   60
#define NATT_PORT     4500
#define IKE_PORT      500

static bool is_live(const struct ike_sa *sa)
{
    return sa->state == IKE_ST_UP ? !sa->want.close : sa->state < IKE_ST_UP && sa->is_initiator;
}

static bool has_live(const struct ike_run *run)
{
    for (const struct ike_sa *sa = run->sas; sa; sa = sa->link.run_next)
        if (is_live(sa))
            return true;
    return false;
}

static bool wants_call(const struct ike *ike, const struct ike_run *run)
{
    return run->conn->start && !run->held && !ike->shutting_down &&
           run->conn->remote_addr.family != BASE_AF_NONE && !has_live(run);
}

static void plan_call(struct ike *ike, struct ike_run *run, uint64_t pause_ns)
{
    const uint64_t ns = pause_ns + ike_life_jitter(ike, pause_ns / 2 + BASE_NS_PER_S / 10);
    ike_timer_set(&ike->timers, &run->timer, base_time_add(ike->now, ns));
}

void ike_run_lost(struct ike *ike, struct ike_run *run, bool was_up)
{
    if (!wants_call(ike, run))
        return;
    uint64_t pause_s = 1;
    if (!was_up) {
        pause_s = FIRST_PAUSE_S;
        for (uint32_t i = 0; i < run->failures && pause_s < MAX_PAUSE_S; i++)
            pause_s *= 2;
        run->failures++;
    }
    plan_call(ike, run, (pause_s < MAX_PAUSE_S ? pause_s : MAX_PAUSE_S) * BASE_NS_PER_S);
}

static int find_path(struct ike *ike, const struct ike_conn_conf *c, struct ike_path *out)
{
    *out = (struct ike_path){.remote = {c->remote_addr, c->remote_port ? c->remote_port : IKE_PORT}};
    out->natt = out->remote.port == NATT_PORT;
    out->local.port = out->natt ? NATT_PORT : IKE_PORT;
    for (size_t i = 0; i < c->n_local_addrs; i++) {
        if (c->local_addrs[i].family != c->remote_addr.family)
            continue;
        out->local.addr = c->local_addrs[i];
        return 0;
    }
    return ike->env.local_for(ike->env.ctx, &c->remote_addr, &out->local.addr) == 0 ? 0 : -EHOSTUNREACH;
}

int ike_run_initiate(struct ike *ike, struct ike_run *run)
{
    struct ike_path path;
    if (run->conn->remote_addr.family == BASE_AF_NONE)
        return -EHOSTUNREACH;
    if (has_live(run))
        return -EALREADY;
    run->held = false;
    if (find_path(ike, run->conn, &path) < 0) {
        ike_run_lost(ike, run, false);
        return -EHOSTUNREACH;
    }
    struct ike_sa *sa = ike->stats.ike_sas < ike->conf->sas_max ? ike_sa_new(ike, &path, true) : NULL;
    if (!sa) {
        ike_explain_limit(ike, NULL, &path, "sas_max");
        ike_run_lost(ike, run, false);
        return 0;
    }
    ike_timer_clear(&ike->timers, &run->timer);
    ike_sa_set_conn(ike, sa, run->conn);
    ike_init_start(ike, sa);
    return 0;
}

void ike_run_on_timer(struct ike *ike, struct ike_run *run)
{
    ike_timer_clear(&ike->timers, &run->timer);
    if (wants_call(ike, run))
        ike_run_initiate(ike, run);
}

int ike_run_init(struct ike *ike, const struct ike_conf *conf)
{
    struct ike_run *runs = calloc(conf->n_conns ? conf->n_conns : 1, sizeof *runs);
    if (!runs || ike_timer_reserve(&ike->timers, ike->stats.ike_sas + conf->n_conns + 1) < 0) {
        free(runs);
        return -ENOMEM;
    }
    for (size_t i = 0; i < conf->n_conns; i++) {
        runs[i].conn = &conf->conns[i];
        runs[i].timer.owner = IKE_TIMER_RUN;
    }
    ike->runs = runs;
    ike->conf = ike_conf_get(conf);
    return 0;
}

void ike_run_fini(struct ike *ike)
{
    for (size_t i = 0; ike->runs && i < ike->conf->n_conns; i++)
        ike_timer_clear(&ike->timers, &ike->runs[i].timer);
    free(ike->runs);
    ike_conf_put(ike->conf);
}

/* The connection of the new configuration under which all SAs of the old one can go on, or NULL. */
static const struct ike_conn_conf *run_heir(const struct ike_conf *conf, const struct ike_run *old,
                                            size_t hint)
{
    const struct ike_conn_conf *c =
        hint < conf->n_conns && strcmp(conf->conns[hint].name, old->conn->name) == 0
            ? &conf->conns[hint]
            : ike_conf_conn(conf, old->conn->name);
    if (!c || ike_conn_conf_asks(old->conn, c) >= IKE_ASKS_SA)
        return NULL;
    for (const struct ike_sa *sa = old->sas; sa; sa = sa->link.run_next)
        if (!ike_reload_fits(sa, c))
            return NULL;
    return c;
}

/* Old runtimes die with this; SAs that cannot go on end under the old configuration. */
static void hand_over(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn)
{
    while (old->sas) {
        struct ike_sa *sa = old->sas;
        if (conn) {
            ike_reload_sa(ike, sa, conn);
            continue;
        }
        ike_sa_set_conn(ike, sa, sa->conn); /* leaves the runtime, keeps its reference */
        ike_close(ike, sa, "its configuration changed");
    }
    if (conn) {
        struct ike_run *run = ike_run_of(ike, conn);
        run->held = old->held && old->conn->start == conn->start;
        run->failures = old->failures;
    }
    ike_timer_clear(&ike->timers, &old->timer);
}

void ike_run_swap(struct ike *ike, const struct ike_conf *conf)
{
    const struct ike_conf *old_conf = ike->conf;
    struct ike_run *old_runs = ike->runs;
    if (ike_run_init(ike, conf) < 0)
        return;
    for (size_t i = 0; i < old_conf->n_conns; i++)
        hand_over(ike, &old_runs[i], run_heir(conf, &old_runs[i], i));
    free(old_runs);
    ike_conf_put(old_conf);
    for (size_t i = 0; i < conf->n_conns; i++)
        if (wants_call(ike, &ike->runs[i]))
            plan_call(ike, &ike->runs[i], 0);
}
