/* SPDX-License-Identifier: BSD-3-Clause */
/* The node itself as documents: status, workers, ports. */
#include "ctl_api_cmd.h"

#include <stdlib.h>
#include <unistd.h>

#include "ctl_count.h"
#include "ctl_json.h"
#include "node_view.h"

#define TOP_DROPS 5

static uint64_t drops_sum(const struct node_counters *c)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_DROP);
    uint64_t sum = 0;
    for (size_t i = 0; i < rows->count; i++)
        sum += telem_value(&rows->list[i], c);
    return sum;
}

static json_t *worker(const struct ctl_watch_worker *watch, const struct node_worker_view *v, size_t index)
{
    json_t *o = json_object();
    ctl_json_num(o, "worker", index);
    ctl_json_num(o, "core", v->cpu);
    ctl_json_set(o, "load_percent", json_real(v->load_percent));
    ctl_count_set(o, node_rows(NODE_ROWS_WORKER), &v->counters);
    ctl_json_num(o, "dropped", drops_sum(&v->counters));
    if (watch->is_stuck) {
        ctl_json_set(o, "stuck_s", ctl_json_since(ctl_now(), watch->since));
        ctl_json_set(o, "stuck", ctl_json_text(watch->why));
    }
    return o;
}

static json_t *workers(const struct ctl *ctl)
{
    struct node_worker_view view;
    json_t *list = json_array();
    for (size_t i = 0; node_view_worker(ctl->node, i, &view); i++)
        json_array_append_new(list, worker(&ctl->watch.workers[i], &view, i));
    return list;
}

json_t *ctl_show_workers(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    (void)args;
    (void)refusal;
    return json_pack("{s:o}", "workers", workers(ctl));
}

/* The largest reason below the last one that was taken, or of the same size and further down the list. */
static const struct telem_row *next_drop(const struct node_counters *c, const struct telem_row *last)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_DROP);
    const struct telem_row *best = NULL;
    for (const struct telem_row *r = rows->list; r < rows->list + rows->count; r++) {
        const uint64_t n = telem_value(r, c), most = last ? telem_value(last, c) : UINT64_MAX;
        if (n && (n < most || (n == most && r > last)) && (!best || n > telem_value(best, c)))
            best = r;
    }
    return best;
}

/* The largest drops that happened at all. */
static json_t *top_drops(const struct node_counters *c)
{
    json_t *list = json_array();
    const struct telem_row *row = NULL;
    for (int n = 0; n < TOP_DROPS && (row = next_drop(c, row)); n++) {
        json_t *o = json_object();
        ctl_count_drop(o, row, c);
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
    struct node_view node;
    json_t *o = json_object();
    (void)args;
    (void)refusal;
    ike_stats(ctl->ike, &ike);
    node_view(ctl->node, &node);
    ctl_json_set(o, "version", json_string(CULVERT_VERSION));
    ctl_json_set(o, "config", ctl_json_text(ctl->conf_file));
    ctl_json_num(o, "pid", (uint64_t)getpid());
    ctl_json_set(o, "uptime_s", ctl_json_since(ctl_now(), ctl->tally.started_at));
    ctl_json_set(o, "hugepages", json_boolean(node.has_hugepages));
    ctl_json_set(o, "poll", json_string(node.is_busy_poll ? "busy" : "adaptive"));
    ctl_json_num(o, "crypto_threads", ctl->job_threads);
    ctl_json_set(o, "stopping", json_boolean(ctl->loop.is_stopping));
    ctl_json_num(o, "reloads", ctl->tally.reloads);
    ctl_json_set(o, "restart_pending", restart_pending(ctl));
    ctl_json_num(o, "connections", ctl->conf->ike->n_conns);
    ctl_json_set(o, "lab", json_boolean(ctl->conf->is_lab));
    if (ctl->conf->is_lab)
        ctl_json_num(o, "manual_sas", ctl_manual_pairs(ctl));
    ctl_json_num(o, "ike_sas", ike.ike_sas);
    ctl_json_num(o, "half_open", ike.half_open);
    ctl_json_num(o, "child_sas", ike.children);
    ctl_json_num(o, "childless", ike.childless);
    ctl_json_num(o, "established", ike.established);
    ctl_json_num(o, "failed", ike.failed);
    ctl_json_num(o, "moves", ike.moves);
    ctl_json_num(o, "failures", ctl->failures.total);
    ctl_json_set(o, "workers", workers(ctl));
    ctl_json_set(o, "drops", top_drops(&node.counters));
    return o;
}

static json_t *neighbours(const struct ctl *ctl, size_t port)
{
    struct node_neighbour_view view;
    json_t *list = json_array();
    for (uint32_t cursor = 0; node_view_neighbour(ctl->node, &cursor, &view);) {
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

static void port_device(const struct node_port_view *v, json_t *o)
{
    if (v->has_link)
        ctl_json_set(o, "link", json_string(v->is_up ? "up" : "down"));
    if (v->has_device)
        ctl_count_set(o, node_rows(NODE_ROWS_DEVICE), &v->device);
}

static json_t *host(const char *interface, const struct node_host_counters *c)
{
    json_t *o = json_object();
    ctl_json_set(o, "interface", ctl_json_text(interface));
    ctl_count_set(o, node_rows(NODE_ROWS_HOST), c);
    return o;
}

static json_t *port(const struct ctl *ctl, size_t index, const struct node_port_view *v)
{
    static const char *const roles[] = {"", "outside", "inside", "both"};
    const struct conf_port *conf = &ctl->in_force.ports[index];
    char text[BASE_PREFIX_TEXT_MAX];
    json_t *o = json_object(), *addresses = json_array();
    ctl_json_set(o, "name", ctl_json_text(conf->name));
    ctl_json_set(o, "device", ctl_json_text(conf->device));
    ctl_json_set(o, "driver", ctl_json_text(v->driver));
    ctl_json_set_text(o, "reason", v->reason);
    ctl_json_set(o, "role", json_string(roles[conf->role]));
    ctl_json_set(o, "mac", ctl_json_mac(v->mac));
    ctl_json_num(o, "mtu", v->mtu);
    for (size_t i = 0; i < conf->n_addresses; i++)
        json_array_append_new(addresses, json_string(base_prefix_text(&conf->addresses[i], text)));
    ctl_json_set(o, "addresses", addresses);
    ctl_json_set(o, "addresses_from",
                 json_string(conf_leaves_addresses(ctl->conf, conf->name) ? "host" : "configuration"));
    if (conf->gateway.family != BASE_AF_NONE)
        ctl_json_set(o, "gateway", ctl_json_addr(&conf->gateway));
    if (conf->host[0])
        ctl_json_set(o, "host", host(conf->host, &v->host));
    port_device(v, o);
    ctl_json_num(o, "rx_queues", v->rx_queues);
    ctl_json_num(o, "tx_queues", v->tx_queues);
    ctl_count_set(o, node_rows(NODE_ROWS_PORT), &v->counters);
    ctl_json_set(o, "neighbours", neighbours(ctl, index));
    return o;
}

json_t *ctl_show_ports(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct node_port_view view;
    json_t *list = json_array();
    (void)args;
    (void)refusal;
    for (size_t i = 0; node_view_port(ctl->node, i, &view); i++)
        json_array_append_new(list, port(ctl, i, &view));
    return json_pack("{s:o}", "ports", list);
}
