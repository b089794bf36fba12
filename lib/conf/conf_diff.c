/* SPDX-License-Identifier: BSD-3-Clause */
/* Old and new snapshot -> what a reload does. It only tells; doing is the control core's. */
#include "conf_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static void op_add(struct conf_diff *d, enum conf_op_type type, const char *prefix, const char *name)
{
    struct conf_op *op = &d->ops[d->n_ops++];
    op->type = type;
    snprintf(op->name, sizeof op->name, "%s%s", prefix, name);
    d->needs_restart |= type == CONF_OP_RESTART;
}

/* The one at [i] with its namesake behind it, or alone. Returns how many it took. */
static size_t conn_op(struct conf_diff *d, const struct named *list, size_t i, size_t n)
{
    const struct ike_conn_conf *c = list[i].conn;
    const bool has_twin = i + 1 < n && strcmp(c->name, list[i + 1].conn->name) == 0;
    if (!has_twin)
        op_add(d, list[i].is_new ? CONF_OP_CONN_ADDED : CONF_OP_CONN_REMOVED, "", c->name);
    else if (ike_conn_conf_equal(c, list[i + 1].conn))
        op_add(d, CONF_OP_CONN_UNCHANGED, "", c->name);
    else
        op_add(d, CONF_OP_CONN_CHANGED, "", c->name);
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
static bool same_port(const struct conf_port *a, const struct conf_port *b)
{
    struct conf_port x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    x.gateway = y.gateway = (struct base_addr){0};
    return memcmp(&x, &y, sizeof x) == 0;
}

static void diff_ports(struct conf_diff *d, const struct conf *from, const struct conf *to)
{
    for (size_t i = 0; i < from->n_ports; i++) {
        const struct conf_port *now = conf_port_find(to, from->ports[i].name);
        if (!now || !same_port(&from->ports[i], now))
            op_add(d, CONF_OP_RESTART, "ports.", from->ports[i].name);
    }
    for (size_t i = 0; i < to->n_ports; i++)
        if (!conf_port_find(from, to->ports[i].name))
            op_add(d, CONF_OP_RESTART, "ports.", to->ports[i].name);
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

int conf_diff_make(const struct conf *from, const struct conf *to, struct conf_diff *out)
{
    const size_t most = from->ike->n_conns + to->ike->n_conns + from->n_ports + to->n_ports + 5;
    *out = (struct conf_diff){.ops = calloc(most, sizeof *out->ops)};
    if (!out->ops || diff_conns(out, from->ike, to->ike) < 0) {
        conf_diff_free(out);
        return -ENOMEM;
    }
    if (!same_routes(from, to))
        op_add(out, CONF_OP_ROUTES, "", "routes");
    if (!same_nat(from->ike, to->ike))
        op_add(out, CONF_OP_NAT, "", "nat");
    diff_ports(out, from, to);
    if (memcmp(&from->workers, &to->workers, sizeof from->workers) != 0)
        op_add(out, CONF_OP_RESTART, "", "workers");
    if (memcmp(&from->eal, &to->eal, sizeof from->eal) != 0)
        op_add(out, CONF_OP_RESTART, "", "eal");
    if (memcmp(&from->control, &to->control, sizeof from->control) != 0)
        op_add(out, CONF_OP_RESTART, "", "control");
    if (from->tunnel.mss_clamp != to->tunnel.mss_clamp || from->tunnel.copy_df != to->tunnel.copy_df)
        op_add(out, CONF_OP_RESTART, "", "tunnel");
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
