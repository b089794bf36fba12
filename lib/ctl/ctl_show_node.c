/* SPDX-License-Identifier: BSD-3-Clause */
/* The node itself as documents: status, workers, ports. */
#include "ctl_api_cmd.h"

#include <stdlib.h>
#include <unistd.h>
#include <rte_ethdev.h>

#include "ctl_count.h"
#include "ctl_json.h"
#include "ctl_rows.h"

#define TOP_DROPS 5

static uint64_t drops_sum(const struct dp_counters *c)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < DP_DROPS; i++)
        sum += c->drops[i];
    return sum;
}

/* Busy cycles of all: what the core really did, since a polling core is always at 100 % to the system. */
static double load_percent(const struct dp_counters *c)
{
    const double all = (double)c->busy_cycles + (double)c->idle_cycles;
    return all > 0 ? 100.0 * (double)c->busy_cycles / all : 0;
}

static json_t *worker(const struct ctl *ctl, size_t index)
{
    struct dp_counters c;
    json_t *o = json_object();
    dp_counters(ctl->dp, (int)index, &c);
    ctl_json_num(o, "worker", index);
    ctl_json_num(o, "core", ctl->cores.worker_cpu[index]);
    ctl_json_set(o, "load_percent", json_real(load_percent(&c)));
    ctl_count_set(o, &dp_worker_rows, &c);
    ctl_json_num(o, "dropped", drops_sum(&c));
    return o;
}

static json_t *workers(const struct ctl *ctl)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ctl->cores.n_workers; i++)
        json_array_append_new(list, worker(ctl, i));
    return list;
}

json_t *ctl_show_workers(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    (void)args;
    (void)refusal;
    return json_pack("{s:o}", "workers", workers(ctl));
}

/* The largest drops that happened at all. */
static json_t *top_drops(const struct dp_counters *c)
{
    bool is_taken[DP_DROPS] = {0};
    json_t *list = json_array();
    for (int n = 0; n < TOP_DROPS; n++) {
        size_t best = DP_DROPS;
        for (size_t i = 0; i < DP_DROPS; i++)
            if (c->drops[i] && !is_taken[i] && (best == DP_DROPS || c->drops[i] > c->drops[best]))
                best = i;
        if (best == DP_DROPS)
            break;
        is_taken[best] = true;
        json_t *o = json_object();
        ctl_count_drop(o, &dp_drop_rows.list[best], c);
        json_array_append_new(list, o);
    }
    return list;
}

/* Keys that were loaded and are not in force. */
static json_t *restart_pending(const struct ctl *ctl)
{
    struct conf_diff diff;
    json_t *list = json_array();
    if (conf_diff_restart(&ctl->in_force, ctl->conf, &diff) < 0)
        return list;
    for (size_t i = 0; i < diff.n_ops; i++)
        json_array_append_new(list, ctl_json_text(diff.ops[i].name));
    conf_diff_free(&diff);
    return list;
}

json_t *ctl_show_status(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct ike_stats ike;
    struct dp_counters sum;
    json_t *o = json_object();
    (void)args;
    (void)refusal;
    ike_stats(ctl->ike, &ike);
    dp_counters(ctl->dp, -1, &sum);
    ctl_json_set(o, "version", json_string(CULVERT_VERSION));
    ctl_json_set(o, "config", ctl_json_text(ctl->conf_file));
    ctl_json_num(o, "pid", (uint64_t)getpid());
    ctl_json_set(o, "uptime_s", ctl_json_since(ctl_now(), ctl->started_at));
    ctl_json_set(o, "hugepages", json_boolean(ctl->hugepages));
    ctl_json_set(o, "poll", json_string(ctl->poll == DP_POLL_BUSY ? "busy" : "adaptive"));
    ctl_json_num(o, "crypto_threads", ctl->job_threads);
    ctl_json_set(o, "stopping", json_boolean(ctl->stopping));
    ctl_json_num(o, "reloads", ctl->reloads);
    ctl_json_set(o, "restart_pending", restart_pending(ctl));
    ctl_json_num(o, "connections", ctl->conf->ike->n_conns);
    ctl_json_num(o, "ike_sas", ike.ike_sas);
    ctl_json_num(o, "half_open", ike.half_open);
    ctl_json_num(o, "child_sas", ike.children);
    ctl_json_num(o, "established", ike.established);
    ctl_json_num(o, "failed", ike.failed);
    ctl_json_num(o, "moves", ike.moves);
    ctl_json_num(o, "failures", ctl->failures.total);
    ctl_json_set(o, "workers", workers(ctl));
    ctl_json_set(o, "drops", top_drops(&sum));
    return o;
}

static json_t *neighbours(const struct ctl *ctl, size_t port)
{
    struct dp_neigh_view view;
    json_t *list = json_array();
    for (uint32_t cursor = 0; dp_neigh_next(ctl->dp, &cursor, &view);) {
        if (view.port != port)
            continue;
        json_t *o = json_object();
        ctl_json_set(o, "address", ctl_json_addr(&view.addr));
        ctl_json_set(o, "resolved", json_boolean(view.is_resolved));
        if (view.is_resolved)
            ctl_json_set(o, "mac", ctl_json_mac(view.mac));
        json_array_append_new(list, o);
    }
    return list;
}

static void port_device(const struct ctl_port *port, json_t *o)
{
    struct rte_eth_link link;
    struct rte_eth_stats stats;
    if (rte_eth_link_get_nowait(port->id, &link) == 0)
        ctl_json_set(o, "link", json_string(link.link_status ? "up" : "down"));
    if (rte_eth_stats_get(port->id, &stats) == 0)
        ctl_count_set(o, &ctl_device_rows, &stats);
}

static json_t *host(const char *interface, const struct ctl_host *h)
{
    json_t *o = json_object();
    ctl_json_set(o, "interface", ctl_json_text(interface));
    ctl_count_set(o, &ctl_host_rows, h);
    return o;
}

static json_t *port(const struct ctl *ctl, size_t index)
{
    static const char *const roles[] = {"", "outside", "inside", "both"};
    const struct conf_port *conf = &ctl->in_force.ports[index];
    const struct ctl_port *p = &ctl->ports[index];
    struct dp_port_counters c;
    char text[BASE_PREFIX_TEXT_MAX];
    json_t *o = json_object(), *addresses = json_array();
    dp_port_counters(ctl->dp, (uint16_t)index, &c);
    ctl_json_set(o, "name", ctl_json_text(conf->name));
    ctl_json_set(o, "device", ctl_json_text(conf->device));
    ctl_json_set(o, "driver", ctl_json_text(p->driver));
    ctl_json_set(o, "role", json_string(roles[conf->role]));
    ctl_json_set(o, "mac", ctl_json_mac(p->mac.addr_bytes));
    ctl_json_num(o, "mtu", p->mtu);
    for (size_t i = 0; i < conf->n_addresses; i++)
        json_array_append_new(addresses, json_string(base_prefix_text(&conf->addresses[i], text)));
    ctl_json_set(o, "addresses", addresses);
    if (conf->gateway.family != BASE_AF_NONE)
        ctl_json_set(o, "gateway", ctl_json_addr(&conf->gateway));
    if (conf->host[0])
        ctl_json_set(o, "host", host(conf->host, &ctl->hosts[index]));
    port_device(p, o);
    ctl_json_num(o, "rx_queues", p->n_rxq);
    ctl_json_num(o, "tx_queues", p->n_txq);
    ctl_count_set(o, &dp_port_rows, &c);
    ctl_json_set(o, "neighbours", neighbours(ctl, index));
    return o;
}

json_t *ctl_show_ports(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    json_t *list = json_array();
    (void)args;
    (void)refusal;
    for (size_t i = 0; i < ctl->n_ports; i++)
        json_array_append_new(list, port(ctl, i));
    return json_pack("{s:o}", "ports", list);
}
