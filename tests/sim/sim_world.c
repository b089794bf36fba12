/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clock and the loop: whichever comes first, an event of the queue or the deadline of an engine. Two
 * things at the same instant happen in a fixed order, so runs repeat exactly.
 */
#include "sim_world.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "null_crypt.h"

struct sim_world *sim_world_new(uint64_t seed)
{
    struct sim_world *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->seed = seed;
    w->rng = seed_rng(seed);
    w->now = (base_time){1000 * SIM_S};
    w->weather = sim_weather_calm;
    w->trace = getenv("SIM_TRACE") != NULL;
    null_crypt_seed(seed);
    return w;
}

void sim_world_free(struct sim_world *w)
{
    for (size_t i = 0; i < w->n_hosts; i++)
        sim_host_free(w->hosts[i]);
    for (size_t i = 0; i < w->n_nats; i++)
        free(w->nats[i]);
    for (size_t i = 0; i < SIM_CAPTURE; i++)
        free(w->captured[i]);
    sim_queue_free(&w->queue);
    free(w);
}

struct sim_nat *sim_world_nat(struct sim_world *w, enum sim_nat_kind kind, const char *public_addr)
{
    if (kind == SIM_NAT_NONE)
        return NULL;
    struct sim_nat *nat = calloc(1, sizeof *nat);
    if (!nat || w->n_nats == SIM_NATS_MAX || base_addr_parse(public_addr, &nat->public_addr))
        abort();
    nat->kind = kind;
    nat->timeout_ns = 120 * SIM_S;
    w->nats[w->n_nats++] = nat;
    return nat;
}

static struct sim_host *next_timer(struct sim_world *w)
{
    struct sim_host *first = NULL;
    for (size_t i = 0; i < w->n_hosts; i++) {
        struct sim_host *h = w->hosts[i];
        if (!base_time_is_never(h->deadline) && (!first || h->deadline.ns < first->deadline.ns))
            first = h;
    }
    return first;
}

/* Does the next thing at or before `until`; false when there is none. */
static bool step(struct sim_world *w, base_time until)
{
    struct sim_host *h = next_timer(w);
    struct sim_event ev;
    if (h && h->deadline.ns <= until.ns && h->deadline.ns <= sim_queue_next(&w->queue).ns) {
        if (h->deadline.ns > w->now.ns)
            w->now = h->deadline;
        sim_host_timer(h);
        return true;
    }
    if (!sim_queue_pop(&w->queue, until, &ev))
        return false;
    if (ev.at.ns > w->now.ns)
        w->now = ev.at;
    ev.fn(w, ev.arg, ev.num);
    if (ev.is_owned)
        free(ev.arg);
    return true;
}

void sim_world_run(struct sim_world *w, uint64_t ns)
{
    base_time until = base_time_add(w->now, ns);
    while (!w->failed && step(w, until))
        ;
    w->now = until;
}

bool sim_world_until(struct sim_world *w, uint64_t ns, bool (*cond)(struct sim_world *w))
{
    base_time until = base_time_add(w->now, ns);
    while (!w->failed && !cond(w))
        if (!step(w, until)) {
            w->now = until;
            break;
        }
    return cond(w);
}

void sim_world_post(struct sim_world *w, uint64_t ns, sim_event_fn *fn, void *arg, uint64_t num,
                    bool is_owned)
{
    struct sim_event ev = {
        .at = base_time_add(w->now, ns), .fn = fn, .arg = arg, .num = num, .is_owned = is_owned};
    sim_queue_push(&w->queue, ev);
}

void sim_fail(struct sim_world *w, const char *format, ...)
{
    if (w->failed)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(w->why, sizeof w->why, format, args);
    va_end(args);
    w->failed = true;
    sim_trace(w, NULL, "FAILED: %s", w->why);
}

void sim_trace(struct sim_world *w, const struct sim_host *h, const char *format, ...)
{
    if (!w->trace)
        return;
    va_list args;
    va_start(args, format);
    printf("%12.6f %-8s ", (double)w->now.ns / 1e9 - 1000, h ? h->name : "-");
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}
