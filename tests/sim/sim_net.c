/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datagrams from host to host. Address translation happens when a packet passes the NAT: outbound at once,
 * inbound on arrival, so a mapping flushed in between loses the packets that were under way. What hosts do
 * with a datagram is in sim_host and sim_esp.
 */
#include "sim_net.h"
#include <stdlib.h>
#include <string.h>
#include "sim_world.h"

const struct sim_weather sim_weather_calm = {.delay_us = 10000, .jitter_us = 2000};

struct sim_dgram *sim_dgram_new(struct base_endpoint src, struct base_endpoint dst, enum sim_kind kind,
                                struct base_span bytes)
{
    struct sim_dgram *d = calloc(1, sizeof *d + bytes.len);
    if (!d)
        abort();
    d->src = src;
    d->dst = dst;
    d->kind = kind;
    d->len = bytes.len;
    if (bytes.len)
        memcpy(d->bytes, bytes.ptr, bytes.len);
    return d;
}

static struct sim_dgram *dgram_copy(const struct sim_dgram *d)
{
    struct sim_dgram *c = malloc(sizeof *c + d->len);
    if (!c)
        abort();
    memcpy(c, d, sizeof *c + d->len);
    return c;
}

static bool map_expired(const struct sim_world *w, const struct sim_nat *nat, const struct sim_nat_map *m)
{
    return base_time_since(w->now, m->last_out) > nat->timeout_ns;
}

static void drop_expired(const struct sim_world *w, struct sim_nat *nat)
{
    size_t kept = 0;
    for (size_t i = 0; i < nat->n_maps; i++)
        if (!map_expired(w, nat, &nat->maps[i]))
            nat->maps[kept++] = nat->maps[i];
    nat->n_maps = kept;
}

static bool port_taken(const struct sim_nat *nat, uint16_t port, const struct base_endpoint *peer)
{
    for (size_t i = 0; i < nat->n_maps; i++)
        if (nat->maps[i].port == port && base_endpoint_equal(&nat->maps[i].peer, peer))
            return true;
    return false;
}

static struct sim_nat_map *map_for(struct sim_world *w, struct sim_nat *nat, const struct sim_dgram *d)
{
    for (size_t i = 0; i < nat->n_maps; i++) {
        struct sim_nat_map *m = &nat->maps[i];
        if (base_endpoint_equal(&m->inside, &d->src) && base_endpoint_equal(&m->peer, &d->dst))
            return m;
    }
    if (nat->n_maps == SIM_NAT_MAPS)
        return NULL;
    uint16_t port = d->src.port;
    while (d->src.port && (!nat->keeps_ports || port_taken(nat, port, &d->dst))) {
        port = (uint16_t)seed_rng_between(&w->rng, 1024, 65535);
        if (!port_taken(nat, port, &d->dst))
            break;
    }
    struct sim_nat_map *m = &nat->maps[nat->n_maps++];
    *m = (struct sim_nat_map){.inside = d->src, .peer = d->dst, .port = port};
    return m;
}

static bool nat_out(struct sim_world *w, struct sim_nat *nat, struct sim_dgram *d)
{
    if (nat->kind == SIM_NAT_MASQUERADE) {
        drop_expired(w, nat);
        struct sim_nat_map *m = map_for(w, nat, d);
        if (!m)
            return false;
        m->last_out = w->now;
        d->src.port = m->port;
    }
    d->src.addr = nat->public_addr;
    return true;
}

static struct sim_host *host_at(struct sim_world *w, const struct sim_nat *nat, const struct base_addr *addr)
{
    for (size_t i = 0; i < w->n_hosts; i++)
        if (w->hosts[i]->nat == nat && (!addr || base_addr_equal(&w->hosts[i]->addr, addr)))
            return w->hosts[i];
    return NULL;
}

/* Who is reached without a NAT: at its address, or at the one of the other family, which nobody rewrites. */
static struct sim_host *host_on_net(struct sim_world *w, const struct base_addr *addr)
{
    for (size_t i = 0; i < w->n_hosts; i++)
        if (base_addr_equal(&w->hosts[i]->addr6, addr))
            return w->hosts[i];
    return host_at(w, NULL, addr);
}

static struct sim_host *nat_in(struct sim_world *w, struct sim_nat *nat, struct sim_dgram *d)
{
    if (nat->kind == SIM_NAT_STATIC) {
        struct sim_host *h = host_at(w, nat, NULL);
        if (h)
            d->dst.addr = h->addr;
        return h;
    }
    drop_expired(w, nat);
    for (size_t i = 0; i < nat->n_maps; i++) {
        const struct sim_nat_map *m = &nat->maps[i];
        if (m->port != d->dst.port || !base_endpoint_equal(&m->peer, &d->src))
            continue;
        d->dst = m->inside;
        return host_at(w, nat, &m->inside.addr);
    }
    return NULL;
}

static void capture(struct sim_world *w, const struct sim_dgram *outer, struct sim_host *to)
{
    if (outer->is_hostile)
        return;
    size_t slot = w->n_captured++ % SIM_CAPTURE;
    free(w->captured[slot]);
    w->captured[slot] = dgram_copy(outer);
    w->captured_by[slot] = to;
}

/* A packet that its receiver could not use yet would be news when it comes again; only old ones are replayed.
 */
static bool is_old(struct sim_host *to, const struct sim_dgram *d)
{
    if (d->kind == SIM_IKE)
        return sim_watch_is_done(to, base_span(d->bytes, d->len));
    const struct sim_sa *sa = d->kind == SIM_ESP ? sim_host_sa(to, d->spi) : NULL;
    return !sa || sa->in_top >= d->seq;
}

static void arrive(struct sim_world *w, void *arg, uint64_t num)
{
    struct sim_dgram *d = arg;
    struct sim_host *to = host_on_net(w, &d->dst.addr);
    struct sim_dgram *inner = dgram_copy(d);
    for (size_t i = 0; !to && i < w->n_nats; i++)
        if (base_addr_equal(&w->nats[i]->public_addr, &d->dst.addr))
            to = nat_in(w, w->nats[i], inner);
    if (to) {
        capture(w, d, to);
        sim_host_receive(to, inner);
    } else {
        w->unroutable++;
    }
    free(inner);
}

static void post(struct sim_world *w, const struct sim_dgram *d, uint64_t delay_us)
{
    sim_world_post(w, delay_us * 1000, arrive, dgram_copy(d), 0, true);
}

void sim_net_send(struct sim_world *w, struct sim_host *from, struct sim_dgram *d)
{
    const struct sim_weather *we = &w->weather;
    const bool has_nat = from->nat && base_addr_equal(&from->addr, &d->src.addr);
    bool passes = !has_nat || nat_out(w, from->nat, d);
    if (passes && w->drop && w->drop(w, from, d))
        passes = false;
    if (passes && !seed_rng_chance(&w->rng, we->loss)) {
        int copies = seed_rng_chance(&w->rng, we->dup) ? 2 : 1;
        while (copies--) {
            uint64_t delay = we->delay_us + seed_rng_below(&w->rng, we->jitter_us + 1ull);
            if (seed_rng_chance(&w->rng, we->late))
                delay += seed_rng_below(&w->rng, we->late_us + 1ull);
            post(w, d, delay);
        }
    }
    free(d);
}

void sim_net_inject(struct sim_world *w, struct sim_dgram *d)
{
    d->is_hostile = true;
    post(w, d, w->weather.delay_us);
    free(d);
}

void sim_net_replay(struct sim_world *w, struct base_endpoint from)
{
    size_t have = w->n_captured < SIM_CAPTURE ? w->n_captured : SIM_CAPTURE;
    if (!have)
        return;
    size_t slot = seed_rng_below(&w->rng, have);
    if (!is_old(w->captured_by[slot], w->captured[slot]))
        return;
    struct sim_dgram *d = dgram_copy(w->captured[slot]);
    d->src = d->dst.port ? from : (struct base_endpoint){from.addr, 0};
    sim_net_inject(w, d);
}

void sim_nat_flush(struct sim_world *w, struct sim_nat *nat)
{
    sim_trace(w, NULL, "nat flushed, %zu mappings", nat->n_maps);
    nat->n_maps = 0;
}
