/* SPDX-License-Identifier: BSD-3-Clause */
/* Invariants over the tables of hosts. Those over messages are in sim_watch, over actions in sim_act. */
#include "sim_check.h"
#include <string.h>
#include "sim_esp.h"

/* Linger of replaced SAs and answers, retransmission of the last DELETE: all is over after this. */
#define LINGER_NS             (5 * SIM_MIN)
#define SETTLE_TRIES          6
#define TIMERS_PER_HOUR_MAX   4000
#define MESSAGES_PER_HOUR_MAX 1500

static bool keys_equal(const struct esp_keymat *a, const struct esp_keymat *b)
{
    return a->encr_len == b->encr_len && a->integ_len == b->integ_len &&
           memcmp(a->encr, b->encr, a->encr_len) == 0 && memcmp(a->integ, b->integ, a->integ_len) == 0;
}

static bool ts_equal(const struct base_ts_list *a, const struct base_ts_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct base_ts *x = &a->list[i], *y = &b->list[i];
        if (x->protocol != y->protocol || x->port_lo != y->port_lo || x->port_hi != y->port_hi ||
            !base_addr_equal(&x->lo, &y->lo) || !base_addr_equal(&x->hi, &y->hi))
            return false;
    }
    return true;
}

static const struct sim_sa *other_half(const struct sim_host *h, const struct sim_sa *sa)
{
    struct sim_world *w = h->world;
    for (size_t i = 0; i < w->n_hosts; i++) {
        const struct sim_host *o = w->hosts[i];
        for (size_t j = 0; o != h && j < o->n_sas; j++) {
            const struct sim_sa *s = &o->sas[j];
            if (s->state == SIM_SA_INSTALLED && s->spi == sa->inst.pair.spi_out &&
                s->inst.pair.spi_out == sa->spi)
                return s;
        }
    }
    return NULL;
}

/* Each side's selectors have the addresses that its own packets have; in transport mode those may be others
 * than the peer's packets have, which it knows then. */
static bool selectors_agree(const struct esp_pair *x, const struct esp_pair *y)
{
    if (x->mode == ESP_MODE_TRANSPORT)
        return y->mode == x->mode && base_addr_equal(&x->ends_in.remote, &y->ends.local) &&
               base_addr_equal(&x->ends_in.local, &y->ends.remote);
    return ts_equal(&x->local_ts, &y->remote_ts) && ts_equal(&x->remote_ts, &y->local_ts);
}

void sim_check_pair(struct sim_host *h, const struct sim_sa *sa)
{
    const struct sim_sa *o = other_half(h, sa);
    if (!o)
        return;
    const struct esp_pair *x = &sa->inst.pair, *y = &o->inst.pair;
    const char *what = NULL;
    if (!keys_equal(&x->keys_in, &y->keys_out) || !keys_equal(&x->keys_out, &y->keys_in))
        what = "keys";
    else if (x->encr != y->encr || x->encr_bits != y->encr_bits || x->integ != y->integ || x->esn != y->esn)
        what = "algorithms";
    else if (!selectors_agree(x, y) || !selectors_agree(y, x))
        what = "selectors";
    else if (x->way != y->way && !h->world->roams)
        what = "ways";
    if (what)
        sim_fail(h->world, "%s: %s of %08x/%08x differ between the sides", h->name, what, sa->spi,
                 sa->inst.pair.spi_out);
}

/* Takes off what an SA and its children are in the presence of their connection. */
static void presence_without(const struct ike *ike, const struct ike_conn_conf *conn,
                             const struct ike_sa_view *v, struct ike_presence *left)
{
    struct ike_child_view c;
    left->sas--;
    left->connecting -= v->state == IKE_VIEW_CONNECTING;
    left->up -= v->state == IKE_VIEW_ESTABLISHED;
    left->closing -= v->state == IKE_VIEW_CLOSING;
    for (size_t i = 0; ike_show_child(ike, v->id, i, &c); i++) {
        const struct ike_child_conf *conf = ike_conn_conf_child(conn, c.name);
        if (conf && !c.is_rekeyed)
            left->children[conf - conn->children]--;
    }
}

/* What is counted of a connection is what a walk over all SAs finds. */
static void presence_check(struct sim_host *h, const struct ike_conn_conf *conn)
{
    static struct ike_presence left;
    struct ike_sa_view v = {0};
    if (!ike_show_presence(h->ike, conn->name, &left))
        return;
    while (ike_show_next(h->ike, v.id, &v))
        if (strcmp(v.conn, conn->name) == 0)
            presence_without(h->ike, conn, &v, &left);
    bool is_same = !left.sas && !left.up && !left.connecting && !left.closing;
    for (size_t i = 0; i < conn->n_children; i++)
        is_same = is_same && left.children[i] == 0;
    if (!is_same)
        sim_fail(h->world, "%s: SAs of %s are counted that are not there, or the other way round", h->name,
                 conn->name);
}

static void settled_host(struct sim_host *h)
{
    struct ike_stats s = sim_host_stats(h);
    for (size_t i = 0; h->ike && i < h->conf->n_conns; i++)
        presence_check(h, &h->conf->conns[i]);
    for (size_t i = 0; i < h->n_sas; i++) {
        if (h->sas[i].state == SIM_SA_RESERVED)
            sim_fail(h->world, "%s: %08x is reserved for nothing", h->name, h->sas[i].spi);
        else if (!other_half(h, &h->sas[i]))
            sim_fail(h->world, "%s: %08x/%08x (%s) is installed on one side only", h->name, h->sas[i].spi,
                     h->sas[i].inst.pair.spi_out, h->sas[i].child);
    }
    if (s.half_open || s.jobs || h->jobs_running)
        sim_fail(h->world, "%s: %lu half-open SAs, %lu jobs (%zu running) left", h->name,
                 (unsigned long)s.half_open, (unsigned long)s.jobs, h->jobs_running);
    if (s.children != sim_host_count(h, SIM_SA_INSTALLED))
        sim_fail(h->world, "%s: the engine counts %lu children, installed are %zu", h->name,
                 (unsigned long)s.children, sim_host_count(h, SIM_SA_INSTALLED));
}

/* An exchange may just be under way: a natural rekey, another authentication, a liveness check. */
static bool is_busy(const struct sim_host *h)
{
    const struct ike_stats stats = sim_host_stats(h);
    bool busy = sim_host_count(h, SIM_SA_RESERVED) || stats.jobs || stats.half_open;
    for (size_t i = 0; i < h->n_sas; i++)
        busy = busy || !other_half(h, &h->sas[i]);
    return busy;
}

void sim_check_settled(struct sim_world *w)
{
    bool busy = true;
    for (int tries = 0; tries < SETTLE_TRIES && busy && !w->failed; tries++) {
        busy = false;
        for (size_t i = 0; i < w->n_hosts; i++)
            busy = busy || is_busy(w->hosts[i]);
        if (busy)
            sim_world_run(w, 5 * SIM_S);
    }
    for (size_t i = 0; i < w->n_hosts; i++)
        settled_host(w->hosts[i]);
}

void sim_check_up(struct sim_world *w, struct sim_host *a, struct sim_host *b, size_t sas)
{
    struct sim_host *both[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        size_t up = sim_host_established(both[i]);
        if (up == 0 || up > sas)
            sim_fail(w, "%s: %zu IKE SAs are up, wanted 1 to %zu", both[i]->name, up, sas);
        if (sim_esp_children(both[i]) != both[i]->conf->conns[0].n_children)
            sim_fail(w, "%s: %zu children send", both[i]->name, sim_esp_children(both[i]));
    }
}

void sim_check_traffic(struct sim_world *w, struct sim_host *a, struct sim_host *b, uint64_t ns)
{
    bool were[] = {a->sends_traffic, b->sends_traffic};
    uint64_t a_ok = a->esp_ok, b_ok = b->esp_ok;
    a->sends_traffic = b->sends_traffic = false;
    uint64_t sent = 0;
    for (uint64_t t = 0; t < ns && !w->failed; t += SIM_S, sent++) {
        sim_esp_send_all(a);
        sim_esp_send_all(b);
        sim_world_run(w, SIM_S);
    }
    a_ok = a->esp_ok - a_ok;
    b_ok = b->esp_ok - b_ok;
    if (a_ok < sent || b_ok < sent)
        sim_fail(w, "of %lu packets each way %lu and %lu arrived", (unsigned long)sent, (unsigned long)b_ok,
                 (unsigned long)a_ok);
    a->sends_traffic = were[0];
    b->sends_traffic = were[1];
}

void sim_check_quiet(struct sim_world *w, uint64_t ns)
{
    struct {
        uint64_t timers, messages;
    } before[SIM_HOSTS_MAX];
    for (size_t i = 0; i < w->n_hosts; i++) {
        before[i].timers = w->hosts[i]->timer_calls;
        before[i].messages = w->hosts[i]->ike_out + w->hosts[i]->keepalives_out;
    }
    sim_world_run(w, ns);
    uint64_t hours = ns / SIM_HOUR + 1;
    for (size_t i = 0; i < w->n_hosts; i++) {
        struct sim_host *h = w->hosts[i];
        uint64_t sas = sim_host_stats(h).ike_sas + 1;
        uint64_t timers = h->timer_calls - before[i].timers;
        uint64_t messages = h->ike_out + h->keepalives_out - before[i].messages;
        if (timers > hours * sas * TIMERS_PER_HOUR_MAX || messages > hours * sas * MESSAGES_PER_HOUR_MAX)
            sim_fail(w, "%s: %lu timer calls and %lu messages in a quiet time of %lu h", h->name,
                     (unsigned long)timers, (unsigned long)messages, (unsigned long)hours);
    }
}

static void end_host(struct sim_host *h)
{
    struct ike_stats s = sim_host_stats(h);
    if (h->n_sas)
        sim_fail(h->world, "%s: %zu SPIs left at the end (%zu installed), first %08x", h->name, h->n_sas,
                 sim_host_count(h, SIM_SA_INSTALLED), h->sas[0].spi);
    if (h->installs != h->removes)
        sim_fail(h->world, "%s: %lu installs, %lu removals", h->name, (unsigned long)h->installs,
                 (unsigned long)h->removes);
    if (s.ike_sas || s.half_open || s.children || s.jobs)
        sim_fail(h->world, "%s: at the end %lu IKE SAs, %lu half-open, %lu children, %lu jobs", h->name,
                 (unsigned long)s.ike_sas, (unsigned long)s.half_open, (unsigned long)s.children,
                 (unsigned long)s.jobs);
}

void sim_check_end(struct sim_world *w)
{
    for (size_t i = 0; i < w->n_hosts && !w->failed; i++)
        if (w->hosts[i]->ike)
            sim_host_shutdown(w->hosts[i]);
    sim_world_run(w, LINGER_NS);
    for (size_t i = 0; i < w->n_hosts && !w->failed; i++)
        end_host(w->hosts[i]);
}
