/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a commit changes it changes in this order: the data path's addresses, its routes, the host interfaces.
 * So what is the host's already is the port's, and what is no more the port's is no more the host's.
 */
#include "node_addrs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host_addrs.h"
#include "host_log.h"
#include "host_watch.h"
#include "node_event.h"
#include "node_feed.h"
#include "node_int.h"

int node_addrs_find(struct node *node, size_t index, char *why, size_t why_size)
{
    struct node_port_params *port = &node->params.ports[index];
    const int n =
        port->n_addrs ? port->n_addrs : host_addrs_of(port->interface, port->addrs, NODE_PORT_ADDRS_MAX);
    if (n > 0) {
        port->n_addrs = (uint8_t)n;
        return 0;
    }
    snprintf(why, why_size,
             "ports.%s.addresses: %s has none to take over (%s): give it one (ip address add), or write them",
             port->name, port->interface, n < 0 ? strerror(-n) : "none but link-local ones");
    return -1;
}

static bool addrs_are_same(const struct node_port_params *port, const struct node_addrs *staged)
{
    bool same = port->n_addrs == staged->n;
    for (size_t i = 0; same && i < staged->n; i++)
        same = base_prefix_equal(&port->addrs[i], &staged->list[i]);
    return same;
}

/* Of all ports. A port that the data path refuses, and those behind it, keep theirs. */
static int addrs_set_staged(struct node *node)
{
    int rc = 0;
    for (size_t i = 0; i < node->n_ports && rc == 0; i++)
        rc = dp_addrs_set(node->dp, (uint16_t)i, node->stage.addrs[i].n, node->stage.addrs[i].list);
    return rc;
}

static void addrs_set_back(struct node *node)
{
    for (size_t i = 0; i < node->n_ports; i++)
        (void)dp_addrs_set(node->dp, (uint16_t)i, node->params.ports[i].n_addrs, node->params.ports[i].addrs);
}

static void addrs_of_port(struct node *node, size_t index)
{
    struct node_port_params *port = &node->params.ports[index];
    const struct node_addrs *staged = &node->stage.addrs[index];
    struct node_addrs former = {.n = port->n_addrs};
    memcpy(former.list, port->addrs, sizeof former.list);
    port->n_addrs = (uint8_t)staged->n;
    memcpy(port->addrs, staged->list, staged->n * sizeof staged->list[0]);
    node_feed_readdress(node, index, &former);
}

int node_addrs_commit(struct node *node)
{
    const struct node_list *routes = &node->stage.routes;
    bool is_changed = false;
    for (size_t i = 0; i < node->n_ports; i++)
        is_changed |= !addrs_are_same(&node->params.ports[i], &node->stage.addrs[i]);
    int rc = is_changed ? addrs_set_staged(node) : 0;
    if (rc == 0)
        rc = dp_routes_set(node->dp, routes->items, routes->count);
    if (rc < 0 && is_changed)
        addrs_set_back(node);
    if (rc < 0 || !is_changed)
        return rc;
    for (size_t i = 0; i < node->n_ports; i++)
        if (!addrs_are_same(&node->params.ports[i], &node->stage.addrs[i]))
            addrs_of_port(node, i);
    dp_resolve_announce(node->dp);
    return 0;
}

void node_addrs_watch(struct node *node)
{
    struct epoll_event ev = {.events = EPOLLIN};
    node->watch_fd = ev.data.fd = host_watch_open();
    if (node->watch_fd >= 0 && epoll_ctl(node->epoll_fd, EPOLL_CTL_ADD, ev.data.fd, &ev) == 0)
        return;
    host_log(HOST_WARN,
             "event=addresses_unwatched error=\"%s\" effect=\"addresses that a host interface gets or loses "
             "are not noticed\"",
             strerror(node->watch_fd < 0 ? -node->watch_fd : errno));
}

void node_addrs_stop(struct node *node)
{
    if (node->watch_fd >= 0)
        close(node->watch_fd);
    node->watch_fd = -1;
}

bool node_addrs_heard(struct node *node, int fd)
{
    unsigned ifindexes[NODE_PORTS_MAX];
    if (fd != node->watch_fd)
        return false;
    for (size_t i = 0; i < node->n_ports; i++)
        ifindexes[i] = node_feed_ifindex(node, i);
    node->heard |= host_watch_hear(fd, ifindexes, node->n_ports);
    return true;
}

bool node_addrs_event(struct node *node, struct node_event *out)
{
    if (!node->heard)
        return false;
    out->type = NODE_EV_HOST_ADDRS;
    out->port = (uint16_t)__builtin_ctzll(node->heard);
    node->heard &= node->heard - 1;
    return true;
}
