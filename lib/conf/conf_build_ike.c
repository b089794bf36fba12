/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the engine's configuration: connections with their children, secrets, public addresses, caps.
 * Values were parsed once by conf_read.c and cannot fail here; memory can.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>
#include "base_large.h"
#include "base_secret.h"
#include "conf_creds.h"

static void check_subnets(struct conf_reader *r, const char *side, const char *whom,
                          const struct base_ts_list *ts)
{
    if (base_ts_count(ts) > 0)
        return;
    const size_t at = conf_enter(r, side), deeper = conf_enter(r, "subnets");
    conf_fail(r,
              "missing: write the networks behind %s, such as [ \"10.1.0.0/16\" ], or describe \"children\"",
              whom);
    conf_leave(r, deeper);
    conf_leave(r, at);
}

/* What a child takes from its connection. */
static struct ike_child_conf *child_add(const json_t *o, struct ike_conn_conf *conn, const char *name)
{
    struct ike_child_conf *c = &conn->children[conn->n_children++];
    ike_child_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "%s", name);
    conf_fill(o, CONF_S_CONNECTION, &(struct conf_objects){.child = c});
    conf_fill(json_object_get(o, "child"), CONF_S_CHILD, &(struct conf_objects){.child = c});
    return c;
}

/* Without subnets, a side that gets addresses from the other is those; in transport mode it is the host. */
static bool child_set_dynamic(struct ike_child_conf *c, const struct ike_conn_conf *conn)
{
    const struct base_ts_list dynamic = {.count = 1, .list = {{.port_hi = 65535}}};
    const bool hosts = c->mode == ESP_MODE_TRANSPORT;
    return (c->local_ts || !(hosts || conn->n_virtual_addrs) || base_ts_set(&c->local_ts, &dynamic)) &&
           (c->remote_ts || !(hosts || conn->n_pools) || base_ts_set(&c->remote_ts, &dynamic));
}

/* The one child that local.subnets and remote.subnets imply; it has the connection's name. */
static bool build_implied_child(struct conf_reader *r, const json_t *o, struct ike_conn_conf *conn)
{
    conn->children = calloc(1, sizeof *conn->children);
    if (!conn->children)
        return false;
    struct ike_child_conf *c = child_add(o, conn, conn->name);
    conf_fill(json_object_get(o, "local"), CONF_S_LOCAL, &(struct conf_objects){.child = c});
    conf_fill(json_object_get(o, "remote"), CONF_S_REMOTE, &(struct conf_objects){.child = c});
    if (!child_set_dynamic(c, conn))
        return false;
    check_subnets(r, "local", "us", c->local_ts);
    check_subnets(r, "remote", "the peer", c->remote_ts);
    return true;
}

static bool build_children(struct conf_reader *r, const json_t *o, struct ike_conn_conf *conn)
{
    const char *name;
    json_t *entry;
    json_t *list = json_object_get(o, "children");
    conn->children = calloc(json_object_size(list), sizeof *conn->children);
    if (!conn->children)
        return false;
    if (json_object_get(json_object_get(o, "local"), "subnets") ||
        json_object_get(json_object_get(o, "remote"), "subnets"))
        conf_fail(r, "has both subnets and children; move the subnets into a child of their own");
    const size_t mark = conf_enter(r, "children");
    json_object_foreach(list, name, entry)
    {
        const size_t at = conf_enter(r, name);
        /* Both, so that all that is wrong is told at once. */
        const bool name_ok = conf_read_name(r, name);
        if (conf_read_object(r, CONF_S_NET, entry) && name_ok)
            conf_fill(entry, CONF_S_NET, &(struct conf_objects){.child = child_add(o, conn, name)});
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

/* What a connection does not say itself comes from the root's nat and tunnel. */
static bool build_connection(struct conf_reader *r, const char *name, const json_t *o, const json_t *root,
                             struct ike_conf *ike)
{
    struct ike_conn_conf *c = &ike->conns[ike->n_conns++];
    const json_t *remote = json_object_get(o, "remote");
    const struct conf_objects to = {.conn = c};
    if (!ike_conn_conf_defaults(c))
        return false;
    snprintf(c->name, sizeof c->name, "%s", name);
    conf_fill(json_object_get(root, "nat"), CONF_S_NAT, &to);
    conf_fill(json_object_get(root, "tunnel"), CONF_S_TUNNEL, &to);
    conf_fill(o, CONF_S_CONNECTION, &to);
    conf_fill(json_object_get(o, "local"), CONF_S_LOCAL, &to);
    conf_fill(remote, CONF_S_REMOTE, &to);
    const char *host = json_string_value(json_object_get(remote, "address"));
    if (host && c->remote_addr.family == BASE_AF_NONE && conf_is_host(host))
        snprintf(c->remote_name, IKE_HOST_MAX, "%s", host);
    if (!conf_round_read(r, o, c) || !conf_login_read(r, json_object_get(o, "local"), c) ||
        !conf_ppk_read(r, o, c) || !conf_grants_read(r, remote, ike, c))
        return false;
    conf_round_settle(o, c);
    if (!(json_object_get(o, "children") ? build_children(r, o, c) : build_implied_child(r, o, c)))
        return false;
    conf_v1_settle(o, c);
    return true;
}

/* Whether nothing but its text, "nat" and "tunnel" makes it what it is. A file without rows may have some
 * later. */
static bool is_of_its_text(const json_t *o, const struct ike_conn_conf *c)
{
    return !json_object_get(json_object_get(o, "remote"), "peers_file") && !c->then && !c->ppk && !c->login &&
           !c->xauth_login && !c->n_grants && !conf_creds_is_used(c->local_auth) &&
           !conf_creds_is_used(c->remote_auth);
}

/* The n-th connection: from its text, or as it is in force already. False: no memory. */
static bool make_connection(struct conf_reader *r, const char *name, const json_t *o, const json_t *root,
                            struct ike_conf *ike, size_t n)
{
    static _Atomic uint64_t editions;
    const size_t findings = r->report->n_errors + r->report->n_warnings;
    const struct ike_conn_conf *former = conf_texts_former(r, n);
    if (former) {
        conf_texts_may_serve(r, n);
        ike_conn_conf_copy(&ike->conns[ike->n_conns++], former);
        return true;
    }
    /* Both, so that all that is wrong is told at once. */
    const bool name_ok = conf_read_name(r, name);
    if (!conf_read_object(r, CONF_S_CONNECTION, o) || !name_ok)
        return true;
    const bool ok = build_connection(r, name, o, root, ike);
    struct ike_conn_conf *c = &ike->conns[ike->n_conns - 1];
    if (!ok || !is_of_its_text(o, c) || r->report->n_errors + r->report->n_warnings != findings)
        return ok;
    conf_texts_may_serve(r, n);
    c->edition = ++editions;
    return ike_conn_conf_lend(c);
}

#define RECENT 4

/* Connections with long values that differ. */
struct recent {
    const struct ike_conn_conf *list[RECENT];
    size_t n;
};

/* A connection has those of one before it, if these are the same: of many connections most are. */
static void recent_share(struct recent *seen, struct ike_conn_conf *c)
{
    for (size_t i = 0; i < RECENT && seen->list[i]; i++)
        if (ike_conn_conf_share_bulk(c, seen->list[i]))
            return;
    seen->list[seen->n++ % RECENT] = c;
}

static bool build_connections(struct conf_reader *r, const json_t *root, struct ike_conf *ike)
{
    const json_t *list = json_object_get(root, "connections");
    const char *name;
    json_t *o;
    struct recent seen = {0};
    size_t n = 0;
    bool ok = true;
    if (json_object_size(list) == 0)
        return true;
    ike->conns = base_large_new(json_object_size(list), sizeof *ike->conns);
    if (!ike->conns)
        return false;
    const size_t mark = conf_enter(r, "connections");
    json_object_foreach((json_t *)list, name, o)
    {
        const size_t at = conf_enter(r, name);
        const size_t before = ike->n_conns;
        ok = make_connection(r, name, o, root, ike, n++) && ok;
        if (ok && ike->n_conns > before)
            recent_share(&seen, &ike->conns[before]);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return ok;
}

static bool build_pools(struct conf_reader *r, const json_t *list, struct ike_conf *ike)
{
    const char *name;
    json_t *o;
    const size_t n = json_object_size(list);
    if (n == 0 || n > IKE_POOLS_MAX)
        return true;
    ike->pools = calloc(n, sizeof *ike->pools);
    if (!ike->pools)
        return false;
    const size_t mark = conf_enter(r, "pools");
    json_object_foreach((json_t *)list, name, o)
    {
        const size_t at = conf_enter(r, name);
        const bool name_ok = conf_read_name(r, name); /* read both: all that is wrong is told at once */
        if (conf_read_object(r, CONF_S_POOL, o) && name_ok) {
            struct ike_pool_conf *p = &ike->pools[ike->n_pools++];
            conf_preset(CONF_S_POOL, p);
            snprintf(p->name, sizeof p->name, "%s", name);
            conf_fill(o, CONF_S_POOL, &(struct conf_objects){.own = p});
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

static bool build_secrets(struct conf_reader *r, const json_t *list, struct ike_conf *ike)
{
    size_t i;
    json_t *o;
    if (json_array_size(list) == 0)
        return true;
    ike->secrets = base_secret_new(json_array_size(list) * sizeof *ike->secrets);
    if (!ike->secrets)
        return false;
    const size_t mark = conf_enter(r, "secrets");
    json_array_foreach((json_t *)list, i, o)
    {
        const size_t at = conf_enter_at(r, i);
        if (conf_read_object(r, CONF_S_SECRET, o)) {
            struct ike_secret *s = &ike->secrets[ike->n_secrets++];
            conf_fill(o, CONF_S_SECRET, &(struct conf_objects){.own = s});
            conf_psk_read(r, o, s);
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

bool conf_build_ike(struct conf_reader *r, const json_t *root, struct conf *conf)
{
    const struct conf_objects to = {.conf = conf->ike};
    conf_fill(json_object_get(root, "tunnel"), CONF_S_TUNNEL, &to);
    conf_fill(json_object_get(root, "nat"), CONF_S_NAT, &to);
    conf_fill(json_object_get(root, "limits"), CONF_S_LIMITS, &to);
    conf_users_read(r, root, conf->ike);
    if (!conf_radius_read(r, root, conf->ike))
        return false;
    if (!build_secrets(r, json_object_get(root, "secrets"), conf->ike) || !conf_secrets_read(r, root, conf) ||
        !build_pools(r, json_object_get(root, "pools"), conf->ike) || !build_connections(r, root, conf->ike))
        return false;
    conf_creds_build(r, root, conf->ike);
    return true;
}
