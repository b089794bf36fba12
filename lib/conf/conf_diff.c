/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Old and new snapshot -> what a reload does, and what of the new one waits for a restart: that is judged by
 * what the daemon was started with, however often it was loaded since. It only tells; doing is the control
 * core's.
 */
#include "conf_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A key whose value holds from start to end; its fields lie beside each other in the snapshot. */
struct fixed {
    const char *key;
    size_t at, size;
};

#define FIXED(type, key, first, last)                                                                      \
    {                                                                                                      \
        key, offsetof(type, first), offsetof(type, last) + sizeof((type *)0)->last - offsetof(type, first) \
    }

static const struct fixed port_keys[] = {
    FIXED(struct conf_port, "device", device, is_pci),
    FIXED(struct conf_port, "role", role, role),
    FIXED(struct conf_port, "addresses", n_addresses, addresses),
    FIXED(struct conf_port, "mtu", mtu, mtu),
    FIXED(struct conf_port, "vlan", vlan, vlan),
    FIXED(struct conf_port, "queues", queues, queues),
    FIXED(struct conf_port, "host", host, host),
};

static const struct fixed keys[] = {
    FIXED(struct conf, "workers.cores", workers.n_cores, workers.cores),
    FIXED(struct conf, "workers.control_core", workers.control_core, workers.control_core),
    FIXED(struct conf, "workers.poll", workers.poll, workers.poll),
    FIXED(struct conf, "workers.crypto_threads", workers.crypto_threads, workers.crypto_threads),
    FIXED(struct conf, "eal.hugepages", eal.hugepages, eal.hugepages),
    FIXED(struct conf, "eal.memory_mb", eal.memory_mb, eal.memory_mb),
    FIXED(struct conf, "eal.args", eal.n_args, eal.args),
    FIXED(struct conf, "control.socket", control.socket, control.socket),
    FIXED(struct conf, "control.telemetry", control.telemetry, control.telemetry),
    FIXED(struct conf, "tunnel.mss_clamp", tunnel.mss_clamp, tunnel.mss_clamp),
    FIXED(struct conf, "tunnel.copy_df", tunnel.copy_df, tunnel.copy_df),
};

#define COUNT(list) (sizeof list / sizeof *list)
/* Every key of every port, ports that are gone, the keys above, and the routes. */
#define RESTART_OPS (CONF_PORTS_MAX * (COUNT(port_keys) + 1) + COUNT(keys) + 1)
#define LIVE_OPS    2 /* beside connections: routes and nat */

struct named {
    const struct ike_conn_conf *conn;
    bool is_new;
};

static int named_order(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    const int rc = strcmp(x->conn->name, y->conn->name);
    return rc ? rc : (int)x->is_new - (int)y->is_new;
}

__attribute__((format(printf, 3, 4))) static void op_add(struct conf_diff *d, enum conf_op_type type,
                                                         const char *format, ...)
{
    struct conf_op *op = &d->ops[d->n_ops++];
    va_list args;
    va_start(args, format);
    op->type = type;
    vsnprintf(op->name, sizeof op->name, format, args);
    va_end(args);
    d->needs_restart |= type == CONF_OP_RESTART;
}

/* The one at [i] with its namesake behind it, or alone. Returns how many it took. */
static size_t conn_op(struct conf_diff *d, const struct named *list, size_t i, size_t n)
{
    const struct ike_conn_conf *c = list[i].conn;
    const bool has_twin = i + 1 < n && strcmp(c->name, list[i + 1].conn->name) == 0;
    if (!has_twin)
        op_add(d, list[i].is_new ? CONF_OP_CONN_ADDED : CONF_OP_CONN_REMOVED, "%s", c->name);
    else if (ike_conn_conf_equal(c, list[i + 1].conn))
        op_add(d, CONF_OP_CONN_UNCHANGED, "%s", c->name);
    else
        op_add(d, CONF_OP_CONN_CHANGED, "%s", c->name);
    return has_twin ? 2 : 1;
}

static int diff_conns(struct conf_diff *d, const struct ike_conf *from, const struct ike_conf *to)
{
    const size_t n = from->n_conns + to->n_conns;
    struct named *list = n ? calloc(n, sizeof *list) : NULL;
    if (n == 0)
        return 0;
    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        list[i] = i < from->n_conns ? (struct named){&from->conns[i], false}
                                    : (struct named){&to->conns[i - from->n_conns], true};
    qsort(list, n, sizeof *list, named_order);
    for (size_t i = 0; i < n;)
        i += conn_op(d, list, i, n);
    free(list);
    return 0;
}

/* Snapshots come from calloc() and are filled field by field, so padding is equal: zero. */
static bool differs(const void *a, const void *b, const struct fixed *f)
{
    return memcmp((const char *)a + f->at, (const char *)b + f->at, f->size) != 0;
}

static void diff_ports(struct conf_diff *d, const struct conf *in_force, const struct conf *to)
{
    for (size_t i = 0; i < in_force->n_ports; i++) {
        const struct conf_port *port = &in_force->ports[i], *next = conf_port_find(to, port->name);
        if (!next)
            op_add(d, CONF_OP_RESTART, "ports.%s", port->name);
        for (size_t k = 0; next && k < COUNT(port_keys); k++)
            if (differs(port, next, &port_keys[k]))
                op_add(d, CONF_OP_RESTART, "ports.%s.%s", port->name, port_keys[k].key);
    }
    for (size_t i = 0; i < to->n_ports; i++)
        if (!conf_port_find(in_force, to->ports[i].name))
            op_add(d, CONF_OP_RESTART, "ports.%s", to->ports[i].name);
}

bool conf_same_port_names(const struct conf *a, const struct conf *b)
{
    bool same = a->n_ports == b->n_ports;
    for (size_t i = 0; same && i < a->n_ports; i++)
        same = strcmp(a->ports[i].name, b->ports[i].name) == 0;
    return same;
}

static void diff_fixed(struct conf_diff *d, const struct conf *in_force, const struct conf *to)
{
    diff_ports(d, in_force, to);
    if (!conf_same_port_names(in_force, to))
        op_add(d, CONF_OP_RESTART, "routes");
    for (size_t k = 0; k < COUNT(keys); k++)
        if (differs(in_force, to, &keys[k]))
            op_add(d, CONF_OP_RESTART, "%s", keys[k].key);
}

static bool same_routes(const struct conf *a, const struct conf *b)
{
    if (a->n_routes != b->n_routes)
        return false;
    for (size_t i = 0; i < a->n_routes; i++) {
        const struct conf_route *x = &a->routes[i], *y = &b->routes[i];
        if (!base_addr_equal(&x->to.addr, &y->to.addr) || x->to.len != y->to.len ||
            !base_addr_equal(&x->via, &y->via) || strcmp(a->ports[x->port].name, b->ports[y->port].name) != 0)
            return false;
    }
    for (size_t i = 0; i < a->n_ports; i++) {
        const struct conf_port *now = conf_port_find(b, a->ports[i].name);
        if (now && !base_addr_equal(&a->ports[i].gateway, &now->gateway))
            return false;
    }
    return true;
}

static bool same_nat(const struct ike_conf *a, const struct ike_conf *b)
{
    return a->n_public_addrs == b->n_public_addrs &&
           memcmp(a->public_addrs, b->public_addrs, sizeof a->public_addrs) == 0 &&
           a->half_open_max == b->half_open_max && a->half_open_per_endpoint == b->half_open_per_endpoint &&
           a->cookie_threshold == b->cookie_threshold && a->half_open_timeout_s == b->half_open_timeout_s &&
           a->sas_max == b->sas_max && a->children_max == b->children_max;
}

int conf_diff_make(const struct conf *in_force, const struct conf *from, const struct conf *to,
                   struct conf_diff *out)
{
    const size_t most = from->ike->n_conns + to->ike->n_conns + RESTART_OPS + LIVE_OPS;
    *out = (struct conf_diff){.ops = calloc(most, sizeof *out->ops)};
    if (!out->ops || diff_conns(out, from->ike, to->ike) < 0) {
        conf_diff_free(out);
        return -ENOMEM;
    }
    /* Those of a snapshot that waits for a restart as a whole were never applied. */
    if (conf_same_port_names(in_force, to) &&
        (!conf_same_port_names(in_force, from) || !same_routes(from, to)))
        op_add(out, CONF_OP_ROUTES, "routes");
    if (!same_nat(from->ike, to->ike))
        op_add(out, CONF_OP_NAT, "nat");
    diff_fixed(out, in_force, to);
    return 0;
}

int conf_diff_restart(const struct conf *in_force, const struct conf *loaded, struct conf_diff *out)
{
    *out = (struct conf_diff){.ops = calloc(RESTART_OPS, sizeof *out->ops)};
    if (!out->ops)
        return -ENOMEM;
    diff_fixed(out, in_force, loaded);
    return 0;
}

void conf_diff_free(struct conf_diff *diff)
{
    free(diff->ops);
    *diff = (struct conf_diff){0};
}

const char *conf_op_name(enum conf_op_type type)
{
    switch (type) {
    case CONF_OP_CONN_ADDED:
        return "added";
    case CONF_OP_CONN_REMOVED:
        return "removed";
    case CONF_OP_CONN_CHANGED:
        return "changed";
    case CONF_OP_CONN_UNCHANGED:
        return "unchanged";
    case CONF_OP_ROUTES:
        return "routes";
    case CONF_OP_NAT:
        return "nat";
    case CONF_OP_RESTART:
        return "needs_restart";
    }
    return "unknown";
}
