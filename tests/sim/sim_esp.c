/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the data path does as far as an engine can tell: sends on the newest active pair, of a group that
 * workers share out on the newest of each worker, takes a packet
 * under an installed SPI when the keys fit, and reports newest packets from a new endpoint and last traffic.
 * The replay window is reduced to "newest or not".
 */
#include "sim_esp.h"
#include <string.h>
#include "sim_world.h"

#define REPORT_NS (5 * SIM_S)

static bool same_child(const struct sim_sa *a, const struct sim_sa *b)
{
    return strcmp(a->conn, b->conn) == 0 && strcmp(a->child, b->child) == 0 &&
           ike_id_equal(&a->inst.remote_id, &b->inst.remote_id);
}

/* Another worker's of the same group. */
static bool stands_beside(const struct sim_sa *a, const struct sim_sa *b)
{
    return a->group && a->group == b->group && a->home != b->home;
}

bool sim_esp_is_outbound(const struct sim_host *h, const struct sim_sa *sa)
{
    if (sa->state != SIM_SA_INSTALLED || !sa->inst.pair.active)
        return false;
    for (size_t i = 0; i < h->n_sas; i++) {
        const struct sim_sa *o = &h->sas[i];
        if (o->state == SIM_SA_INSTALLED && o->inst.pair.active && o->order > sa->order &&
            same_child(o, sa) && !stands_beside(o, sa))
            return false;
    }
    return true;
}

size_t sim_esp_children(const struct sim_host *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n_sas; i++) {
        bool is_first = sim_esp_is_outbound(h, &h->sas[i]);
        for (size_t j = 0; j < i && is_first; j++)
            is_first = !sim_esp_is_outbound(h, &h->sas[j]) || !same_child(&h->sas[i], &h->sas[j]);
        n += is_first;
    }
    return n;
}

static void send_one(struct sim_host *h, struct sim_sa *sa)
{
    struct base_endpoint src = sa->inst.pair.path.local, dst = sa->inst.pair.path.remote;
    if (sa->inst.pair.way == ESP_WAY_ESP)
        src.port = dst.port = 0;
    struct sim_dgram *d = sim_dgram_new(src, dst, SIM_ESP, BASE_SPAN_NONE);
    d->spi = sa->inst.pair.spi_out;
    d->seq = ++sa->out_seq;
    d->seal = sa->seal_out;
    sa->out_count++;
    sa->last_out = h->world->now;
    h->esp_out++;
    sim_net_send(h->world, h, d);
}

void sim_esp_send_all(struct sim_host *h)
{
    for (size_t i = 0; i < h->n_sas; i++)
        if (sim_esp_is_outbound(h, &h->sas[i]))
            send_one(h, &h->sas[i]);
}

/* A soft limit in packets is noticed by the sender. */
static void check_soft(struct sim_host *h)
{
    for (size_t i = 0; i < h->n_sas; i++) {
        struct sim_sa *sa = &h->sas[i];
        if (sa->state != SIM_SA_INSTALLED || !sa->inst.pair.soft_pkts ||
            sa->out_count < sa->inst.pair.soft_pkts)
            continue;
        sa->inst.pair.soft_pkts = 0;
        sim_host_event(h, &(struct ike_event){.type = IKE_EV_SA_SOFT, .spi_in = sa->spi});
        return; /* the table may have changed */
    }
}

static void traffic_tick(struct sim_world *w, void *arg, uint64_t num)
{
    struct sim_host *h = arg;
    if (h->ike && h->sends_traffic) {
        sim_esp_send_all(h);
        check_soft(h);
    }
    uint64_t mean = h->traffic_ns;
    sim_world_post(w, mean / 2 + seed_rng_below(&w->rng, mean), traffic_tick, h, 0, false);
}

static void report_tick(struct sim_world *w, void *arg, uint64_t num)
{
    struct sim_host *h = arg;
    for (size_t i = 0; h->ike && i < h->n_sas; i++) {
        struct sim_sa *sa = &h->sas[i];
        base_time latest = {sa->last_in.ns > sa->last_out.ns ? sa->last_in.ns : sa->last_out.ns};
        if (sa->state != SIM_SA_INSTALLED || latest.ns <= sa->reported.ns)
            continue;
        sa->reported = latest;
        struct ike_event ev = {
            .type = IKE_EV_TRAFFIC, .spi_in = sa->spi, .last_in = sa->last_in, .last_out = sa->last_out};
        sim_host_event(h, &ev);
    }
    sim_world_post(w, REPORT_NS, report_tick, h, 0, false);
}

void sim_esp_begin(struct sim_host *h)
{
    sim_world_post(h->world, seed_rng_below(&h->world->rng, h->traffic_ns), traffic_tick, h, 0, false);
    sim_world_post(h->world, seed_rng_below(&h->world->rng, REPORT_NS), report_tick, h, 0, false);
}

static bool endpoint_differs(const struct sim_sa *sa, const struct sim_dgram *d)
{
    return sa->inst.pair.way == ESP_WAY_UDP && !base_endpoint_equal(&sa->inst.pair.path.remote, &d->src);
}

void sim_esp_receive(struct sim_host *h, const struct sim_dgram *d)
{
    struct sim_sa *sa = sim_host_sa(h, d->spi);
    if (!sa || sa->state != SIM_SA_INSTALLED || (sa->inst.pair.way == ESP_WAY_UDP) != (d->dst.port != 0)) {
        h->esp_unknown++;
        sim_trace(h->world, h, "gets esp of unknown %08x", d->spi);
        return;
    }
    if (d->seal != sa->seal_in) {
        sim_fail(h->world, "%s: esp of %08x is sealed with other keys than the receiver's", h->name, d->spi);
        return;
    }
    if (d->seq <= sa->in_top)
        return; /* late or repeated: moves nothing */
    sa->in_top = d->seq;
    sa->in_count++;
    sa->last_in = h->world->now;
    h->esp_ok++;
    h->last_esp_ok = h->world->now;
    if (sa->inst.pair.follow && endpoint_differs(sa, d)) {
        struct ike_event ev = {.type = IKE_EV_PEER_MOVED, .spi_in = sa->spi, .remote = d->src};
        sim_host_event(h, &ev);
    }
}
