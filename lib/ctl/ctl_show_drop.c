/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything that was thrown away, as one list: the rows of kind "drop" of workers, ports, hosts and IKE.
 * Each says where, why, how often, and what that means.
 */
#include "ctl_api_cmd.h"

#include <stdio.h>
#include <rte_ethdev.h>

#include "ctl_count.h"
#include "ctl_json.h"
#include "ctl_rows.h"

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

static void add_worker(const struct ctl *ctl, size_t index, json_t *list)
{
    struct dp_counters c;
    char where[32];
    dp_counters(ctl->dp, (int)index, &c);
    snprintf(where, sizeof where, "worker %zu", index);
    add_rows(list, where, &dp_drop_rows, &c);
}

static void add_port(const struct ctl *ctl, size_t index, json_t *list)
{
    struct rte_eth_stats s;
    char where[CONF_NAME_MAX + 8];
    if (rte_eth_stats_get(ctl->ports[index].id, &s) != 0)
        return;
    snprintf(where, sizeof where, "port %s", ctl->in_force.ports[index].name);
    add_rows(list, where, &ctl_device_rows, &s);
}

static void add_host(const struct ctl *ctl, size_t index, json_t *list)
{
    char where[CONF_IFNAME_MAX + 8];
    if (!ctl->in_force.ports[index].host[0])
        return;
    snprintf(where, sizeof where, "host %s", ctl->in_force.ports[index].host);
    add_rows(list, where, &ctl_host_rows, &ctl->hosts[index]);
}

static void add_ike(const struct ctl *ctl, json_t *list)
{
    struct ike_stats s;
    ike_stats(ctl->ike, &s);
    add_rows(list, "IKE", &ike_drop_rows, &s);
    add_rows(list, "IKE", &ctl_rows, ctl);
}

json_t *ctl_show_drops(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    json_t *list = json_array();
    (void)args;
    (void)refusal;
    for (size_t i = 0; i < ctl->cores.n_workers; i++)
        add_worker(ctl, i, list);
    for (size_t i = 0; i < ctl->n_ports; i++) {
        add_port(ctl, i, list);
        add_host(ctl, i, list);
    }
    add_ike(ctl, list);
    return json_pack("{s:o}", "drops", list);
}
