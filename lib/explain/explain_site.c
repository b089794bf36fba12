/* SPDX-License-Identifier: BSD-3-Clause */
/* One end of a connection from our configuration, and its mirror image. */
#include "explain_site.h"

#include <stdio.h>
#include <string.h>
#include "base_ts.h"

/* The networks of selectors; ports, protocols and ranges that are none are counted as lost. */
static size_t site_nets(const struct base_ts_list *ts, struct base_prefix out[EXPLAIN_NETS_MAX],
                        size_t *n_lost)
{
    size_t n = 0;
    for (size_t i = 0; i < base_ts_count(ts); i++) {
        struct base_addr rest;
        struct base_prefix p[2];
        const struct base_ts *t = &ts->list[i];
        if (base_ts_is_dynamic(t))
            continue;
        const bool is_net = base_prefixes_of(&t->lo, &t->hi, p, 2, &rest) == 1 && n < EXPLAIN_NETS_MAX;
        *n_lost += !is_net || t->protocol || t->port_lo != 0 || t->port_hi != 65535;
        if (is_net)
            out[n++] = p[0];
    }
    return n;
}

static void site_children(const struct ike_conn_conf *conn, struct explain_site *out)
{
    for (size_t i = 0; i < conn->n_children; i++) {
        const struct ike_child_conf *from = &conn->children[i];
        if (out->n_children == EXPLAIN_CHILDREN_MAX) {
            out->n_lost++;
            continue;
        }
        struct explain_child *to = &out->children[out->n_children++];
        memcpy(to->name, from->name, sizeof to->name);
        to->dscp = from->dscp;
        to->n_local = site_nets(from->local_ts, to->local, &out->n_lost);
        to->n_remote = site_nets(from->remote_ts, to->remote, &out->n_lost);
    }
}

static void site_times(const struct ike_conn_conf *conn, struct explain_site *out)
{
    out->ike_s = conn->rekey_s;
    out->dpd_s = conn->dpd_s;
    if (!conn->n_children)
        return;
    out->child_s = conn->children[0].rekey_s;
    out->n_esp = conn->children[0].n_proposals;
    memcpy(out->esp, conn->children[0].proposals, sizeof out->esp);
}

void explain_site_of(const struct ike_conn_conf *conn, const struct explain_place *place,
                     struct explain_site *out)
{
    *out = (struct explain_site){.local_id = conn->local_id,
                                 .remote_id = conn->remote_id,
                                 .local_auth = conn->local_auth,
                                 .remote_auth = conn->remote_auth,
                                 .local_nat = place->local_nat,
                                 .remote_nat = place->remote_nat,
                                 .starts = ike_conn_conf_begins(conn, IKE_START_START),
                                 .forces_udp = conn->encap == IKE_ENCAP_FORCE,
                                 .n_ike = conn->n_proposals};
    memcpy(out->name, conn->name, sizeof out->name);
    memcpy(out->ike, conn->proposals, sizeof out->ike);
    memcpy(out->local_addr, place->local_addr, sizeof out->local_addr);
    memcpy(out->public_addr, place->public_addr, sizeof out->public_addr);
    if (conn->remote_name[0])
        memcpy(out->remote_addr, conn->remote_name, sizeof out->remote_addr);
    else if (conn->remote_addr.family != BASE_AF_NONE)
        base_addr_text(&conn->remote_addr, out->remote_addr);
    site_times(conn, out);
    site_children(conn, out);
}

static void site_mirror_child(const struct explain_child *from, struct explain_child *to)
{
    memcpy(to->name, from->name, sizeof to->name);
    to->n_local = from->n_remote;
    to->n_remote = from->n_local;
    memcpy(to->local, from->remote, sizeof to->local);
    memcpy(to->remote, from->local, sizeof to->remote);
}

void explain_site_mirror(const struct explain_site *s, struct explain_site *out)
{
    struct base_addr addr;
    *out = *s;
    out->local_id = s->remote_id;
    out->remote_id = s->local_id;
    out->local_auth = s->remote_auth;
    out->remote_auth = s->local_auth;
    out->local_nat = s->remote_nat;
    out->remote_nat = s->local_nat;
    memcpy(out->remote_addr, s->public_addr, sizeof out->remote_addr);
    memcpy(out->public_addr, s->remote_addr, sizeof out->public_addr);
    /* It has the address that we call itself, unless a NAT stands there, or somebody's name server. */
    if (s->remote_nat || base_addr_parse(s->remote_addr, &addr) < 0)
        out->local_addr[0] = '\0';
    else
        memcpy(out->local_addr, s->remote_addr, sizeof out->local_addr);
    /* One side must call: the one behind a NAT, else the one that is not called. */
    out->starts = out->remote_addr[0] && (!s->starts || out->local_nat || !s->remote_addr[0]);
    for (size_t i = 0; i < s->n_children; i++)
        site_mirror_child(&s->children[i], &out->children[i]);
}

void explain_add_json(struct base_text *t, const char *text)
{
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            base_text_add(t, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            base_text_add(t, "\\u%04x", c);
        else
            base_text_add(t, "%c", c);
    }
}

bool explain_psk_is_text(const struct explain_site *s)
{
    for (size_t i = 0; i < s->psk_len; i++)
        if (s->psk[i] < ' ' || s->psk[i] > '~' || strchr("\"'\\$`", s->psk[i]))
            return false;
    return s->psk_len < 2 || s->psk[0] != '0' || !strchr("xXsS", s->psk[1]);
}

void explain_add_psk(struct base_text *t, const struct explain_site *s)
{
    if (s->psk_len == 0) {
        base_text_add(t, EXPLAIN_PSK_PLACE);
    } else if (explain_psk_is_text(s)) {
        base_text_add(t, "%.*s", (int)s->psk_len, (const char *)s->psk);
    } else {
        base_text_add(t, "0x");
        base_text_add_hex(t, base_span(s->psk, s->psk_len));
    }
}
