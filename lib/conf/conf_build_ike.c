/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds the engine's configuration: connections with their children, secrets, public addresses, caps.
 * Values were parsed once by conf_read.c and cannot fail here; memory can.
 */
#include "conf_int.h"

#include <stdlib.h>
#include <string.h>

/* Values of text lists; every one was read before, so the parsers' verdict is known. */
static void get_addresses(const json_t *o, const char *name, struct base_addr *out, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < conf_get_count(o, name); i++)
        if (base_addr_parse(conf_get_item_text(o, name, i), &out[*count]) == 0)
            ++*count; /* "any" is not an address and narrows nothing */
}

static void get_subnets(const json_t *o, const char *name, struct base_ts_list *out)
{
    char why[320];
    out->count = conf_get_count(o, name);
    for (size_t i = 0; i < out->count; i++)
        conf_subnet_parse(conf_get_item_text(o, name, i), &out->list[i], why, sizeof why);
}

static void get_proposals(const json_t *o, const char *name, enum crypt_protocol protocol,
                          struct crypt_proposal *out, size_t *count)
{
    char why[320];
    const size_t n = conf_get_count(o, name);
    for (size_t i = 0; i < n; i++)
        crypt_proposal_parse(conf_get_item_text(o, name, i), protocol, &out[i], why, sizeof why);
    if (n > 0)
        *count = n;
}

static void get_id(const json_t *o, enum conf_section in, const char *name, struct ike_id *out)
{
    char why[320];
    conf_id_parse(conf_get_text(o, in, name), out, why, sizeof why);
}

/* Settings of a child; o is `child` or an entry of `children`, or NULL for presets. */
static void build_child_settings(const json_t *o, enum conf_section in, struct ike_child_conf *c)
{
    c->rekey_s = (uint32_t)conf_get_num(o, in, "rekey_s");
    c->life_s = (uint32_t)conf_get_num(o, in, "life_s");
    c->rekey_bytes = (uint64_t)conf_get_num(o, in, "rekey_bytes");
    c->rekey_pkts = (uint64_t)conf_get_num(o, in, "rekey_pkts");
    c->life_bytes = (uint64_t)conf_get_num(o, in, "life_bytes");
    c->life_pkts = (uint64_t)conf_get_num(o, in, "life_pkts");
    c->replay_window = (uint32_t)conf_get_num(o, in, "replay_window");
}

/* The one child that local.subnets and remote.subnets imply; it has the connection's name. */
static bool build_implied_child(struct conf_reader *r, const json_t *o, struct ike_conn_conf *conn)
{
    static const char *const sides[] = {"local", "remote"};
    for (size_t i = 0; i < 2; i++) {
        if (conf_get_count(json_object_get(o, sides[i]), "subnets") > 0)
            continue;
        const size_t at = conf_enter(r, sides[i]), deeper = conf_enter(r, "subnets");
        conf_fail(r,
                  "missing: write the networks behind %s, such as [ \"10.1.0.0/16\" ], or describe "
                  "\"children\"",
                  i ? "the peer" : "us");
        conf_leave(r, deeper);
        conf_leave(r, at);
    }
    conn->children = calloc(1, sizeof *conn->children);
    if (!conn->children)
        return false;
    conn->n_children = 1;
    struct ike_child_conf *c = &conn->children[0];
    ike_child_conf_defaults(c);
    memcpy(c->name, conn->name, sizeof c->name);
    build_child_settings(json_object_get(o, "child"), CONF_S_CHILD, c);
    get_subnets(json_object_get(o, "local"), "subnets", &c->local_ts);
    get_subnets(json_object_get(o, "remote"), "subnets", &c->remote_ts);
    get_proposals(o, "esp_proposals", CRYPT_PROTOCOL_ESP, c->proposals, &c->n_proposals);
    return true;
}

/* A setting that an entry of children does not have comes from the connection's child. */
static json_t *with_inherited(const json_t *entry, const json_t *child)
{
    json_t *merged = json_copy((json_t *)entry);
    if (merged && child)
        json_object_update_missing(merged, (json_t *)child);
    return merged;
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
        if (conf_read_object(r, CONF_S_NET, entry) && name_ok) {
            struct ike_child_conf *c = &conn->children[conn->n_children++];
            json_t *merged = with_inherited(entry, json_object_get(o, "child"));
            ike_child_conf_defaults(c);
            snprintf(c->name, sizeof c->name, "%s", name);
            build_child_settings(merged, CONF_S_NET, c);
            get_subnets(entry, "local", &c->local_ts);
            get_subnets(entry, "remote", &c->remote_ts);
            get_proposals(json_object_get(entry, "esp_proposals") ? entry : o, "esp_proposals",
                          CRYPT_PROTOCOL_ESP, c->proposals, &c->n_proposals);
            json_decref(merged);
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

/* What a connection does not say itself comes from the root's nat and tunnel. */
static bool build_connection(struct conf_reader *r, const char *name, const json_t *o, const json_t *root,
                             struct ike_conn_conf *c)
{
    const json_t *nat = json_object_get(root, "nat"), *tunnel = json_object_get(root, "tunnel");
    const json_t *local = json_object_get(o, "local"), *remote = json_object_get(o, "remote");
    const enum conf_section in = CONF_S_CONNECTION;
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "%s", name);
    get_addresses(local, "address", c->local_addrs, &c->n_local_addrs);
    get_id(local, CONF_S_LOCAL, "id", &c->local_id);
    const char *address = conf_get_text(remote, CONF_S_REMOTE, "address");
    if (address)
        base_addr_parse(address, &c->remote_addr);
    c->remote_port = (uint16_t)conf_get_num(remote, CONF_S_REMOTE, "port");
    c->n_remote_from = conf_get_count(remote, "from");
    for (size_t i = 0; i < c->n_remote_from; i++)
        base_prefix_parse(conf_get_item_text(remote, "from", i), &c->remote_from[i]);
    get_id(remote, CONF_S_REMOTE, "id", &c->remote_id);
    get_proposals(o, "ike_proposals", CRYPT_PROTOCOL_IKE, c->proposals, &c->n_proposals);
    const unsigned encap = conf_get_choice(nat, CONF_S_NAT, "encapsulation", IKE_ENCAP_AUTO);
    c->encap = conf_get_choice(o, in, "encapsulation", encap);
    /* The choices stand in this order: before, after. */
    const unsigned after = conf_get_choice(tunnel, CONF_S_TUNNEL, "fragmentation", false);
    c->frag_after = conf_get_choice(o, in, "fragmentation", after);
    c->start = conf_get_num(o, in, "start");
    c->rekey_s = (uint32_t)conf_get_num(o, in, "rekey_s");
    c->dpd_s = (uint32_t)conf_get_num(o, in, "dpd_s");
    c->keepalive_s = json_object_get(o, "keepalive_s")
                         ? (uint32_t)conf_get_num(o, in, "keepalive_s")
                         : (uint32_t)conf_get_num(nat, CONF_S_NAT, "keepalive_s");
    c->retransmit_ms = (uint32_t)conf_get_num(o, in, "retransmit_ms");
    c->retransmit_tries = (uint32_t)conf_get_num(o, in, "retransmit_tries");
    return json_object_get(o, "children") ? build_children(r, o, c) : build_implied_child(r, o, c);
}

static bool build_connections(struct conf_reader *r, const json_t *root, struct ike_conf *ike)
{
    const json_t *list = json_object_get(root, "connections");
    const char *name;
    json_t *o;
    bool ok = true;
    if (json_object_size(list) == 0)
        return true;
    ike->conns = calloc(json_object_size(list), sizeof *ike->conns);
    if (!ike->conns)
        return false;
    const size_t mark = conf_enter(r, "connections");
    json_object_foreach((json_t *)list, name, o)
    {
        const size_t at = conf_enter(r, name);
        /* Both, so that all that is wrong is told at once. */
        const bool name_ok = conf_read_name(r, name);
        if (conf_read_object(r, CONF_S_CONNECTION, o) && name_ok)
            ok &= build_connection(r, name, o, root, &ike->conns[ike->n_conns++]);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return ok;
}

static bool build_secrets(struct conf_reader *r, const json_t *list, struct ike_conf *ike)
{
    size_t i;
    json_t *o;
    if (json_array_size(list) == 0)
        return true;
    ike->secrets = calloc(json_array_size(list), sizeof *ike->secrets);
    if (!ike->secrets)
        return false;
    const size_t mark = conf_enter(r, "secrets");
    json_array_foreach((json_t *)list, i, o)
    {
        const size_t at = conf_enter_at(r, i);
        if (conf_read_object(r, CONF_S_SECRET, o)) {
            struct ike_secret *s = &ike->secrets[ike->n_secrets++];
            get_id(o, CONF_S_SECRET, "local", &s->local);
            get_id(o, CONF_S_SECRET, "remote", &s->remote);
            conf_psk_read(r, o, s);
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    return true;
}

static void build_limits(const json_t *o, struct ike_conf *ike)
{
    const enum conf_section in = CONF_S_LIMITS;
    ike->half_open_max = (uint32_t)conf_get_num(o, in, "half_open");
    ike->half_open_per_endpoint = (uint32_t)conf_get_num(o, in, "half_open_per_endpoint");
    ike->cookie_threshold = (uint32_t)conf_get_num(o, in, "cookie_threshold");
    ike->half_open_timeout_s = (uint32_t)conf_get_num(o, in, "half_open_timeout_s");
    ike->sas_max = (uint32_t)conf_get_num(o, in, "sas");
    ike->children_max = (uint32_t)conf_get_num(o, in, "children");
}

bool conf_build_ike(struct conf_reader *r, const json_t *root, struct conf *conf)
{
    struct ike_conf *ike = conf->ike;
    const json_t *nat = json_object_get(root, "nat");
    if (conf_get_count(nat, "public_addresses") <= IKE_ADDRS_MAX)
        get_addresses(nat, "public_addresses", ike->public_addrs, &ike->n_public_addrs);
    build_limits(json_object_get(root, "limits"), ike);
    return build_secrets(r, json_object_get(root, "secrets"), ike) && build_connections(r, root, ike);
}
