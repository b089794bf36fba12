/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes and policies out of a configuration snapshot. */
#include "ctl_tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int ctl_tables_routes(const struct conf *conf, struct dp_route **out, size_t *count)
{
    struct dp_route *routes = calloc(conf->n_routes + conf->n_ports + 1, sizeof *routes);
    size_t n = 0;
    if (!routes)
        return -ENOMEM;
    for (size_t i = 0; i < conf->n_routes; i++)
        routes[n++] =
            (struct dp_route){conf->routes[i].to, (uint16_t)conf->routes[i].port, conf->routes[i].via};
    for (size_t i = 0; i < conf->n_ports; i++) {
        const struct base_addr *gw = &conf->ports[i].gateway;
        if (gw->family == BASE_AF_NONE)
            continue;
        const struct base_prefix all = {.addr = {.family = gw->family}, .len = 0};
        routes[n++] = (struct dp_route){all, (uint16_t)i, *gw};
    }
    *out = routes;
    *count = n;
    return 0;
}

int ctl_tables_policies(struct ctl *ctl, const struct conf *conf)
{
    const struct ike_conf *ike = conf->ike;
    size_t n = 0;
    for (size_t i = 0; i < ike->n_conns; i++)
        n += ike->conns[i].n_children;
    struct sad_policy *list = calloc(n + 1, sizeof *list);
    if (!list)
        return -ENOMEM;
    n = 0;
    for (size_t i = 0; i < ike->n_conns; i++) {
        for (size_t c = 0; c < ike->conns[i].n_children; c++) {
            const struct ike_child_conf *child = &ike->conns[i].children[c];
            list[n++] = (struct sad_policy){child->local_ts, child->remote_ts, (uint32_t)i};
        }
    }
    const int rc = sad_policies_set(ctl->sad, list, n);
    free(list);
    return rc;
}

/* While a change of ports waits for a restart, the running ones keep their routes. */
static int apply_routes(struct ctl *ctl, const struct conf *conf, const struct dp_route *routes, size_t count)
{
    if (!conf_same_port_names(&ctl->in_force, conf))
        return 0;
    const int rc = dp_routes_set(ctl->dp, routes, count);
    for (size_t i = 0; rc == 0 && i < conf->n_ports; i++)
        ctl->in_force.ports[i].gateway = conf->ports[i].gateway;
    return rc;
}

int ctl_tables_apply(struct ctl *ctl, const struct conf *conf)
{
    struct dp_route *routes;
    size_t count;
    int rc = ctl_tables_routes(conf, &routes, &count);
    if (rc < 0)
        return rc;
    rc = ctl_tables_policies(ctl, conf);
    if (rc == 0)
        rc = apply_routes(ctl, conf, routes, count);
    free(routes);
    return rc;
}
