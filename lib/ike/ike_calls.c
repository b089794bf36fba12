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
#include "ike_redirect.h"
#include "ike_run.h"
#include "ike_stream.h"
#include "ike_timer.h"
#include "ike_version.h"

#define FIRST_PAUSE_S 5
#define MAX_PAUSE_S   60

static bool run_wants_call(const struct ike *ike, struct ike_run *run)
{
    return ike_run_wants(run) && !run->held && !ike->shutting_down && ike_conn_conf_calls(run->conn) &&
           !run->asks_name && !ike_version_run(run)->has_live(ike, run);
}

static void run_plan_call(struct ike *ike, struct ike_run *run, uint64_t pause_ns)
{
    const uint64_t ns = pause_ns + ike_jitter(ike, pause_ns / 2 + BASE_NS_PER_S / 10);
    ike_timer_set(&ike->timers, &run->timer, base_time_add(ike->now, ns));
}

/* What was asked for once has had its call. */
static void run_forget_asked(struct ike_run *run)
{
    for (size_t i = 0; i < run->conn->n_children; i++)
        *ike_run_child(run, i) &= (uint8_t)~IKE_RUN_ASKED;
}

static uint64_t run_pause_s(const struct ike_run *run)
{
    uint64_t pause_s = FIRST_PAUSE_S;
    for (uint32_t i = 0; i < run->failures && pause_s < MAX_PAUSE_S; i++)
        pause_s *= 2;
    return pause_s < MAX_PAUSE_S ? pause_s : MAX_PAUSE_S;
}

void ike_run_lost(struct ike *ike, struct ike_run *run, bool was_up)
{
    if (run->calls_again && !run->held && !ike->shutting_down) {
        run_plan_call(ike, run, 0);
        return;
    }
    run->is_wary = false;
    if (!was_up)
        ike_redirect_over(run);
    run_forget_asked(run);
    const uint64_t pause_s = was_up ? 1 : run_pause_s(run);
    if (ike_version_run(run)->has_live(ike, run))
        return;
    if (!was_up) {
        run->trap_at = base_time_add(ike->now, pause_s * BASE_NS_PER_S);
        run->failures++;
    }
    if (run_wants_call(ike, run))
        run_plan_call(ike, run, pause_s * BASE_NS_PER_S);
}

/* Where this call is to go by TCP: makes the path one of a connection. False: none can be had. */
static bool run_take_stream(struct ike *ike, struct ike_run *run, struct ike_path *path)
{
    const struct ike_conn_conf *c = run->conn;
    const bool is_wanted = c->tcp == IKE_TCP_ALWAYS || (c->tcp == IKE_TCP_FALLBACK && run->by_tcp);
    run->by_tcp = false;
    if (!is_wanted)
        return true;
    path->remote.port = c->tcp_port;
    const int rc = ike_stream_open(ike, path);
    if (rc < 0)
        explain_tcp(ike, (struct explain_about){.path = path, .conn = c}, rc, NULL);
    return rc == 0;
}

/* Calls the peer at an address. False: there is no way there. */
static bool run_call(struct ike *ike, struct ike_run *run, const struct base_addr *addr)
{
    struct ike_path path;
    if (ike_path_to_peer(ike, run->conn, addr, &path) < 0)
        return false;
    ike_timer_clear(&ike->timers, &run->timer);
    if (!run_take_stream(ike, run, &path)) {
        ike_run_lost(ike, run, false);
        return true;
    }
    if (ike->stats.ike_sas >= ike->conf->sas_max || ike_version_run(run)->call(ike, run, &path) < 0) {
        explain_limit(ike, (struct explain_about){.path = &path}, "sas");
        ike_run_lost(ike, run, false);
    }
    return true;
}

/* The host that is called: that to which the peer has sent us, or the configured name, or none ("") where
 * there is an address. */
static const char *run_host(const struct ike_run *run)
{
    const char *host = ike_redirect_host(run);
    return host ? host : run->conn->remote_name;
}

/* Asks for the peer's host name: it may have another address at each call. */
static int run_ask_name(struct ike *ike, struct ike_run *run)
{
    const struct ike_conn_conf *c = run->conn;
    const char *host = run_host(run);
    if (run->asks_name)
        return 0;
    ike_timer_clear(&ike->timers, &run->timer);
    if (!ike->env.resolve || ike->env.resolve(ike->env.ctx, c->name, host) < 0) {
        explain_name(ike, c, 0, "too many names are being asked for");
        ike_run_lost(ike, run, false);
        return 0;
    }
    run->asks_name = true;
    return 0;
}

void ike_run_resolved(struct ike *ike, struct ike_run *run, const struct ike_event *ev)
{
    if (!run->asks_name || strcmp(run_host(run), ev->host) != 0)
        return;
    run->asks_name = false;
    if (run->held || ike->shutting_down || ike_version_run(run)->has_live(ike, run))
        return;
    /* One that did not answer is not tried first again. */
    for (size_t i = 0; i < ev->n_addrs; i++)
        if (run_call(ike, run, &ev->addrs[(run->failures + i) % ev->n_addrs]))
            return;
    explain_name(ike, run->conn, ev->n_addrs, ev->why);
    ike_run_lost(ike, run, false);
}

/* Calls the peer for the children that are marked. */
static int run_begin(struct ike *ike, struct ike_run *run)
{
    const char *host = run_host(run);
    struct base_addr addr = run->conn->remote_addr;
    if (host[0] && base_addr_parse(host, &addr) < 0)
        return run_ask_name(ike, run);
    if (run_call(ike, run, &addr))
        return 0;
    ike_run_lost(ike, run, false);
    return -EHOSTUNREACH;
}

/* The next call is for a child (NULL: for all), and for those that are asked for with it. */
static void run_ask_for(struct ike_run *run, const struct ike_child_conf *named)
{
    for (size_t i = 0; i < run->conn->n_children; i++) {
        const struct ike_child_conf *c = &run->conn->children[i];
        if (!named || c == named || ike_child_conf_is_beside(c, named))
            *ike_run_child(run, i) |= IKE_RUN_ASKED;
    }
}

int ike_run_initiate(struct ike *ike, struct ike_run *run, const char *child)
{
    if (ike_version_run(run)->has_live(ike, run)) {
        const int n = ike_version_run(run)->make_children(ike, run, child, true);
        return n ? n : -EALREADY;
    }
    if (!ike_conn_conf_calls(run->conn))
        return -EHOSTUNREACH;
    run->held = false;
    run_ask_for(run, child ? ike_conn_conf_child(run->conn, child) : NULL);
    return run_begin(ike, run);
}

int ike_run_trap(struct ike *ike, struct ike_run *run, const char *child)
{
    const struct ike_child_conf *c = ike_conn_conf_child(run->conn, child);
    const uint8_t *state = c ? ike_run_child(run, (size_t)(c - run->conn->children)) : NULL;
    if (!c || run->held || ike->shutting_down ||
        !(ike_child_conf_start(run->conn, c) == IKE_START_TRAP || *state & IKE_RUN_TRAPPED))
        return -ENOENT;
    if (ike_version_run(run)->has_live(ike, run)) {
        ike_version_run(run)->make_children(ike, run, child, false);
        return 0;
    }
    if (!base_time_reached(run->trap_at, ike->now) || !ike_conn_conf_calls(run->conn))
        return -EAGAIN;
    run_ask_for(run, c);
    return run_begin(ike, run);
}

void ike_run_on_timer(struct ike *ike, struct ike_run *run)
{
    ike_timer_clear(&ike->timers, &run->timer);
    const bool calls_again = run->calls_again && !run->held;
    run->calls_again = false;
    if ((calls_again && !ike_version_run(run)->has_live(ike, run)) || run_wants_call(ike, run))
        run_begin(ike, run);
}

int ike_run_init(struct ike *ike, const struct ike_conf *conf)
{
    struct ike_run *runs = ike_runs_new(conf);
    if (!runs || ike_timer_reserve(&ike->timers, ike->stats.ike_sas + conf->n_conns + 1) < 0) {
        ike_runs_free(runs, conf->n_conns);
        return -ENOMEM;
    }
    ike->runs = runs;
    ike->conf = ike_conf_get(conf);
    return 0;
}

void ike_run_fini(struct ike *ike)
{
    for (size_t i = 0; ike->runs && i < ike->conf->n_conns; i++)
        ike_timer_clear(&ike->timers, &ike->runs[i].timer);
    ike_runs_free(ike->runs, ike->conf ? ike->conf->n_conns : 0);
    ike_conf_put(ike->conf);
}

void ike_run_number(struct ike *ike)
{
    for (size_t i = 0; ike->env.conn_open && i < ike->conf->n_conns; i++)
        if (!ike->runs[i].number)
            ike->runs[i].number = ike->env.conn_open(ike->env.ctx);
}

void ike_run_plan(struct ike *ike, struct ike_run *run)
{
    if (run_wants_call(ike, run)) {
        run_plan_call(ike, run, 0);
        return;
    }
    for (size_t i = 0; !run->held && ike_run_wants(run) && i < run->conn->n_children; i++)
        if (*ike_run_child(run, i) & IKE_RUN_WANTED)
            ike_version_run(run)->make_children(ike, run, run->conn->children[i].name, false);
}
