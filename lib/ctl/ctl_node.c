/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration for the data side: parameters at the start, routes and policies whenever it is loaded. */
#include "ctl_node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_aside.h"
#include "ike_grant.h"
#include "node_request.h"

#define POLICIES_AT_ONCE 256

_Static_assert(CONF_PORTS_MAX <= NODE_PORTS_MAX && CONF_NETWORKS_MAX <= NODE_NETWORKS_MAX &&
                   CONF_ADDRS_MAX <= NODE_PORT_ADDRS_MAX && CONF_CORES_MAX <= NODE_CORES_MAX &&
                   CONF_ARGS_MAX <= NODE_ARGS_MAX && CONF_TCP_LISTEN_MAX <= NODE_TCP_LISTEN_MAX,
               "what may be configured fits");
_Static_assert(CONF_NAME_MAX <= NODE_NAME_MAX && CONF_DEVICE_MAX <= NODE_DEVICE_MAX &&
                   CONF_IFNAME_MAX <= NODE_IFNAME_MAX && CONF_ARG_MAX <= NODE_ARG_MAX,
               "texts, too");

static struct node_port_params node_port(const struct conf_port *conf)
{
    struct node_port_params p = {
        .kind = conf->kind == CONF_DEVICE_INTERFACE ? NODE_DEVICE_INTERFACE
                : conf->kind == CONF_DEVICE_PCI     ? NODE_DEVICE_PCI
                                                    : NODE_DEVICE_VDEV,
        .driver = conf->driver == CONF_DRIVER_AF_PACKET ? NODE_DRIVER_AF_PACKET
                  : conf->driver == CONF_DRIVER_AF_XDP  ? NODE_DRIVER_AF_XDP
                                                        : NODE_DRIVER_AUTO,
        .role = conf->role == CONF_ROLE_OUTSIDE  ? NODE_ROLE_OUTSIDE
                : conf->role == CONF_ROLE_INSIDE ? NODE_ROLE_INSIDE
                                                 : NODE_ROLE_BOTH,
        .mtu = conf->mtu,
        .vlan = conf->vlan,
        .queues = conf->queues,
        .gateway_family = conf->gateway.family,
        .n_addrs = (uint8_t)conf->n_addresses,
    };
    snprintf(p.name, sizeof p.name, "%s", conf->name);
    snprintf(p.device, sizeof p.device, "%s", conf->device);
    snprintf(p.interface, sizeof p.interface, "%s", conf->interface);
    snprintf(p.host, sizeof p.host, "%s", conf->host);
    memcpy(p.addrs, conf->addresses, conf->n_addresses * sizeof conf->addresses[0]);
    return p;
}

static enum node_poll node_poll(enum conf_poll poll)
{
    return poll == CONF_POLL_AUTO   ? NODE_POLL_AUTO
           : poll == CONF_POLL_BUSY ? NODE_POLL_BUSY
                                    : NODE_POLL_ADAPTIVE;
}

static enum node_hugepages node_hugepages(enum conf_hugepages pages)
{
    return pages == CONF_HUGEPAGES_AUTO      ? NODE_HUGEPAGES_AUTO
           : pages == CONF_HUGEPAGES_REQUIRE ? NODE_HUGEPAGES_REQUIRE
                                             : NODE_HUGEPAGES_NEVER;
}

void ctl_node_params(const struct conf *conf, struct node_params *out)
{
    memset(out, 0, sizeof *out);
    out->n_ports = conf->n_ports;
    for (size_t i = 0; i < conf->n_ports; i++)
        out->ports[i] = node_port(&conf->ports[i]);
    out->n_cores = conf->workers.n_cores;
    memcpy(out->cores, conf->workers.cores, sizeof conf->workers.cores);
    out->control_core =
        conf->workers.control_core == CONF_CORE_AUTO ? NODE_CORE_AUTO : conf->workers.control_core;
    out->poll = node_poll(conf->workers.poll);
    out->n_tcp_listen = conf->tcp.n_listen;
    memcpy(out->tcp_listen, conf->tcp.listen, sizeof conf->tcp.listen);
    out->tcp_connections = conf->tcp.connections;
    out->tcp_connections_per_address = conf->tcp.connections_per_address;
    out->mss_clamp = conf->tunnel.mss_clamp;
    out->copy_df = conf->tunnel.copy_df;
    out->spi_node_bits = (uint8_t)conf->tunnel.spi_node_bits;
    out->spi_node = (uint8_t)conf->tunnel.spi_node;
    out->telemetry = conf->control.telemetry;
    out->hugepages = node_hugepages(conf->eal.hugepages);
    out->memory_mb = conf->eal.memory_mb;
    out->n_args = conf->eal.n_args;
    for (size_t i = 0; i < conf->eal.n_args; i++)
        snprintf(out->args[i], sizeof out->args[i], "%s", conf->eal.args[i]);
}

static int node_ask(struct ctl *ctl, enum node_request_type type)
{
    struct node_request r;
    r.type = type;
    return node_do(ctl->node, &r);
}

/* What a port is to have. */
static const struct conf_port *node_addrs_from(const struct ctl *ctl, const struct conf *conf, size_t port)
{
    return conf->ports[port].n_addresses ? &conf->ports[port] : &ctl->in_force.ports[port];
}

static int node_add_addrs(struct ctl *ctl, const struct conf *conf)
{
    struct node_request r;
    int rc = 0;
    r.type = NODE_ADDR_ADD;
    for (size_t i = 0; i < conf->n_ports && rc == 0; i++) {
        const struct conf_port *from = node_addrs_from(ctl, conf, i);
        for (size_t k = 0; k < from->n_addresses && rc == 0; k++) {
            r.addr = (struct node_addr){(uint16_t)i, from->addresses[k]};
            rc = node_do(ctl->node, &r);
        }
    }
    return rc;
}

static int node_add_route(struct ctl *ctl, const struct base_prefix *to, size_t port,
                          const struct base_addr *via)
{
    struct node_request r;
    r.type = NODE_ROUTE_ADD;
    r.route = (struct node_route){*to, (uint16_t)port, *via};
    return node_do(ctl->node, &r);
}

static int node_add_routes(struct ctl *ctl, const struct conf *conf)
{
    int rc = 0;
    for (size_t i = 0; i < conf->n_routes && rc == 0; i++)
        rc = node_add_route(ctl, &conf->routes[i].to, conf->routes[i].port, &conf->routes[i].via);
    for (size_t i = 0; i < conf->n_ports && rc == 0; i++) {
        const struct base_addr *gateway = &conf->ports[i].gateway;
        const struct base_prefix all = {.addr = {.family = gateway->family}};
        if (gateway->family != BASE_AF_NONE)
            rc = node_add_route(ctl, &all, i, gateway);
    }
    return rc;
}

/* The next number for a child that packets may call for; 0: they may not, or there is no memory. */
static uint32_t traps_number(struct ctl_traps *traps, const struct ike_conn_conf *conn, size_t child)
{
    if (!ike_child_conf_traps(conn, &conn->children[child]))
        return 0;
    if (traps->n == traps->room) {
        const size_t room = traps->room ? 2 * traps->room : 16;
        struct ctl_trap *list = reallocarray(traps->list, room, sizeof *list);
        if (!list)
            return 0;
        traps->list = list;
        traps->room = room;
    }
    traps->list[traps->n] = (struct ctl_trap){(uint32_t)(conn - conn->conf->conns), (uint32_t)child};
    return (uint32_t)++traps->n;
}

/* Dynamic selectors become a host's: that one, or (of family none) any; false: they are left out instead. */
static void policy_host(struct base_ts_list *out, const struct base_ts_list *l, const struct base_addr *host,
                        bool may_be_any)
{
    static const uint8_t families[] = {BASE_AF_IP4, BASE_AF_IP6};
    base_ts_fill(out, l, host, host->family != BASE_AF_NONE);
    for (size_t i = 0; host->family == BASE_AF_NONE && i < base_ts_count(l); i++) {
        struct base_ts t = l->list[i];
        const bool is_any = base_ts_is_dynamic(&t) && (may_be_any || t.protocol);
        for (size_t k = 0; is_any && k < sizeof families && out->count < BASE_TS_MAX; k++) {
            base_prefix_range(&(struct base_prefix){.addr.family = families[k]}, &t.lo, &t.hi);
            out->list[out->count++] = t;
        }
    }
}

static bool policy_is_narrow(const struct base_ts_list *l)
{
    for (size_t i = 0; i < base_ts_count(l); i++)
        if (!l->list[i].protocol)
            return false;
    return true;
}

/*
 * What a child protects before it has an SA. Dynamic addresses are the pools' below, or nobody's yet; in
 * transport mode they are hosts, and what such a child protects of one protocol is taken in clear from
 * nobody. A child for all that hosts say to each other protects it when they are known.
 */
static void policy_fill(struct node_policy *p, const struct ike_conn_conf *conn,
                        const struct ike_child_conf *c)
{
    static const struct base_addr unknown;
    if (c->mode == ESP_MODE_TUNNEL) {
        base_ts_fill(&p->local_ts, c->local_ts, NULL, 0);
        base_ts_fill(&p->remote_ts, c->remote_ts, NULL, 0);
        return;
    }
    policy_host(&p->local_ts, c->local_ts, conn->n_local_addrs == 1 ? &conn->local_addrs[0] : &unknown, true);
    policy_host(&p->remote_ts, c->remote_ts, &conn->remote_addr, policy_is_narrow(c->local_ts));
}

static int node_add_policies(struct ctl *ctl, const struct ike_conn_conf *conn, struct ctl_traps *traps)
{
    struct node_request r;
    int rc = 0;
    r.type = NODE_POLICY_ADD;
    for (size_t i = 0; i < conn->n_children && rc == 0; i++) {
        policy_fill(&r.policy, conn, &conn->children[i]);
        if (r.policy.local_ts.count && r.policy.remote_ts.count) {
            r.policy.trap = traps_number(traps, conn, i);
            r.policy.dscp = conn->children[i].dscp;
            rc = node_do(ctl->node, &r);
        }
    }
    return rc;
}

/* Networks behind single peers, by their rows. */
static int node_add_rows(struct ctl *ctl, const struct ike_conn_conf *conn)
{
    struct node_request r;
    int rc = 0;
    r.type = NODE_POLICY_ADD;
    r.policy.trap = 0;
    r.policy.dscp = conn->n_children ? conn->children[0].dscp : 0;
    for (uint32_t i = 0; i < conn->n_grants && conn->n_children && rc == 0; i++) {
        const struct ike_grant *row = &conn->conf->grants->list[conn->first_grant + i];
        if (!row->remote_ts)
            continue;
        base_ts_fill(&r.policy.local_ts, row->local_ts ? row->local_ts : conn->children[0].local_ts, NULL, 0);
        base_ts_fill(&r.policy.remote_ts, row->remote_ts, NULL, 0);
        if (r.policy.local_ts.count && r.policy.remote_ts.count)
            rc = node_do(ctl->node, &r);
        if (i % POLICIES_AT_ONCE == POLICIES_AT_ONCE - 1)
            ctl_aside_turn(ctl);
    }
    return rc;
}

/* What goes to an address of a pool is for a peer, or for nobody. */
static int node_add_pool_policy(struct ctl *ctl, const struct ike_pool_conf *pool)
{
    struct node_request r;
    r.type = NODE_POLICY_ADD;
    r.policy.trap = 0;
    r.policy.dscp = 0;
    r.policy.local_ts = (struct base_ts_list){.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    const struct base_prefix all = {.addr.family = pool->ranges->list[0].lo.family};
    base_prefix_range(&all, &r.policy.local_ts.list[0].lo, &r.policy.local_ts.list[0].hi);
    base_ts_copy(&r.policy.remote_ts, pool->ranges);
    return node_do(ctl->node, &r);
}

/* Of keys made by hand, all pairs of a connection together. */
static int node_add_manual(struct ctl *ctl, const struct conf_manual *m)
{
    struct node_request r;
    const struct base_ts range = conf_manual_range(m);
    r.type = NODE_POLICY_ADD;
    r.policy.trap = 0;
    r.policy.dscp = 0;
    base_ts_copy(&r.policy.local_ts, m->local_ts);
    base_ts_set_one(&r.policy.remote_ts, &range);
    return node_do(ctl->node, &r);
}

static int node_add_bypass(struct ctl *ctl, const struct conf_bypass *b, uint16_t row)
{
    struct node_request r;
    r.type = NODE_BYPASS_ADD;
    r.policy.row = row;
    base_ts_copy(&r.policy.local_ts, b->local_ts);
    base_ts_copy(&r.policy.remote_ts, b->remote_ts);
    return node_do(ctl->node, &r);
}

/* What was committed is in force. */
static void node_take_port(struct ctl *ctl, struct conf_port *port, const struct conf_port *from)
{
    port->gateway = from->gateway;
    if (!from->n_addresses ||
        (from->n_addresses == port->n_addresses &&
         memcmp(from->addresses, port->addresses, port->n_addresses * sizeof port->addresses[0]) == 0))
        return;
    port->n_addresses = from->n_addresses;
    memcpy(port->addresses, from->addresses, sizeof port->addresses);
    ctl->places.is_moved = true;
}

/* While a change of ports waits for a restart, the running ones keep their addresses and routes. */
static int node_commit_routes(struct ctl *ctl, const struct conf *conf)
{
    if (!conf_same_port_names(&ctl->in_force, conf))
        return 0;
    const int rc = node_ask(ctl, NODE_ROUTES_COMMIT);
    for (size_t i = 0; rc == 0 && i < conf->n_ports; i++)
        node_take_port(ctl, &ctl->in_force.ports[i], &conf->ports[i]);
    return rc;
}

int ctl_node_readdress(struct ctl *ctl)
{
    if (!conf_same_port_names(&ctl->in_force, ctl->conf))
        return -EBUSY;
    int rc = node_ask(ctl, NODE_TABLES_BEGIN);
    if (rc == 0)
        rc = node_add_addrs(ctl, ctl->conf);
    if (rc == 0)
        rc = node_add_routes(ctl, ctl->conf);
    return rc == 0 ? node_commit_routes(ctl, ctl->conf) : rc;
}

bool ctl_node_trap(const struct ctl *ctl, uint32_t trap, const char **conn, const char **child)
{
    const struct ctl_trap *t = trap && trap <= ctl->traps.n ? &ctl->traps.list[trap - 1] : NULL;
    const struct ike_conf *ike = ctl->conf->ike;
    if (!t || t->conn >= ike->n_conns || t->child >= ike->conns[t->conn].n_children)
        return false;
    *conn = ike->conns[t->conn].name;
    *child = ike->conns[t->conn].children[t->child].name;
    return true;
}

int ctl_node_apply(struct ctl *ctl, const struct conf *conf)
{
    const struct ctl_traps before = ctl->traps;
    const struct ctl_bypasses bypasses = ctl_bypasses_next(ctl->node, ctl->conf, &ctl->bypasses, conf);
    struct ctl_traps traps = {0};
    int rc = node_ask(ctl, NODE_TABLES_BEGIN);
    if (rc == 0)
        rc = node_add_addrs(ctl, conf);
    if (rc == 0)
        rc = node_add_routes(ctl, conf);
    for (size_t i = 0; i < conf->ike->n_conns && rc == 0; i++) {
        rc = node_add_policies(ctl, &conf->ike->conns[i], &traps);
        if (rc == 0)
            rc = node_add_rows(ctl, &conf->ike->conns[i]);
        if (i % POLICIES_AT_ONCE == POLICIES_AT_ONCE - 1)
            ctl_aside_turn(ctl);
    }
    for (size_t i = 0; i < conf->ike->n_pools && rc == 0; i++)
        rc = node_add_pool_policy(ctl, &conf->ike->pools[i]);
    for (size_t i = 0; i < conf->n_manuals && rc == 0; i++)
        rc = node_add_manual(ctl, &conf->manuals[i]);
    for (size_t i = 0; i < conf->n_bypasses && rc == 0; i++)
        rc = node_add_bypass(ctl, &conf->bypasses[i], bypasses.list[i].row);
    ctl->traps = (struct ctl_traps){0}; /* while both sets are in force, a number may be of either */
    while (rc == 0 && (rc = node_ask(ctl, NODE_POLICIES_COMMIT)) > 0) {
        rc = 0;
        ctl_aside_turn(ctl);
    }
    ctl->traps = rc == 0 ? traps : before;
    free(rc == 0 ? before.list : traps.list);
    if (rc == 0)
        rc = node_commit_routes(ctl, conf);
    if (rc == 0)
        ctl->bypasses = bypasses;
    return rc;
}
