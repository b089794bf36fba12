/* SPDX-License-Identifier: BSD-3-Clause */
/* All counters as one document, in groups: their values by name, and beside them what each means. */
#include "ctl_api_cmd.h"

#include "ctl_count.h"
#include "ctl_json.h"
#include "ctl_rows.h"
#include "node_view.h"

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

static void group_data_path(const struct node_view *v, struct groups *g)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_WORKER), *reasons = node_rows(NODE_ROWS_DROP);
    json_t *path = group(g, "data_path", "data path", rows, false), *drops = json_array();
    ctl_count_set(path, rows, &v->counters);
    ctl_json_num(path, "rehomed", v->own.rehomed);
    for (size_t i = 0; i < reasons->count; i++) {
        json_t *o = json_object();
        ctl_count_drop(o, &reasons->list[i], &v->counters);
        json_array_append_new(drops, o);
    }
    ctl_json_set(g->document, "drops", drops);
}

static void group_node(const struct node_view *v, struct groups *g)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_OWN);
    ctl_count_set(group(g, "node", "node", rows, false), rows, &v->own);
}

static void group_ike(const struct ctl *ctl, struct groups *g)
{
    struct ike_stats s;
    json_t *ike = group(g, "ike", "IKE", &ike_stats_rows, false);
    ike_stats(ctl->ike, &s);
    ctl_count_set(ike, &ike_stats_rows, &s);
    ctl_json_num(ike, "install_failures", ctl->tally.install_failures);
}

static void groups_ports(const struct ctl *ctl, struct groups *g)
{
    const struct telem_rows *port_rows = node_rows(NODE_ROWS_PORT),
                            *device_rows = node_rows(NODE_ROWS_DEVICE),
                            *host_rows = node_rows(NODE_ROWS_HOST);
    json_t *ports = group(g, "ports", "port", port_rows, true);
    json_t *devices = group(g, "devices", "device of port", device_rows, true);
    json_t *hosts = group(g, "hosts", "host interface", host_rows, true);
    struct node_port_view v;
    for (size_t i = 0; node_view_port(ctl->node, i, &v); i++) {
        const struct conf_port *conf = &ctl->in_force.ports[i];
        place(ports, conf->name, port_rows, &v.counters);
        if (v.has_device)
            place(devices, conf->name, device_rows, &v.device);
        if (conf->host[0])
            place(hosts, conf->host, host_rows, &v.host);
    }
}

static void groups_all(const struct ctl *ctl, struct groups *g)
{
    struct node_view v;
    node_view(ctl->node, &v);
    group_data_path(&v, g);
    group_node(&v, g);
    group_ike(ctl, g);
    ctl_count_set(group(g, "control", "control", &ctl_rows, false), &ctl_rows, &ctl->tally);
    groups_ports(ctl, g);
}

/* What a connection counted in all, over all SAs that it ever had. */
static void groups_connection(struct ctl *ctl, const char *name, struct groups *g)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_CONN);
    struct ike_conn_view v;
    struct node_counters c;
    if (!ike_show_conn(ctl->ike, name, &v))
        return;
    if (ctl_count_conn(ctl, v.number, &c) == 0)
        ctl_count_set(group(g, "traffic", "traffic", rows, false), rows, &c);
    ctl_count_set(group(g, "ike", "IKE", &ike_conn_rows, false), &ike_conn_rows, &v.stats);
    ctl_json_set(g->document, "connection", ctl_json_text(name));
}

json_t *ctl_show_counters(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const char *name;
    if (!ctl_arg_connection(ctl->conf->ike, args, &name, refusal))
        return NULL;
    struct groups g = {json_object(), json_array()};
    if (name)
        groups_connection(ctl, name, &g);
    else
        groups_all(ctl, &g);
    ctl_json_set(g.document, "about", g.about);
    return g.document;
}
