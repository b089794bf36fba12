/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections and SAs as documents: what the engine knows, joined with the data path's counters by SPI. */
#include "ctl_api_cmd.h"

#include <stdio.h>
#include <string.h>

#include "api.h"
#include "ctl_count.h"
#include "ctl_json.h"
#include "ctl_page.h"
#include "node_view.h"

#define RELOADS_MASK UINT64_C(0xfffff) /* a page's place must fit what JSON readers take */

static json_t *direction(base_time now, const struct node_direction_view *d)
{
    json_t *o = ctl_json_direction(d);
    if (d->last.ns)
        ctl_json_set(o, "idle_s", ctl_json_since(now, d->last));
    return o;
}

/* Adds what the data path counted for a child. */
static void child_traffic(const struct ctl *ctl, base_time now, uint32_t spi_in, json_t *o)
{
    struct node_pair_view stats;
    if (node_view_pair(ctl->node, spi_in, &stats) < 0)
        return;
    ctl_json_set(o, "in", direction(now, &stats.in));
    ctl_json_set(o, "out", direction(now, &stats.out));
    ctl_json_set_drops(o, &stats);
    ctl_json_num(o, "inner_mtu", stats.inner_mtu);
    ctl_json_num(o, "owner_in", stats.owner_in);
    ctl_json_num(o, "owner_out", stats.owner_out);
    ctl_json_num(o, "stray_in", stats.stray_in);
    ctl_json_num(o, "stray_out", stats.stray_out);
    if (stats.shared)
        ctl_json_num(o, "shared", stats.shared);
    if (stats.priority) {
        ctl_json_num(o, "priority", stats.priority);
        ctl_json_set(o, "standby", json_boolean(stats.is_standby));
    }
}

static json_t *child(const struct ctl *ctl, base_time now, const struct ike_child_view *c)
{
    json_t *o = json_object();
    ctl_json_set(o, "name", ctl_json_text(c->name));
    ctl_json_set(o, "spi_in", ctl_json_spi(c->spi_in));
    ctl_json_set(o, "spi_out", ctl_json_spi(c->spi_out));
    ctl_json_set(o, "proposal", ctl_json_text(c->proposal));
    if (c->mode == ESP_MODE_TRANSPORT)
        ctl_json_set(o, "mode", json_string("transport"));
    ctl_json_set(o, "local", ctl_json_selectors(c->local_ts));
    ctl_json_set(o, "remote", ctl_json_selectors(c->remote_ts));
    ctl_json_set(o, "dscp", ctl_json_dscp(c->dscp));
    ctl_json_set(o, "age_s", ctl_json_since(now, c->installed_at));
    if (!base_time_is_never(c->rekey_at))
        ctl_json_set(o, "rekey_in_s", ctl_json_until(now, c->rekey_at));
    ctl_json_set(o, "replaced", json_boolean(c->is_rekeyed));
    child_traffic(ctl, now, c->spi_in, o);
    return o;
}

static json_t *addresses(const struct base_addr *list, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, ctl_json_addr(&list[i]));
    return a;
}

/* Inner addresses, and whose they are. */
static void sa_inner(const struct ctl *ctl, const struct ike_sa_view *v, json_t *o)
{
    char interface[NODE_VIEW_INTERFACE_MAX];
    if (!v->n_inner)
        return;
    ctl_json_set(o, v->is_inner_ours ? "local_inner" : "remote_inner", addresses(v->inner, v->n_inner));
    if (v->is_inner_ours && node_view_inner(ctl->node, &v->inner[0], interface))
        ctl_json_set(o, "interface", ctl_json_text(interface));
    if (v->n_inner_dns)
        ctl_json_set(o, "dns", addresses(v->inner_dns, v->n_inner_dns));
}

static json_t *also_ids(const struct ike_sa_view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof v->also / sizeof *v->also && v->also[i].type; i++)
        json_array_append_new(list, ctl_json_id(&v->also[i]));
    return list;
}

static json_t *sa(const struct ctl *ctl, base_time now, const struct ike_sa_view *v)
{
    json_t *o = json_object(), *children = json_array();
    struct ike_child_view c;
    ctl_json_num(o, "id", v->id);
    ctl_json_set(o, "connection", ctl_json_text(v->conn));
    ctl_json_set(o, "state", ctl_json_text(ike_view_state_name(v->state)));
    ctl_json_num(o, "version", v->version == 1 ? 1 : 2);
    ctl_json_set(o, "role", json_string(v->is_initiator ? "initiator" : "responder"));
    ctl_json_set(o, "spi_i", ctl_json_ike_spi(v->spi_i));
    ctl_json_set(o, "spi_r", ctl_json_ike_spi(v->spi_r));
    ctl_json_set(o, "local", ctl_json_endpoint(&v->path.local));
    ctl_json_set(o, "remote", ctl_json_endpoint(&v->path.remote));
    ctl_json_set(o, "local_id", ctl_json_id(&v->local_id));
    ctl_json_set(o, "remote_id", ctl_json_id(&v->remote_id));
    if (v->also[0].type)
        ctl_json_set(o, "also_ids", also_ids(v));
    ctl_json_set_text(o, "proposal", v->proposal);
    ctl_json_set(o, "encapsulated", json_boolean(v->way != ESP_WAY_ESP));
    ctl_json_set(o, "transport", json_string(v->path.tcp ? "TCP" : esp_way_name(v->way)));
    if (v->established_at.ns)
        ctl_json_set(o, "age_s", ctl_json_since(now, v->established_at));
    if (v->established_at.ns && !base_time_is_never(v->rekey_at))
        ctl_json_set(o, "rekey_in_s", ctl_json_until(now, v->rekey_at));
    if (v->last_in_at.ns)
        ctl_json_set(o, "idle_s", ctl_json_since(now, v->last_in_at));
    if (v->path_mtu)
        ctl_json_set(o, "path_mtu", ctl_json_path_mtu(v));
    ctl_json_num(o, "retransmits", v->retransmits);
    if (v->refusal)
        ctl_json_set(o, "refused", json_string(wire_ike_notify_name(v->refusal)));
    ctl_json_num(o, "moves", v->moves);
    sa_inner(ctl, v, o);
    ctl_json_set(o, "ppk", json_boolean(v->has_ppk));
    ctl_json_set(o, "mobike", json_boolean(v->is_mobile));
    for (size_t i = 0; ike_show_child(ctl->ike, v->id, i, &c); i++)
        json_array_append_new(children, child(ctl, now, &c));
    ctl_json_set(o, "children", children);
    return o;
}

json_t *ctl_show_sas(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    struct ike_sa_view view;
    struct ctl_page page;
    struct ctl_filter filter;
    const base_time now = ctl_now();
    if (!ctl_filter_read(&filter, CTL_BY_CONNECTION | CTL_BY_NAME | CTL_BY_PEER | CTL_BY_SPI | CTL_BY_STATE,
                         ctl->conf->ike, args, refusal) ||
        !ctl_page_begin(&page, args, refusal))
        return NULL;
    json_t *sas = json_array();
    while (ctl_page_next(ctl, &page, &filter, &view))
        json_array_append_new(sas, sa(ctl, now, &view));
    json_t *document = json_pack("{s:o}", "sas", sas);
    ctl_page_end(&page, document);
    return document;
}

/* A connection and what there is of it now. */
struct presence {
    const struct ike_conn_conf *conn;
    struct ike_presence now;
};

static bool has_child(const struct presence *p)
{
    for (size_t i = 0; i < p->conn->n_children; i++)
        if (p->now.children[i])
            return true;
    return false;
}

static const char *state_name(const struct presence *p)
{
    return p->now.up                                        ? has_child(p) ? "up" : "childless"
           : p->now.connecting                              ? "connecting"
           : p->now.closing                                 ? "closing"
           : ike_conn_conf_begins(p->conn, IKE_START_START) ? "down"
                                                            : "waiting";
}

/* What a connection counted since it was configured first, over all its SAs. */
static json_t *totals(struct ctl *ctl, const char *name)
{
    struct ike_conn_view v;
    struct node_counters c;
    json_t *o = json_object();
    if (!ike_show_conn(ctl->ike, name, &v))
        return o;
    if (ctl_count_conn(ctl, v.number, &c) == 0)
        ctl_count_set(o, node_rows(NODE_ROWS_CONN), &c);
    ctl_count_set(o, &ike_conn_rows, &v.stats);
    return o;
}

/* Why nothing happens to a connection for which nobody calls. */
static void connection_hint(const struct presence *p, json_t *o)
{
    const struct ike_conn_conf *c = p->conn;
    char text[512];
    if (p->now.sas || ike_conn_conf_begins(c, IKE_START_START) || ike_conn_conf_begins(c, IKE_START_TRAP))
        return;
    if (!ike_conn_conf_calls(c))
        snprintf(text, sizeof text,
                 "it waits for the peer's call: it has no remote.address, so only the peer can begin");
    else
        snprintf(text, sizeof text,
                 "it waits for the peer's call, and when the peer waits as well, nobody begins: write "
                 "connections.%.63s.start: true here, make the peer call, or: culvertctl initiate %.63s",
                 c->name, c->name);
    ctl_json_set(o, "hint", json_string(text));
}

static json_t *connection(struct ctl *ctl, const struct presence *p)
{
    static const char *const encap[] = {"auto", "force", "never"}, *const tcp[] = {"off", "fallback",
                                                                                   "always"};
    const struct ike_conn_conf *c = p->conn;
    json_t *o = json_object(), *children = json_array();
    ctl_json_set(o, "name", ctl_json_text(c->name));
    ctl_json_set(o, "state", json_string(state_name(p)));
    ctl_json_set(o, "local_id", ctl_json_id(&c->local_id));
    ctl_json_set(o, "remote_id", ctl_json_id(&c->remote_id));
    ctl_json_set(o, "remote_address",
                 c->remote_name[0] ? ctl_json_text(c->remote_name) : ctl_json_addr(&c->remote_addr));
    ctl_json_set(o, "start", json_boolean(ike_conn_conf_begins(c, IKE_START_START)));
    ctl_json_set(o, "encapsulation", json_string(encap[c->encap]));
    ctl_json_set(o, "tcp", json_string(tcp[c->tcp]));
    ctl_json_set(o, "fragmentation", json_string(c->frag_after ? "after" : "before"));
    ctl_json_set(o, "icmp_errors", json_boolean(c->icmp_errors));
    if (p->now.up) {
        ctl_json_set(o, "peer", ctl_json_endpoint(&p->now.peer));
        ctl_json_set(o, "by_tcp", json_boolean(p->now.is_tcp));
    }
    connection_hint(p, o);
    ctl_json_num(o, "sas", p->now.sas);
    ctl_json_set(o, "totals", totals(ctl, c->name));
    for (size_t i = 0; i < c->n_children; i++) {
        json_t *child_doc = json_object();
        ctl_json_set(child_doc, "name", ctl_json_text(c->children[i].name));
        ctl_json_set(child_doc, "up", json_boolean(p->now.children[i] > 0));
        ctl_json_num(child_doc, "sas", p->now.children[i]);
        ctl_json_set(child_doc, "local", ctl_json_selectors(c->children[i].local_ts));
        ctl_json_set(child_doc, "remote", ctl_json_selectors(c->children[i].remote_ts));
        ctl_json_set(child_doc, "dscp", ctl_json_dscp(c->children[i].dscp));
        json_array_append_new(children, child_doc);
    }
    ctl_json_set(o, "children", children);
    return o;
}

/*
 * Where pages of connections begin: the place in the configuration, with the number of reloads before it,
 * since another configuration has others there. False: *refusal is filled.
 */
static bool conn_place(const struct ctl *ctl, const struct ctl_page *page, size_t *place,
                       struct ctl_refusal *refusal)
{
    *place = page->after & UINT32_MAX;
    if (page->after == 0 ||
        (page->after >> 32 == (ctl->tally.reloads & RELOADS_MASK) && *place <= ctl->conf->ike->n_conns))
        return true;
    ctl_refuse(refusal, API_ERR_FAILED,
               "the configuration was loaded anew while its connections were listed; ask again");
    return false;
}

json_t *ctl_show_connections(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const struct ike_conf *ike = ctl->conf->ike;
    struct ctl_filter filter;
    struct ctl_page page;
    struct presence p;
    size_t place;
    if (!ctl_filter_read(&filter, CTL_BY_CONNECTION | CTL_BY_NAME | CTL_BY_PEER | CTL_BY_STATE, ike, args,
                         refusal) ||
        !ctl_page_begin(&page, args, refusal) || !conn_place(ctl, &page, &place, refusal))
        return NULL;
    json_t *connections = json_array();
    for (; place < ike->n_conns && !ctl_page_is_full(&page); place++) {
        p.conn = &ike->conns[place];
        if (!ike_show_presence(ctl->ike, p.conn->name, &p.now))
            p.now = (struct ike_presence){0};
        const bool passes = ctl_filter_conn(&filter, p.conn, p.now.up ? &p.now.peer : NULL);
        ctl_page_count(&page, passes ? 1 + p.conn->n_children : 0);
        if (passes)
            json_array_append_new(connections, connection(ctl, &p));
        page.after = (ctl->tally.reloads & RELOADS_MASK) << 32 | (place + 1);
    }
    json_t *document = json_pack("{s:o}", "connections", connections);
    ctl_page_end(&page, document);
    return document;
}
