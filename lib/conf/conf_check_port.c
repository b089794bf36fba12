/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules about ports, routes and cores that take more than one value to judge. */
#include "conf_int.h"

#include <string.h>

static bool is_link_local(const struct base_addr *addr)
{
    return addr->family == BASE_AF_IP6 && addr->bytes[0] == 0xfe && (addr->bytes[1] & 0xc0) == 0x80;
}

/* Whether a next hop can be reached on a link: in a network of the port, or the port is alone in its /32. */
static bool is_on_link(const struct conf_port *port, const struct base_addr *hop)
{
    if (is_link_local(hop))
        return true;        /* how IPv6 routers are usually written (RFC 4861 4.2) */
    if (!port->n_addresses) /* the host's, which are not known here */
        return true;
    for (size_t i = 0; i < port->n_addresses; i++) {
        const struct base_prefix *a = &port->addresses[i];
        if (a->addr.family != hop->family)
            continue;
        /* Clouds give /32 addresses whose gateway is outside of it, yet on link. */
        if (a->len == base_addr_size(hop->family) * 8 || base_prefix_contains(a, hop))
            return true;
    }
    return false;
}

static bool has_address(const struct conf_port *port, const struct base_addr *addr)
{
    for (size_t i = 0; i < port->n_addresses; i++)
        if (base_addr_equal(&port->addresses[i].addr, addr))
            return true;
    return false;
}

bool conf_is_outside_address(const struct conf *conf, const struct base_addr *addr)
{
    for (size_t i = 0; i < conf->n_ports; i++)
        if (conf->ports[i].role & CONF_ROLE_OUTSIDE && has_address(&conf->ports[i], addr))
            return true;
    return false;
}

bool conf_may_be_outside_address(const struct conf *conf, const struct base_addr *addr)
{
    for (size_t i = 0; i < conf->n_ports; i++)
        if (conf->ports[i].role & CONF_ROLE_OUTSIDE && !conf->ports[i].n_addresses)
            return true;
    return conf_is_outside_address(conf, addr);
}

static void check_two_ports(struct conf_reader *r, const struct conf_port *a, const struct conf_port *b)
{
    char text[BASE_ADDR_TEXT_MAX], net[BASE_PREFIX_TEXT_MAX];
    const size_t mark = conf_enter(r, b->name);
    if (strcmp(a->device, b->device) == 0 || (a->interface[0] && strcmp(a->interface, b->interface) == 0))
        conf_fail(
            r, "has the same device as port \"%s\"; each device serves one port (role \"both\" is one-armed)",
            a->name);
    for (size_t i = 0; i < b->n_addresses; i++) {
        const struct base_prefix *p = &b->addresses[i];
        if (has_address(a, &p->addr))
            conf_fail(r, "has address %s, which port \"%s\" has too", base_addr_text(&p->addr, text),
                      a->name);
        else if (a->n_addresses && is_on_link(a, &p->addr) && p->len < base_addr_size(p->addr.family) * 8)
            conf_warn(r, "network %s overlaps one of port \"%s\"; packets to it leave by only one of them",
                      base_prefix_text(p, net), a->name);
    }
    conf_leave(r, mark);
}

static void check_device(struct conf_reader *r, const struct conf_port *port)
{
    const size_t mark = conf_enter(r, port->name);
    size_t deeper = conf_enter(r, "device");
    if (port->kind == CONF_DEVICE_INTERFACE && !conf_is_interface_name(port->device))
        conf_fail(r,
                  "\"%.64s\" is neither the name of an interface (eth0; at most 15 bytes), nor a PCI address "
                  "(0000:01:00.0), nor a device in DPDK's notation (net_memif0,id=1)",
                  port->device);
    conf_leave(r, deeper);
    deeper = conf_enter(r, "driver");
    if (port->kind != CONF_DEVICE_INTERFACE && port->driver != CONF_DRIVER_AUTO)
        conf_fail(r, "is for a device that is an interface by its name; \"%.64s\" says itself what drives it",
                  port->device);
    conf_leave(r, deeper);
    conf_leave(r, mark);
}

static void check_host(struct conf_reader *r, const struct conf *conf, const struct conf_port *port)
{
    if (!port->host[0])
        return;
    const size_t mark = conf_enter(r, port->name), deeper = conf_enter(r, "host");
    if (!conf_is_interface_name(port->host))
        conf_fail(r, "\"%s\" is no name of an interface; write letters and digits, as in \"culvert0\"",
                  port->host);
    for (const struct conf_port *p = conf->ports; p < conf->ports + conf->n_ports; p++) {
        if (strcmp(p->interface, port->host) == 0)
            conf_fail(r, "\"%s\" is the interface that port \"%s\" is made over; write the name of a new one",
                      port->host, p->name);
        if (p < port && strcmp(p->host, port->host) == 0)
            conf_fail(r, "port \"%s\" has the interface \"%s\" already; each needs one of its own", p->name,
                      port->host);
    }
    conf_leave(r, deeper);
    conf_leave(r, mark);
}

static void check_port(struct conf_reader *r, const struct conf_port *port)
{
    char hop[BASE_ADDR_TEXT_MAX];
    if (!port->n_addresses && (!port->interface[0] || !port->host[0])) {
        const size_t mark = conf_enter(r, port->name);
        conf_fail(r, "addresses: is missing; only a port over an interface of the kernel that has a \"host\" "
                     "interface can leave its addresses to the host");
        conf_leave(r, mark);
    }
    if (port->gateway.family == BASE_AF_NONE)
        return;
    const size_t mark = conf_enter(r, port->name), deeper = conf_enter(r, "gateway");
    base_addr_text(&port->gateway, hop);
    if (has_address(port, &port->gateway))
        conf_fail(r, "%s is this port's own address; write the router's", hop);
    else if (!is_on_link(port, &port->gateway))
        conf_fail(
            r, "%s is in none of this port's networks, so it cannot be reached; correct addresses or gateway",
            hop);
    conf_leave(r, deeper);
    conf_leave(r, mark);
}

static void check_roles(struct conf_reader *r, const struct conf *conf)
{
    unsigned roles = 0;
    for (size_t i = 0; i < conf->n_ports; i++)
        roles |= conf->ports[i].role;
    if (!(roles & CONF_ROLE_OUTSIDE))
        conf_fail(r, "no port has the role \"outside\" or \"both\", so no peer can be reached");
    if (!(roles & CONF_ROLE_INSIDE))
        conf_fail(
            r, "no port has the role \"inside\" or \"both\", so there is nothing to protect; with one port "
               "write \"both\"");
}

static void check_routes(struct conf_reader *r, const struct conf *conf)
{
    char hop[BASE_ADDR_TEXT_MAX];
    const size_t mark = conf_enter(r, "routes");
    for (size_t i = 0; i < conf->n_routes; i++) {
        const struct conf_route *route = &conf->routes[i];
        const struct conf_port *port = &conf->ports[route->port];
        const size_t at = conf_enter_at(r, i), deeper = conf_enter(r, "via");
        if (route->via.family == BASE_AF_NONE)
            ; /* on link */
        else if (has_address(port, &route->via))
            conf_fail(r, "%s is our own address; write the router's", base_addr_text(&route->via, hop));
        else if (!is_on_link(port, &route->via))
            conf_fail(r, "%s is in none of the networks of port \"%s\"", base_addr_text(&route->via, hop),
                      port->name);
        conf_leave(r, deeper);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
}

static void check_cores(struct conf_reader *r, const struct conf_workers *w)
{
    const size_t mark = conf_enter(r, "workers.cores");
    for (size_t i = 0; i < w->n_cores; i++) {
        for (size_t j = 0; j < i; j++)
            if (w->cores[i] == w->cores[j])
                conf_fail(r, "core %u stands here twice", w->cores[i]);
        if (w->cores[i] == w->control_core && w->poll == CONF_POLL_BUSY)
            conf_warn(r,
                      "core %u is the control core too, and a busy worker leaves it no time; use another, or "
                      "poll \"adaptive\"",
                      w->cores[i]);
    }
    conf_leave(r, mark);
}

bool conf_has_outside_host(const struct conf *conf)
{
    for (size_t i = 0; i < conf->n_ports; i++)
        if (conf->ports[i].role & CONF_ROLE_OUTSIDE && conf->ports[i].host[0])
            return true;
    return false;
}

static void check_tcp(struct conf_reader *r, const struct conf *conf)
{
    const size_t mark = conf_enter(r, "tcp.listen");
    if (conf->tcp.n_listen && !conf_has_outside_host(conf))
        conf_fail(
            r, "no outside port has a host interface, behind which the kernel's TCP takes connections; write "
               "ports.NAME.host");
    for (size_t i = 0; i < conf->tcp.n_listen; i++)
        for (size_t j = 0; j < i; j++)
            if (conf->tcp.listen[i] == conf->tcp.listen[j])
                conf_fail(r, "port %u stands here twice", conf->tcp.listen[i]);
    conf_leave(r, mark);
}

void conf_check_ports(struct conf_reader *r, const struct conf *conf)
{
    /* With a port left out for its errors, what the others lack would be a false alarm. */
    const bool is_whole = r->report->n_errors == 0;
    const size_t mark = conf_enter(r, "ports");
    for (size_t i = 0; i < conf->n_ports; i++) {
        check_device(r, &conf->ports[i]);
        check_port(r, &conf->ports[i]);
        check_host(r, conf, &conf->ports[i]);
        for (size_t j = 0; j < i; j++)
            check_two_ports(r, &conf->ports[j], &conf->ports[i]);
    }
    if (is_whole)
        check_roles(r, conf);
    conf_leave(r, mark);
    check_routes(r, conf);
    check_cores(r, &conf->workers);
    check_tcp(r, conf);
}
