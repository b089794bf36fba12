/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Life of a host and the ways into its engine. After each call the actions are carried out (sim_act) before
 * anything else happens. ESP is handled in sim_esp.
 */
#include "sim_host.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sim_act.h"
#include "sim_esp.h"
#include "sim_world.h"
#include "null_crypt.h"
#include "wire_natt.h"

#define SPINS_MAX 64

struct sim_host *sim_host_new(struct sim_world *w, const char *name, const char *addr, struct sim_nat *nat)
{
    struct sim_host *h = calloc(1, sizeof *h);
    if (!h || w->n_hosts == SIM_HOSTS_MAX || base_addr_parse(addr, &h->addr))
        abort();
    h->world = w;
    snprintf(h->name, sizeof h->name, "%s", name);
    h->nat = nat;
    h->deadline = BASE_TIME_NEVER;
    h->job_min_us = 50;
    h->job_max_us = 3000;
    h->traffic_ns = SIM_S;
    h->sends_traffic = true;
    h->pairs_max = 40;
    w->hosts[w->n_hosts++] = h;
    if (getenv("SIM_CORPUS") && strcmp(name, "gw") == 0)
        h->script = sim_script_new(w->now);
    sim_esp_begin(h);
    return h;
}

void sim_host_start(struct sim_host *h, struct ike_conf *conf)
{
    struct ike_env env = sim_act_env(h);
    h->is_closing = false;
    h->conf = conf;
    h->life++;
    h->ike = ike_new(&env, conf, h->world->now);
    if (!h->ike)
        abort();
    sim_act_drain(h);
}

void sim_host_move(struct sim_host *h, const char *addr, struct sim_nat *nat)
{
    sim_trace(h->world, h, "moves to %s", addr);
    if (base_addr_parse(addr, &h->addr))
        abort();
    h->nat = nat;
    h->world->roams = true;
    ike_on_event(h->ike, h->world->now, &(struct ike_event){.type = IKE_EV_ADDRS});
    sim_act_drain(h);
}

void sim_host_also(struct sim_host *h, const char *addr6)
{
    sim_trace(h->world, h, "has also %s", addr6);
    h->addr6 = (struct base_addr){0};
    if (*addr6 && base_addr_parse(addr6, &h->addr6))
        abort();
    if (!h->ike)
        return;
    h->world->roams = true;
    ike_on_event(h->ike, h->world->now, &(struct ike_event){.type = IKE_EV_ADDRS});
    sim_act_drain(h);
}

bool sim_host_has(const struct sim_host *h, const struct base_addr *addr)
{
    return addr->family != BASE_AF_NONE &&
           (base_addr_equal(&h->addr, addr) || base_addr_equal(&h->addr6, addr));
}

void sim_host_kill(struct sim_host *h)
{
    sim_trace(h->world, h, "is killed");
    ike_free(h->ike);
    ike_conf_put(h->conf);
    h->ike = NULL;
    h->conf = NULL;
    h->deadline = BASE_TIME_NEVER;
    h->jobs_running = 0;
    for (struct ike_job *job = h->jobs, *next; job; job = next) {
        next = job->next;
        ike_job_free(&null_ike_ops, job);
    }
    h->jobs = NULL;
    h->removes += sim_host_count(h, SIM_SA_INSTALLED);
    h->n_sas = 0;
    sim_watch_free(&h->watch);
}

void sim_host_free(struct sim_host *h)
{
    if (h->ike)
        sim_host_kill(h);
    sim_watch_free(&h->watch);
    free(h->sas);
    free(h->script);
    free(h);
}

static void receive_ike(struct sim_host *h, const struct sim_dgram *d)
{
    struct ike_path path = {.local = d->dst, .remote = d->src, .natt = d->dst.port == WIRE_NATT_PORT};
    if (d->dst.port != WIRE_NATT_PORT && d->dst.port != WIRE_IKE_PORT)
        return; /* nobody listens */
    h->ike_in++;
    sim_watch_in(h, base_span(d->bytes, d->len));
    sim_script_message(h->script, h->world->now, &path, base_span(d->bytes, d->len));
    /* A heap copy of exact size, so that a read past the end is found by the sanitizer. */
    uint8_t *copy = malloc(d->len ? d->len : 1);
    if (!copy)
        abort();
    memcpy(copy, d->bytes, d->len);
    ike_on_packet(h->ike, h->world->now, &path, base_span(copy, d->len));
    free(copy);
    sim_act_drain(h);
}

void sim_host_receive(struct sim_host *h, const struct sim_dgram *d)
{
    if (!h->ike)
        return;
    if (d->kind == SIM_IKE)
        receive_ike(h, d);
    else if (d->kind == SIM_ESP)
        sim_esp_receive(h, d);
}

int sim_host_event(struct sim_host *h, const struct ike_event *ev)
{
    sim_script_event(h->script, h->world->now, ev);
    int rc = ike_on_event(h->ike, h->world->now, ev);
    sim_act_drain(h);
    return rc;
}

int sim_host_initiate(struct sim_host *h, const char *conn)
{
    sim_trace(h->world, h, "operator: initiate");
    return sim_host_event(h, &(struct ike_event){.type = IKE_EV_INITIATE, .name = conn});
}

int sim_host_terminate(struct sim_host *h, const char *conn)
{
    sim_trace(h->world, h, "operator: terminate");
    return sim_host_event(h, &(struct ike_event){.type = IKE_EV_TERMINATE, .name = conn});
}

int sim_host_rekey(struct sim_host *h, const char *conn, bool ike)
{
    sim_trace(h->world, h, "operator: rekey %s", ike ? "ike" : "child");
    return sim_host_event(h, &(struct ike_event){.type = IKE_EV_REKEY, .name = conn, .rekey_ike = ike});
}

int sim_host_reauth(struct sim_host *h, const char *conn)
{
    sim_trace(h->world, h, "operator: reauthenticate");
    return sim_host_event(h, &(struct ike_event){.type = IKE_EV_REAUTH, .name = conn});
}

void sim_host_swap(struct sim_host *h, struct ike_conf *conf)
{
    sim_trace(h->world, h, "operator: new configuration");
    sim_host_event(h, &(struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    ike_conf_put(h->conf);
    h->conf = conf;
}

void sim_host_shutdown(struct sim_host *h)
{
    sim_trace(h->world, h, "operator: shutdown");
    h->is_closing = true;
    sim_host_event(h, &(struct ike_event){.type = IKE_EV_SHUTDOWN});
}

void sim_host_timer(struct sim_host *h)
{
    h->timer_calls++;
    h->timer_spins = h->last_timer.ns == h->world->now.ns ? h->timer_spins + 1 : 0;
    h->last_timer = h->world->now;
    ike_on_timer(h->ike, h->world->now);
    sim_act_drain(h);
    if (h->timer_spins > SPINS_MAX)
        sim_fail(h->world, "%s: the timer does not move on", h->name);
}

struct sim_sa *sim_host_sa(struct sim_host *h, uint32_t spi)
{
    for (size_t i = 0; i < h->n_sas; i++)
        if (h->sas[i].spi == spi)
            return &h->sas[i];
    return NULL;
}

size_t sim_host_count(const struct sim_host *h, enum sim_sa_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_sas; i++)
        n += h->sas[i].state == state;
    return n;
}

struct ike_stats sim_host_stats(const struct sim_host *h)
{
    struct ike_stats s = {0};
    if (h->ike)
        ike_stats(h->ike, &s);
    return s;
}

size_t sim_host_established(const struct sim_host *h)
{
    static struct ike_sa_view v;
    size_t n = 0;
    for (uint64_t id = 0; h->ike && ike_show_next(h->ike, id, &v); id = v.id)
        n += v.state == IKE_VIEW_ESTABLISHED;
    return n;
}
