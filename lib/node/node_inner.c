/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of pairs with what each has. An address or route that another pair has, too, is neither made again
 * nor taken away: that is how a rekeying leaves it where it is.
 */
#include "node_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dp.h"
#include "esp_pair.h"
#include "host_log.h"
#include "host_tun.h"
#include "node_int.h"

#define INNER_ROUTES_MAX 64 /* of a pair; a peer cannot make them more than its selectors ask for */

struct node_inner {
    struct node_inner *next;
    uint32_t spi_in;
    size_t port, n_addrs, n_routes;
    struct base_addr addrs[2]; /* those that could be set */
    struct base_prefix routes[INNER_ROUTES_MAX];
};

static const char *inner_interface(const struct node *node, size_t port)
{
    return node->params.ports[port].host;
}

static bool inner_has_addr(const struct node_inner *in, const struct base_addr *addr)
{
    for (size_t i = 0; i < in->n_addrs; i++)
        if (base_addr_equal(&in->addrs[i], addr))
            return true;
    return false;
}

static bool inner_has_route(const struct node_inner *in, size_t port, const struct base_prefix *to)
{
    for (size_t i = 0; in->port == port && i < in->n_routes; i++)
        if (in->routes[i].len == to->len && base_addr_equal(&in->routes[i].addr, &to->addr))
            return true;
    return false;
}

static bool addr_is_known(const struct node *node, const struct base_addr *addr)
{
    const struct node_inner *in = node->inner;
    while (in && !inner_has_addr(in, addr))
        in = in->next;
    return in != NULL;
}

static bool route_is_known(const struct node *node, size_t port, const struct base_prefix *to)
{
    const struct node_inner *in = node->inner;
    while (in && !inner_has_route(in, port, to))
        in = in->next;
    return in != NULL;
}

/* A peer's word does not make this machine answer for what is no host's address. */
static bool addr_is_a_hosts(const struct base_addr *a)
{
    static const uint8_t zero[16], loopback6[16] = {[15] = 1};
    if (a->family == BASE_AF_IP4)
        return a->bytes[0] != 0 && a->bytes[0] != 127 && a->bytes[0] < 224;
    return a->bytes[0] != 0xff && !(a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80) &&
           memcmp(a->bytes, zero, 16) != 0 && memcmp(a->bytes, loopback6, 16) != 0;
}

/* The port whose address the SA has, if it has a host interface; n_ports: there is none. */
static size_t inner_port(const struct node *node, const struct base_addr *local)
{
    size_t i = 0;
    for (; i < node->n_ports; i++)
        for (size_t k = 0; k < node->params.ports[i].n_addrs; k++)
            if (base_addr_equal(&node->params.ports[i].addrs[k].addr, local))
                return node->feeds[i].is_open ? i : node->n_ports;
    return i;
}

static void inner_log(const struct node *node, size_t port, const struct base_addr *addr, int error)
{
    char text[BASE_ADDR_TEXT_MAX];
    base_addr_text(addr, text);
    if (error == 0)
        host_log(HOST_NOTICE, "event=inner_address_set address=%s interface=%s", text,
                 inner_interface(node, port));
    else
        host_log(HOST_WARN,
                 "event=inner_address_not_set address=%s error=\"%s\" effect=\"the SA is up, and this "
                 "machine's own "
                 "programs do not use it\"",
                 text,
                 error == -EADDRINUSE ? "an interface or port has it already"
                 : error == -ENODEV   ? "the port of the SA has no host interface (ports.NAME.host)"
                 : error == -EINVAL   ? "it is no address of a host"
                                      : strerror(-error));
}

/* is_news: it was not said of a pair before this one already. */
static int addr_set(struct node *node, size_t port, const struct base_addr *addr, bool is_news)
{
    if (addr_is_known(node, addr))
        return 0;
    int rc = port == node->n_ports ? -ENODEV : !addr_is_a_hosts(addr) ? -EINVAL : 0;
    if (rc == 0)
        rc = dp_inner_add(node->dp, (uint16_t)port, addr);
    const bool is_in_dp = rc == 0;
    if (rc == 0)
        rc = host_tun_addr_add(inner_interface(node, port), addr);
    if (rc < 0 && is_in_dp)
        dp_inner_remove(node->dp, addr);
    if (rc == 0 || is_news)
        inner_log(node, port, addr, rc);
    return rc;
}

/* What a selector leads to, by the address of its family. */
static void routes_set(struct node *node, struct node_inner *in, const struct base_ts *ts)
{
    struct base_prefix list[INNER_ROUTES_MAX];
    struct base_addr rest;
    const struct base_addr *from = NULL;
    for (size_t i = 0; i < in->n_addrs; i++)
        if (in->addrs[i].family == ts->lo.family)
            from = &in->addrs[i];
    if (!from)
        return;
    const size_t n = base_prefixes_of(&ts->lo, &ts->hi, list, INNER_ROUTES_MAX - in->n_routes, &rest);
    for (size_t i = 0; i < n; i++) {
        char text[BASE_PREFIX_TEXT_MAX];
        const int rc = route_is_known(node, in->port, &list[i])
                           ? 0
                           : host_tun_route_add(inner_interface(node, in->port), from, &list[i]);
        if (rc == 0)
            in->routes[in->n_routes++] = list[i];
        else
            host_log(HOST_WARN, "event=inner_route_not_set to=%s interface=%s error=\"%s\"",
                     base_prefix_text(&list[i], text), inner_interface(node, in->port), strerror(-rc));
    }
    if (rest.family)
        host_log(HOST_WARN, "event=inner_routes_left_out effect=\"more than %d are not set for one SA\"",
                 INNER_ROUTES_MAX);
}

void node_inner_install(struct node *node, const struct esp_pair *pair)
{
    if (!pair->inner[0].family)
        return;
    struct node_inner *in = calloc(1, sizeof *in);
    if (!in)
        return;
    in->spi_in = pair->spi_in;
    in->port = inner_port(node, &pair->path.local.addr);
    for (size_t i = 0; i < 2; i++)
        if (pair->inner[i].family && addr_set(node, in->port, &pair->inner[i], !pair->replaces_in) == 0)
            in->addrs[in->n_addrs++] = pair->inner[i];
    for (size_t i = 0; i < pair->remote_ts.count && in->n_addrs; i++)
        routes_set(node, in, &pair->remote_ts.list[i]);
    in->next = node->inner;
    node->inner = in;
}

/* It is on the list no more. */
static void inner_end(struct node *node, struct node_inner *in)
{
    for (size_t i = 0; i < in->n_routes; i++)
        if (!route_is_known(node, in->port, &in->routes[i]))
            (void)host_tun_route_remove(inner_interface(node, in->port), &in->routes[i]);
    for (size_t i = 0; i < in->n_addrs; i++) {
        char text[BASE_ADDR_TEXT_MAX];
        if (addr_is_known(node, &in->addrs[i]))
            continue;
        (void)host_tun_addr_remove(inner_interface(node, in->port), &in->addrs[i]);
        dp_inner_remove(node->dp, &in->addrs[i]);
        host_log(HOST_NOTICE, "event=inner_address_removed address=%s interface=%s",
                 base_addr_text(&in->addrs[i], text), inner_interface(node, in->port));
    }
    free(in);
}

void node_inner_remove(struct node *node, uint32_t spi_in)
{
    struct node_inner **at = &node->inner;
    while (*at && (*at)->spi_in != spi_in)
        at = &(*at)->next;
    struct node_inner *in = *at;
    if (!in)
        return;
    *at = in->next;
    inner_end(node, in);
}

const char *node_inner_interface(const struct node *node, const struct base_addr *addr)
{
    for (const struct node_inner *in = node->inner; in; in = in->next)
        if (inner_has_addr(in, addr))
            return inner_interface(node, in->port);
    return NULL;
}

void node_inner_stop(struct node *node)
{
    while (node->inner) {
        struct node_inner *in = node->inner;
        node->inner = in->next;
        inner_end(node, in);
    }
}
