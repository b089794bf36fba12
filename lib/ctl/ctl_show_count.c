/* SPDX-License-Identifier: BSD-3-Clause */
/* All counters as one document, in groups: their values by name, and beside them what each means. */
#include "ctl_api_cmd.h"

#include <rte_ethdev.h>

#include "ctl_count.h"
#include "ctl_json.h"
#include "ctl_rows.h"

/* A document under way. */
struct groups {
    json_t *document, *about;
};

/* Adds a group and returns the object that its values go to. is_each: they go to objects in there, one by
 * place. */
static json_t *group(struct groups *g, const char *name, const char *title, const struct telem_rows *rows,
                     bool is_each)
{
    json_t *values = json_object(), *about = ctl_count_about(name, title, rows);
    if (is_each)
        ctl_json_set(about, "each", json_true());
    json_array_append_new(g->about, about);
    ctl_json_set(g->document, name, values);
    return values;
}

static void place(json_t *values, const char *name, const struct telem_rows *rows, const void *counters)
{
    json_t *o = json_object();
    ctl_count_set(o, rows, counters);
    ctl_json_set(values, name, o);
}

static void group_data_path(const struct ctl *ctl, struct groups *g)
{
    struct dp_counters c;
    json_t *path = group(g, "data_path", "data path", &dp_worker_rows, false), *drops = json_array();
    dp_counters(ctl->dp, -1, &c);
    ctl_count_set(path, &dp_worker_rows, &c);
    ctl_json_num(path, "rehomed", ctl->rehomed);
    for (size_t i = 0; i < DP_DROPS; i++) {
        json_t *o = json_object();
        ctl_count_drop(o, &dp_drop_rows.list[i], &c);
        json_array_append_new(drops, o);
    }
    ctl_json_set(g->document, "drops", drops);
}

static void group_ike(const struct ctl *ctl, struct groups *g)
{
    struct ike_stats s;
    json_t *ike = group(g, "ike", "IKE", &ike_stats_rows, false);
    ike_stats(ctl->ike, &s);
    ctl_count_set(ike, &ike_stats_rows, &s);
    ctl_json_num(ike, "install_failures", ctl->install_failures);
}

static void groups_ports(const struct ctl *ctl, struct groups *g)
{
    json_t *ports = group(g, "ports", "port", &dp_port_rows, true);
    json_t *devices = group(g, "devices", "device of port", &ctl_device_rows, true);
    json_t *hosts = group(g, "hosts", "host interface", &ctl_host_rows, true);
    for (size_t i = 0; i < ctl->n_ports; i++) {
        const struct conf_port *conf = &ctl->in_force.ports[i];
        struct dp_port_counters c;
        struct rte_eth_stats s;
        dp_port_counters(ctl->dp, (uint16_t)i, &c);
        place(ports, conf->name, &dp_port_rows, &c);
        if (rte_eth_stats_get(ctl->ports[i].id, &s) == 0)
            place(devices, conf->name, &ctl_device_rows, &s);
        if (conf->host[0])
            place(hosts, conf->host, &ctl_host_rows, &ctl->hosts[i]);
    }
}

json_t *ctl_show_counters(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct groups g = {json_object(), json_array()};
    (void)args;
    (void)refusal;
    group_data_path(ctl, &g);
    group_ike(ctl, &g);
    ctl_count_set(group(&g, "control", "control", &ctl_rows, false), &ctl_rows, ctl);
    groups_ports(ctl, &g);
    ctl_json_set(g.document, "about", g.about);
    return g.document;
}
