/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything that was thrown away, as one list: the rows of kind "drop" of workers, ports, hosts and IKE.
 * Each says where, why, how often, and what that means.
 */
#include "ctl_api_cmd.h"

#include <stdio.h>

#include "ctl_count.h"
#include "ctl_json.h"
#include "ctl_rows.h"
#include "node_view.h"

static void add(json_t *list, const char *where, const struct telem_row *row, const void *counters)
{
    json_t *o = json_object();
    ctl_json_set(o, "where", ctl_json_text(where));
    ctl_count_drop(o, row, counters);
    json_array_append_new(list, o);
}

/* Those rows that count what was thrown away. */
static void add_rows(json_t *list, const char *where, const struct telem_rows *rows, const void *counters)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->list[i].kind == TELEM_DROP)
            add(list, where, &rows->list[i], counters);
}

static void add_worker(const struct node_worker_view *v, size_t index, json_t *list)
{
    char where[32];
    snprintf(where, sizeof where, "worker %zu", index);
    add_rows(list, where, node_rows(NODE_ROWS_DROP), &v->counters);
}

static void add_port(const struct conf_port *port, const struct node_port_view *v, json_t *list)
{
    char where[CONF_NAME_MAX + CONF_IFNAME_MAX];
    if (v->has_device) {
        snprintf(where, sizeof where, "port %s", port->name);
        add_rows(list, where, node_rows(NODE_ROWS_DEVICE), &v->device);
    }
    if (port->host[0]) {
        snprintf(where, sizeof where, "host %s", port->host);
        add_rows(list, where, node_rows(NODE_ROWS_HOST), &v->host);
    }
}

static void add_ike(const struct ctl *ctl, json_t *list)
{
    struct ike_stats s;
    ike_stats(ctl->ike, &s);
    add_rows(list, "IKE", &ike_drop_rows, &s);
    add_rows(list, "IKE", &ctl_rows, &ctl->tally);
}

json_t *ctl_show_drops(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct node_worker_view worker;
    struct node_port_view port;
    json_t *list = json_array();
    (void)args;
    (void)refusal;
    for (size_t i = 0; node_view_worker(ctl->node, i, &worker); i++)
        add_worker(&worker, i, list);
    for (size_t i = 0; node_view_port(ctl->node, i, &port); i++)
        add_port(&ctl->in_force.ports[i], &port, list);
    add_ike(ctl, list);
    return json_pack("{s:o}", "drops", list);
}
