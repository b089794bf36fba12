/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections at run time: calling the peer, calling again, and what a new configuration changes. A call
 * goes to the configured address only, never to one that was learned (a NAT's address may be somebody
 * else's).
 */
#include "ike_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "base_time.h"
#include "explain.h"
#include "ike.h"
#include "ike_conf.h"
#include "ike_conf_keys.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ike_run.h"
#include "ike_timer.h"
#include "ikev2.h"

#define FIRST_PAUSE_S 5
#define MAX_PAUSE_S   60

static bool run_wants_call(const struct ike *ike, const struct ike_run *run)
{
    return run->conn->start && !run->held && !ike->shutting_down && ike_conn_conf_calls(run->conn) &&
           !run->asks_name && !ikev2_has_live(ike, run);
}

static void run_plan_call(struct ike *ike, struct ike_run *run, uint64_t pause_ns)
{
    const uint64_t ns = pause_ns + ike_jitter(ike, pause_ns / 2 + BASE_NS_PER_S / 10);
    ike_timer_set(&ike->timers, &run->timer, base_time_add(ike->now, ns));
}

static void run_lost(struct ike *ike, struct ike_run *run, bool was_up)
{
    if (run->calls_again && !run->held && !ike->shutting_down) {
        run_plan_call(ike, run, 0);
        return;
    }
    run->is_wary = false;
    if (!run_wants_call(ike, run))
        return;
    uint64_t pause_s = 1;
    if (!was_up) {
        pause_s = FIRST_PAUSE_S;
        for (uint32_t i = 0; i < run->failures && pause_s < MAX_PAUSE_S; i++)
            pause_s *= 2;
        run->failures++;
    }
    run_plan_call(ike, run, (pause_s < MAX_PAUSE_S ? pause_s : MAX_PAUSE_S) * BASE_NS_PER_S);
}

/* Calls the peer at an address. False: there is no way there. */
static bool run_call(struct ike *ike, struct ike_run *run, const struct base_addr *addr, const char *child)
{
    struct ike_path path;
    if (ike_path_to_peer(ike, run->conn, addr, &path) < 0)
        return false;
    ike_timer_clear(&ike->timers, &run->timer);
    if (ike->stats.ike_sas >= ike->conf->sas_max || ikev2_call(ike, run, &path, child) < 0) {
        explain_limit(ike, (struct explain_about){.path = &path}, "sas");
        run_lost(ike, run, false);
    }
    return true;
}

/* Asks for the peer's host name: it may have another address at each call. */
static int run_ask_name(struct ike *ike, struct ike_run *run, const char *child)
{
    const struct ike_conn_conf *c = run->conn;
    run->asks_child = child ? ike_conn_conf_child(c, child) : NULL;
    if (run->asks_name)
        return 0;
    ike_timer_clear(&ike->timers, &run->timer);
    if (!ike->env.resolve || ike->env.resolve(ike->env.ctx, c->name, c->remote_name) < 0) {
        explain_name(ike, c, 0, "too many names are being asked for");
        run_lost(ike, run, false);
        return 0;
    }
    run->asks_name = true;
    return 0;
}

void ike_run_resolved(struct ike *ike, struct ike_run *run, const struct ike_event *ev)
{
    if (!run->asks_name || strcmp(run->conn->remote_name, ev->host) != 0)
        return;
    run->asks_name = false;
    if (run->held || ike->shutting_down || ikev2_has_live(ike, run))
        return;
    const char *child = run->asks_child ? run->asks_child->name : NULL;
    /* One that did not answer is not tried first again. */
    for (size_t i = 0; i < ev->n_addrs; i++)
        if (run_call(ike, run, &ev->addrs[(run->failures + i) % ev->n_addrs], child))
            return;
    explain_name(ike, run->conn, ev->n_addrs, ev->why);
    run_lost(ike, run, false);
}

int ike_run_initiate(struct ike *ike, struct ike_run *run, const char *child)
{
    if (ikev2_has_live(ike, run)) {
        const int n = ikev2_make_children(ike, run, child);
        return n ? n : -EALREADY;
    }
    if (!ike_conn_conf_calls(run->conn))
        return -EHOSTUNREACH;
    run->held = false;
    if (run->conn->remote_name[0])
        return run_ask_name(ike, run, child);
    if (run_call(ike, run, &run->conn->remote_addr, child))
        return 0;
    run_lost(ike, run, false);
    return -EHOSTUNREACH;
}

void ike_run_on_timer(struct ike *ike, struct ike_run *run)
{
    ike_timer_clear(&ike->timers, &run->timer);
    const bool calls_again = run->calls_again && !run->held;
    run->calls_again = false;
    if (calls_again || run_wants_call(ike, run))
        ike_run_initiate(ike, run, NULL);
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
static const struct ike_conn_conf *run_heir(const struct ike *ike, const struct ike_conf *conf,
                                            const struct ike_run *old, size_t hint)
{
    const struct ike_conn_conf *c =
        hint < conf->n_conns && strcmp(conf->conns[hint].name, old->conn->name) == 0
            ? &conf->conns[hint]
            : ike_conf_conn(conf, old->conn->name);
    if (!c || ike_conn_conf_asks(old->conn, c) >= IKE_ASKS_SA)
        return NULL;
    return ikev2_can_keep(ike, old, c) ? c : NULL;
}

static void run_hand_over(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn)
{
    ikev2_hand_over(ike, old, conn);
    if (conn) {
        struct ike_run *run = ike_run_of(ike, conn);
        run->held = old->held && old->conn->start == conn->start;
        run->failures = old->failures;
    }
    ike_timer_clear(&ike->timers, &old->timer);
}

/* A number and counts belong to the name, whatever else of the connection changes. */
static void run_pass_on(struct ike *ike, const struct ike_run *old)
{
    const struct ike_conn_conf *conn = ike_conf_conn(ike->conf, old->conn->name);
    if (conn) {
        struct ike_run *run = ike_run_of(ike, conn);
        run->number = old->number;
        run->stats = old->stats;
    } else if (old->number && ike->env.conn_close) {
        ike->env.conn_close(ike->env.ctx, old->number);
    }
}

void ike_run_number(struct ike *ike)
{
    for (size_t i = 0; ike->env.conn_open && i < ike->conf->n_conns; i++)
        if (!ike->runs[i].number)
            ike->runs[i].number = ike->env.conn_open(ike->env.ctx);
}

void ike_run_swap(struct ike *ike, const struct ike_conf *conf)
{
    const struct ike_conf *old_conf = ike->conf;
    struct ike_run *old_runs = ike->runs;
    if (ike_run_init(ike, conf) < 0)
        return;
    for (size_t i = 0; i < old_conf->n_conns; i++)
        run_pass_on(ike, &old_runs[i]);
    ike_run_number(ike);
    for (size_t i = 0; i < old_conf->n_conns; i++)
        run_hand_over(ike, &old_runs[i], run_heir(ike, conf, &old_runs[i], i));
    free(old_runs);
    ike_conf_put(old_conf);
    for (size_t i = 0; i < conf->n_conns; i++)
        if (run_wants_call(ike, &ike->runs[i]))
            run_plan_call(ike, &ike->runs[i], 0);
}

void ike_run_settle(struct ike *ike)
{
    struct ike_run *run;
    while ((run = ike->lost) != NULL) {
        ike->lost = run->lost_next;
        run->is_lost = false;
        run_lost(ike, run, run->was_up);
    }
}

bool ike_show_conn(const struct ike *ike, const char *name, struct ike_conn_view *out)
{
    const struct ike_conn_conf *conn = ike_conf_conn(ike->conf, name);
    if (!conn)
        return false;
    const struct ike_run *run = &ike->runs[conn - ike->conf->conns];
    *out = (struct ike_conn_view){run->number, run->stats};
    return true;
}
