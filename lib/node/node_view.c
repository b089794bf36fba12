/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies of what tables, workers and devices count, for whoever asks. */
#include "node_view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>

#include "afpkt.h"
#include "afpkt_left.h"
#include "host_addrs.h"
#include "node_inner.h"
#include "node_int.h"
#include "sad_conn.h"

#define CONN_PAIRS_AT_ONCE 8192u /* of which each may be a few lines that are in no cache */

_Static_assert(sizeof(struct dp_counters) <= sizeof(struct node_counters), "all counters of a worker fit");
_Static_assert(sizeof(struct dp_port_counters) <= sizeof(struct node_counters), "all counters of a port fit");
_Static_assert(sizeof(struct sad_counters) <= sizeof(struct node_counters),
               "all counters of a connection fit");

base_time node_time_of_tsc(const struct node *node, uint64_t tsc)
{
    if (tsc == 0)
        return (base_time){0};
    const double ago_ns =
        node->now_tsc > tsc ? (double)(node->now_tsc - tsc) * 1e9 / (double)node->tsc_hz : 0;
    return (base_time){ago_ns < (double)node->now.ns ? node->now.ns - (uint64_t)ago_ns : 1};
}

/* Of a worker, or of all with -1. */
static void view_counters(const struct node *node, int worker, struct node_counters *out)
{
    struct dp_counters c;
    dp_counters(node->dp, worker, &c);
    *out = (struct node_counters){0};
    memcpy(out, &c, sizeof c);
}

void node_view(const struct node *node, struct node_view *out)
{
    *out = (struct node_view){
        .n_workers = node->cores.n_workers,
        .n_ports = node->n_ports,
        .n_cpus = node->cores.n_cpus,
        .spare_cpus = node->cores.spare,
        .has_hugepages = rte_eal_has_hugepages() != 0,
        .is_busy_poll = node->is_busy_poll,
        .own = node->own,
    };
    view_counters(node, -1, &out->counters);
}

bool node_view_worker(const struct node *node, size_t index, struct node_worker_view *out)
{
    struct dp_counters c;
    if (index >= node->cores.n_workers)
        return false;
    dp_counters(node->dp, (int)index, &c);
    const double all = (double)c.busy_cycles + (double)c.idle_cycles;
    *out = (struct node_worker_view){.cpu = node->cores.worker_cpu[index],
                                     .load_percent = all > 0 ? 100.0 * (double)c.busy_cycles / all : 0,
                                     .tid = dp_worker_tid(node->dp, (uint16_t)index),
                                     .polls = c.polls};
    memcpy(&out->counters, &c, sizeof c);
    return true;
}

static void view_socket(const struct node_port *port, struct node_port_view *out)
{
    struct afpkt_counters c;
    afpkt_counters(port->socket, &c);
    out->has_link = out->has_device = true;
    out->is_up = afpkt_is_up(port->socket);
#define AFPKT_COUNT(name) out->device.name = c.name;
#include "afpkt.def"
#undef AFPKT_COUNT
}

static void view_device(const struct node_port *port, struct node_port_view *out)
{
    struct rte_eth_link link;
    struct rte_eth_stats s;
    out->has_link = rte_eth_link_get_nowait(port->id, &link) == 0;
    out->is_up = out->has_link && link.link_status;
    out->has_device = rte_eth_stats_get(port->id, &s) == 0;
    if (out->has_device)
        out->device = (struct node_device_counters){
            .missed = s.imissed, .no_buffer = s.rx_nombuf, .rx_errors = s.ierrors, .tx_errors = s.oerrors};
    if (!out->has_device || !port->left)
        return;
    out->device.completed = afpkt_left_completed(port->left);
    out->device.missed += afpkt_left_missed(port->left);
}

/* Whether packets go in and out; of a driver that does not tell, they do. */
static bool port_has_link(const struct node_port *port)
{
    struct rte_eth_link link;
    if (port->socket)
        return afpkt_is_up(port->socket);
    return rte_eth_link_get_nowait(port->id, &link) != 0 || link.link_status;
}

/* The port that has this address; NULL: none. */
static const struct node_port *port_of(const struct node *node, const struct base_addr *addr)
{
    for (size_t i = 0; i < node->n_ports; i++)
        for (size_t j = 0; j < node->params.ports[i].n_addrs; j++)
            if (base_addr_equal(&node->params.ports[i].addrs[j].addr, addr))
                return &node->ports[i];
    return NULL;
}

uint64_t node_view_links(const struct node *node)
{
    uint64_t links = 0;
    for (size_t i = 0; i < node->n_ports; i++)
        links |= (uint64_t)port_has_link(&node->ports[i]) << i;
    return links;
}

bool node_view_is_usable(const struct node *node, const struct base_addr *local, const struct base_addr *to)
{
    const struct node_port *at = port_of(node, local);
    struct base_addr leaves;
    if (!at || !port_has_link(at) || node_view_local(node, to, &leaves) < 0)
        return false;
    return port_of(node, &leaves) == at;
}

size_t node_view_outside(const struct node *node, struct base_addr *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < node->n_ports; i++) {
        const struct node_port_params *p = &node->params.ports[i];
        for (size_t j = 0; p->role != NODE_ROLE_INSIDE && j < p->n_addrs && n < max; j++)
            out[n++] = p->addrs[j].addr;
    }
    return n;
}

bool node_view_port(const struct node *node, size_t index, struct node_port_view *out)
{
    if (index >= node->n_ports)
        return false;
    const struct node_port *port = &node->ports[index];
    struct dp_port_counters c;
    *out = (struct node_port_view){
        .mtu = port->mtu,
        .rx_queues = port->n_rxq,
        .tx_queues = port->n_txq,
        .host = node->feeds[index].count,
    };
    snprintf(out->driver, sizeof out->driver, "%s", port->driver);
    snprintf(out->reason, sizeof out->reason, "%s", node->devices[index].reason);
    memcpy(out->mac, port->mac.addr_bytes, sizeof out->mac);
    if (port->socket)
        view_socket(port, out);
    else
        view_device(port, out);
    dp_port_counters(node->dp, (uint16_t)index, &c);
    memcpy(&out->counters, &c, sizeof c);
    return true;
}

void node_view_addrs(const struct node *node, size_t index, struct node_addrs *out)
{
    const struct node_port_params *port = &node->params.ports[index];
    *out = (struct node_addrs){0};
    if (index >= node->n_ports)
        return;
    out->n = port->n_addrs;
    memcpy(out->list, port->addrs, sizeof out->list);
}

int node_view_host_addrs(const struct node *node, size_t index, struct node_addrs *out)
{
    struct base_prefix list[2 * NODE_PORT_ADDRS_MAX];
    const int n = index < node->n_ports && node->feeds[index].is_open
                      ? host_addrs_of(node->params.ports[index].host, list, 2 * NODE_PORT_ADDRS_MAX)
                      : -ENODEV;
    *out = (struct node_addrs){0};
    for (int i = 0; i < n && out->n < NODE_PORT_ADDRS_MAX; i++)
        if (!node_inner_interface(node, &list[i].addr))
            out->list[out->n++] = list[i];
    return n < 0 ? n : 0;
}

bool node_view_neighbour(const struct node *node, uint32_t *cursor, struct node_neighbour_view *out)
{
    struct dp_neigh_view v;
    if (!dp_neigh_next(node->dp, cursor, &v))
        return false;
    *out = (struct node_neighbour_view){.port = v.port, .addr = v.addr, .is_resolved = v.is_resolved};
    memcpy(out->mac, v.mac, sizeof out->mac);
    return true;
}

static struct node_direction_view view_direction(const struct node *node, const struct sad_direction_stats *d)
{
    return (struct node_direction_view){d->pkts, d->bytes, d->seq, node_time_of_tsc(node, d->last_tsc)};
}

int node_view_pair(const struct node *node, uint32_t spi_in, struct node_pair_view *out)
{
    struct sad_stats s;
    const int rc = sad_stats(node->sad, spi_in, &s);
    if (rc < 0)
        return rc;
    *out = (struct node_pair_view){
        .spi_in = s.spi_in,
        .spi_out = s.spi_out,
        .ike_id = s.ike_id,
        .conn = s.conn,
        .is_active = s.active,
        .priority = s.priority,
        .is_standby = s.standby,
        .in = view_direction(node, &s.in),
        .out = view_direction(node, &s.out),
        .replay_drops = s.replay_drops,
        .bad_icv = s.bad_icv,
        .bad_trailer = s.bad_trailer,
        .policy_drops = s.policy_drops,
        .limit_drops = s.limit_drops,
        .path = s.path,
        .outer_mtu = s.outer_mtu,
        .inner_mtu = s.inner_mtu,
        .shared = s.shared,
        .owner_in = s.owner_in,
        .owner_out = s.owner_out,
        .stray_in = s.handoffs_in,
        .stray_out = s.handoffs_out,
    };
    return 0;
}

int node_view_conn(const struct node *node, uint32_t conn, struct node_counters *out)
{
    struct sad_counters c;
    const int rc = sad_conn_counters(node->sad, conn, CONN_PAIRS_AT_ONCE, &c);
    *out = (struct node_counters){0};
    if (rc == 0)
        memcpy(out, &c, sizeof c);
    return rc;
}

int node_view_local(const struct node *node, const struct base_addr *to, struct base_addr *local)
{
    uint16_t mtu;
    return dp_route_find(node->dp, to, local, &mtu);
}

uint16_t node_view_mtu(const struct node *node, const struct base_addr *to)
{
    struct base_addr local;
    uint16_t mtu;
    return dp_route_find(node->dp, to, &local, &mtu) == 0 ? mtu : 0;
}

bool node_view_inner(const struct node *node, const struct base_addr *addr, char out[NODE_VIEW_INTERFACE_MAX])
{
    const char *name = node_inner_interface(node, addr);
    snprintf(out, NODE_VIEW_INTERFACE_MAX, "%s", name ? name : "");
    return name != NULL;
}
