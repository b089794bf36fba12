/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Old and new snapshot -> what a reload does, key by key, and what of the new one waits for a restart: that
 * is judged by what the daemon was started with, however often it was loaded since. What a change asks stands
 * in the table of keys. It only tells; doing is the control core's.
 */
#include "conf_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "eap.h"
#include "eap_users.h"
#include "ike_cred.h"
#include "ike_grant.h"

#define ROOM_MIN 64

__attribute__((format(printf, 3, 4))) static void op_add(struct conf_diff *d, enum conf_op_type type,
                                                         const char *format, ...)
{
    if (d->n_ops == d->room) {
        const size_t room = d->room ? 2 * d->room : ROOM_MIN;
        struct conf_op *ops = realloc(d->ops, room * sizeof *ops);
        d->is_short = d->is_short || !ops;
        if (!ops)
            return;
        d->ops = ops;
        d->room = room;
    }
    struct conf_op *op = &d->ops[d->n_ops++];
    va_list args;
    va_start(args, format);
    op->type = type;
    vsnprintf(op->name, sizeof op->name, format, args);
    va_end(args);
    d->needs_restart |= type == CONF_OP_RESTART;
}

/* The same section of two snapshots, and where it stands: "connections.foo.local". */
struct twins {
    struct conf_objects from, to;
    const char *path;
};

/* Keys of a section whose values differ, each with what it asks; `only` or, when that is 0, all. */
static void diff_keys(struct conf_diff *d, enum conf_section in, const struct twins *t, enum conf_asks only)
{
    static const enum conf_op_type op_of[] = {[CONF_ASKS_NOTHING] = CONF_OP_IN_FORCE,
                                              [CONF_ASKS_MOVE] = CONF_OP_MOVE,
                                              [CONF_ASKS_CHILD] = CONF_OP_NEW_CHILD,
                                              [CONF_ASKS_SA] = CONF_OP_NEW_SA,
                                              [CONF_ASKS_RESTART] = CONF_OP_RESTART};
    size_t count;
    const struct conf_key *keys = conf_keys(&count);
    for (const struct conf_key *k = keys; k < keys + count; k++) {
        const struct ike_field *f;
        if (k->in != in || (only && conf_key_asks(k) != only))
            continue;
        const void *from = conf_key_object(k, &t->from, &f), *to = conf_key_object(k, &t->to, &f);
        if (from && to && !ike_field_equal(f, from, to))
            op_add(d, op_of[conf_key_asks(k)], "%s.%s", t->path, k->name);
    }
}

/* The one child that subnets imply has the name of its connection. */
static bool has_implied_child(const struct ike_conn_conf *c)
{
    return c->n_children == 1 && strcmp(c->children[0].name, c->name) == 0;
}

static struct ike_child_conf *child_find(const struct ike_conn_conf *c, const char *name)
{
    for (size_t i = 0; i < c->n_children; i++)
        if (strcmp(c->children[i].name, name) == 0)
            return &c->children[i];
    return NULL;
}

static void diff_children(struct conf_diff *d, const struct ike_conn_conf *from,
                          const struct ike_conn_conf *to)
{
    for (size_t i = 0; i < from->n_children; i++) {
        char path[sizeof d->ops->name];
        struct ike_child_conf *child = &from->children[i], *next = child_find(to, child->name);
        snprintf(path, sizeof path, "connections.%s.children.%s", from->name, child->name);
        const struct twins t = {{.child = child}, {.child = next}, path};
        if (!next)
            op_add(d, CONF_OP_REMOVED, "%s", path);
        diff_keys(d, CONF_S_NET, &t, 0);
    }
    for (size_t i = 0; i < to->n_children; i++)
        if (!child_find(from, to->children[i].name))
            op_add(d, CONF_OP_ADDED, "connections.%s.children.%s", to->name, to->children[i].name);
}

/* Certificates of further rounds. */
static void diff_then(struct conf_diff *d, const struct ike_conn_conf *from, const struct ike_conn_conf *to)
{
    const struct crypt_pki_ops *pki = from->conf->pki;
    char thens[IKE_ROUNDS_MAX * sizeof ".then"];
    struct base_text t = base_text(thens, sizeof thens);
    for (; pki && from && to; from = from->then, to = to->then) {
        base_text_add(&t, ".then");
        if (!ike_creds_equal(pki, from->creds, to->creds))
            op_add(d, CONF_OP_IN_FORCE, "certificate of connections.%s.local%s", from->name, thens);
        if (!ike_anchor_equal(pki, from->anchor, to->anchor))
            op_add(d, CONF_OP_IN_FORCE, "certificates for connections.%s.remote%s", from->name, thens);
    }
}

/* What we log in by elsewhere; the next authentication takes it. */
static bool same_login(const struct eap_login *a, const struct eap_login *b)
{
    if (!a || !b)
        return a == b;
    return base_span_equal(eap_name_span(&a->name), eap_name_span(&b->name)) &&
           base_span_equal(eap_name_span(&a->identity), eap_name_span(&b->identity)) &&
           base_equal_secret(a->hash, b->hash, sizeof a->hash);
}

static bool same_xauth_login(const struct ike_xauth_login *a, const struct ike_xauth_login *b)
{
    if (!a || !b)
        return a == b;
    return a->user_len == b->user_len && memcmp(a->user, b->user, a->user_len) == 0 &&
           a->password_len == b->password_len && base_equal_secret(a->password, b->password, a->password_len);
}

/* What differs beside its secret. */
static void diff_conn_values(struct conf_diff *d, struct ike_conn_conf *from, struct ike_conn_conf *to)
{
    static const struct {
        enum conf_section in;
        const char *name;
    } sections[] = {{CONF_S_CONNECTION, ""},
                    {CONF_S_LOCAL, ".local"},
                    {CONF_S_REMOTE, ".remote"},
                    {CONF_S_CHILD, ".child"}};
    const bool is_implied = has_implied_child(from) && has_implied_child(to);
    struct twins t = {{.conn = from}, {.conn = to}, NULL};
    if (is_implied) {
        t.from.child = from->children;
        t.to.child = to->children;
    }
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char path[sizeof d->ops->name];
        snprintf(path, sizeof path, "connections.%s%s", from->name, sections[i].name);
        t.path = path;
        diff_keys(d, sections[i].in, &t, 0);
    }
    if (!is_implied)
        diff_children(d, from, to);
    /* A renewed certificate is shown from the next authentication on. */
    if (from->conf->pki && !ike_creds_equal(from->conf->pki, from->creds, to->creds))
        op_add(d, CONF_OP_IN_FORCE, "certificate of connections.%s.local", from->name);
    if (from->conf->pki && !ike_anchor_equal(from->conf->pki, from->anchor, to->anchor))
        op_add(d, CONF_OP_IN_FORCE, "certificates for connections.%s.remote", from->name);
    if (!same_login(from->login, to->login) || !same_xauth_login(from->xauth_login, to->xauth_login))
        op_add(d, CONF_OP_IN_FORCE, "login of connections.%s.local", from->name);
    const size_t n_rows = ike_grants_differ(from, to);
    if (n_rows)
        op_add(d, CONF_OP_NEW_SA, "%zu rows of connections.%s.remote", n_rows, from->name);
    if (from->then && to->then)
        diff_then(d, from->then, to->then);
    if (!ike_conn_conf_same_rounds(from, to))
        op_add(d, CONF_OP_NEW_SA, "further rounds of connections.%s", from->name);
}

static void diff_conn(struct conf_diff *d, struct ike_conn_conf *from, struct ike_conn_conf *to)
{
    const size_t before = d->n_ops;
    if (!ike_conn_conf_is_same(from, to))
        diff_conn_values(d, from, to);
    if (!ike_conn_conf_same_secret(from, to))
        op_add(d, CONF_OP_NEW_SA, "secrets for connections.%s", from->name);
    if (d->n_ops == before)
        op_add(d, CONF_OP_UNCHANGED, "%s", from->name);
}

static void diff_pools(struct conf_diff *d, const struct ike_conf *from, const struct ike_conf *to)
{
    for (size_t i = 0; i < from->n_pools; i++) {
        char path[sizeof d->ops->name];
        struct ike_pool_conf *pool = &from->pools[i];
        const size_t next = ike_conf_pool(to, pool->name);
        snprintf(path, sizeof path, "pools.%s", pool->name);
        const struct twins t = {{.own = pool}, {.own = next < to->n_pools ? &to->pools[next] : NULL}, path};
        if (!t.to.own)
            op_add(d, CONF_OP_REMOVED, "%s", path);
        diff_keys(d, CONF_S_POOL, &t, 0);
    }
    for (size_t i = 0; i < to->n_pools; i++)
        if (ike_conf_pool(from, to->pools[i].name) == from->n_pools)
            op_add(d, CONF_OP_ADDED, "pools.%s", to->pools[i].name);
}

/* Of peers of patterns: their SAs end with their keys, and no other does. */
static void diff_secrets(struct conf_diff *d, const struct ike_conf *from, const struct ike_conf *to)
{
    struct conf_secrets_diff lost = {0}, added = {0};
    const bool has_room = conf_secrets_lost(from, to, &lost) && conf_secrets_lost(to, from, &added);
    d->is_short = d->is_short || !has_room;
    for (size_t i = 0; has_room && i < from->n_conns; i++) {
        const char *name = from->conns[i].name;
        if (lost.changed[i])
            op_add(d, CONF_OP_NEW_SA, "secrets of %u peers of connections.%s", lost.changed[i], name);
        if (lost.removed[i])
            op_add(d, CONF_OP_REMOVED, "secrets of %u peers of connections.%s, with their SAs",
                   lost.removed[i], name);
    }
    for (size_t i = 0; has_room && i < to->n_conns; i++)
        if (added.removed[i])
            op_add(d, CONF_OP_ADDED, "secrets of %u peers of connections.%s", added.removed[i],
                   to->conns[i].name);
    conf_secrets_diff_free(&lost);
    conf_secrets_diff_free(&added);
}

static void diff_conns(struct conf_diff *d, const struct ike_conf *from, const struct ike_conf *to)
{
    if (!eap_users_equal(from->users, to->users))
        op_add(d, CONF_OP_IN_FORCE, "users");
    const size_t n_removed = eap_users_removed(from->users, to->users);
    const size_t n_renewed = eap_users_renewed(from->users, to->users);
    if (n_renewed)
        op_add(d, CONF_OP_IN_FORCE, "passwords of %zu of users", n_renewed);
    if (n_removed)
        op_add(d, CONF_OP_REMOVED, "%zu of users, with their SAs", n_removed);
    for (size_t i = 0; i < from->n_conns; i++) {
        struct ike_conn_conf *c = &from->conns[i];
        const struct ike_conn_conf *next = ike_conf_conn(to, c->name);
        if (next)
            diff_conn(d, c, &to->conns[next - to->conns]);
        else
            op_add(d, CONF_OP_REMOVED, "%s", c->name);
    }
    for (size_t i = 0; i < to->n_conns; i++)
        if (!ike_conf_conn(from, to->conns[i].name))
            op_add(d, CONF_OP_ADDED, "%s", to->conns[i].name);
}

static void diff_manual(struct conf_diff *d, struct conf_manual *from, struct conf_manual *to)
{
    char path[sizeof d->ops->name];
    const size_t before = d->n_ops;
    snprintf(path, sizeof path, "manual.%s", from->name);
    const struct twins t = {{.own = from}, {.own = to}, path};
    diff_keys(d, CONF_S_MANUAL, &t, 0);
    if (d->n_ops != before)
        return;
    if (conf_manual_equal(from, to))
        op_add(d, CONF_OP_UNCHANGED, "%s", path);
    else
        op_add(d, CONF_OP_NEW_CHILD, "key of %s", path);
}

static void diff_manuals(struct conf_diff *d, const struct conf *from, const struct conf *to)
{
    if (from->is_lab != to->is_lab)
        op_add(d, CONF_OP_IN_FORCE, "lab");
    for (size_t i = 0; i < from->n_manuals; i++) {
        struct conf_manual *m = &from->manuals[i];
        const struct conf_manual *next = conf_manual_find(to, m->name);
        if (next)
            diff_manual(d, m, &to->manuals[next - to->manuals]);
        else
            op_add(d, CONF_OP_REMOVED, "manual.%s", m->name);
    }
    for (size_t i = 0; i < to->n_manuals; i++)
        if (!conf_manual_find(from, to->manuals[i].name))
            op_add(d, CONF_OP_ADDED, "manual.%s", to->manuals[i].name);
}

static void diff_bypass(struct conf_diff *d, enum conf_op_type type, const struct conf_bypass *b)
{
    char sentence[sizeof d->ops->name];
    struct base_text text = base_text(sentence, sizeof sentence);
    base_text_add(&text, "bypass of ");
    base_ts_text(&text, b->local_ts);
    base_text_add(&text, " and ");
    base_ts_text(&text, b->remote_ts);
    op_add(d, type, "%s", sentence);
}

static void diff_bypasses(struct conf_diff *d, const struct conf *from, const struct conf *to)
{
    for (size_t i = 0; i < from->n_bypasses; i++)
        if (!conf_bypass_find(to, &from->bypasses[i]))
            diff_bypass(d, CONF_OP_REMOVED, &from->bypasses[i]);
    for (size_t i = 0; i < to->n_bypasses; i++)
        if (!conf_bypass_find(from, &to->bypasses[i]))
            diff_bypass(d, CONF_OP_ADDED, &to->bypasses[i]);
}

/* Of all ports: what asks for a restart, or, when `is_live`, what does not. */
static void diff_ports(struct conf_diff *d, const struct conf *from, const struct conf *to, bool is_live)
{
    for (size_t i = 0; i < from->n_ports; i++) {
        char path[sizeof d->ops->name];
        const struct conf_port *port = &from->ports[i], *next = conf_port_find(to, port->name);
        snprintf(path, sizeof path, "ports.%s", port->name);
        const struct twins t = {{.own = (void *)port}, {.own = (void *)next}, path};
        if (!next && !is_live)
            op_add(d, CONF_OP_RESTART, "%s", path);
        diff_keys(d, CONF_S_PORT, &t, is_live ? CONF_ASKS_NOTHING : CONF_ASKS_RESTART);
    }
    for (size_t i = 0; i < to->n_ports && !is_live; i++)
        if (!conf_port_find(from, to->ports[i].name))
            op_add(d, CONF_OP_RESTART, "ports.%s", to->ports[i].name);
}

bool conf_same_port_names(const struct conf *a, const struct conf *b)
{
    bool same = a->n_ports == b->n_ports;
    for (size_t i = 0; same && i < a->n_ports; i++)
        same = strcmp(a->ports[i].name, b->ports[i].name) == 0;
    return same;
}

static void diff_restart(struct conf_diff *d, const struct conf *in_force, const struct conf *to)
{
    size_t count;
    const struct conf_part *parts = conf_parts(&count);
    diff_ports(d, in_force, to, false);
    if (!conf_same_port_names(in_force, to))
        op_add(d, CONF_OP_RESTART, "routes");
    for (size_t i = 0; i < count; i++) {
        const struct twins t = {{.own = (char *)in_force + parts[i].at},
                                {.own = (char *)to + parts[i].at},
                                conf_section_path(parts[i].in)};
        diff_keys(d, parts[i].in, &t, 0);
    }
}

static bool same_routes(const struct conf *a, const struct conf *b)
{
    bool same = a->n_routes == b->n_routes;
    for (size_t i = 0; same && i < a->n_routes; i++) {
        const struct conf_route *x = &a->routes[i], *y = &b->routes[i];
        same = base_prefix_equal(&x->to, &y->to) && base_addr_equal(&x->via, &y->via) &&
               strcmp(a->ports[x->port].name, b->ports[y->port].name) == 0;
    }
    return same;
}

/* Routes and gateways of a snapshot that waits for a restart as a whole were never applied. */
static void diff_routes(struct conf_diff *d, const struct conf *in_force, const struct conf *from,
                        const struct conf *to)
{
    if (!conf_same_port_names(in_force, to))
        return;
    if (!conf_same_port_names(in_force, from) || !same_routes(from, to))
        op_add(d, CONF_OP_IN_FORCE, "routes");
    diff_ports(d, from, to, true);
}

static int diff_end(struct conf_diff *d)
{
    if (!d->is_short)
        return 0;
    conf_diff_free(d);
    return -ENOMEM;
}

int conf_diff_make(const struct conf *in_force, const struct conf *from, const struct conf *to,
                   struct conf_diff *out)
{
    const struct twins tunnel = {{.conf = from->ike}, {.conf = to->ike}, conf_section_path(CONF_S_TUNNEL)};
    const struct twins nat = {{.conf = from->ike}, {.conf = to->ike}, conf_section_path(CONF_S_NAT)};
    const struct twins limits = {{.conf = from->ike}, {.conf = to->ike}, conf_section_path(CONF_S_LIMITS)};
    *out = (struct conf_diff){0};
    diff_conns(out, from->ike, to->ike);
    diff_secrets(out, from->ike, to->ike);
    diff_pools(out, from->ike, to->ike);
    diff_manuals(out, from, to);
    diff_bypasses(out, from, to);
    diff_routes(out, in_force, from, to);
    diff_keys(out, CONF_S_TUNNEL, &tunnel, 0);
    diff_keys(out, CONF_S_NAT, &nat, 0);
    diff_keys(out, CONF_S_LIMITS, &limits, 0);
    diff_restart(out, in_force, to);
    return diff_end(out);
}

int conf_diff_restart(const struct conf *in_force, const struct conf *loaded, struct conf_diff *out)
{
    *out = (struct conf_diff){0};
    diff_restart(out, in_force, loaded);
    return diff_end(out);
}

void conf_diff_free(struct conf_diff *diff)
{
    free(diff->ops);
    *diff = (struct conf_diff){0};
}

const char *conf_op_name(enum conf_op_type type)
{
    switch (type) {
    case CONF_OP_ADDED:
        return "added";
    case CONF_OP_REMOVED:
        return "removed";
    case CONF_OP_UNCHANGED:
        return "unchanged";
    case CONF_OP_IN_FORCE:
        return "in_force";
    case CONF_OP_MOVE:
        return "move";
    case CONF_OP_NEW_CHILD:
        return "new_child";
    case CONF_OP_NEW_SA:
        return "new_sa";
    case CONF_OP_RESTART:
        return "needs_restart";
    }
    return "unknown";
}
