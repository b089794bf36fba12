/* SPDX-License-Identifier: BSD-3-Clause */
/* strongSwan's swanctl.conf: the first connection of "connections", and the first secret of "secrets". */
#include "explain_reader.h"

#include <stdio.h>
#include <string.h>

struct swanctl {
    struct base_span conn;
    struct base_span sides[2]; /* the first section of the remote and of the local side; or none */
    uint32_t version_line;     /* where "version = 1" stands; 0: nowhere */
};

static struct explain_child *swanctl_child(struct explain_reader *r, struct base_span name)
{
    struct explain_site *s = r->site;
    char text[IKE_NAME_MAX];
    snprintf(text, sizeof text, "%.*s", (int)(name.len < 60 ? name.len : 60), (const char *)name.ptr);
    for (size_t i = 0; i < s->n_children; i++)
        if (strcmp(s->children[i].name, text) == 0)
            return &s->children[i];
    if (s->n_children == EXPLAIN_CHILDREN_MAX) {
        s->n_lost++;
        return NULL;
    }
    memcpy(s->children[s->n_children].name, text, sizeof text);
    return &s->children[s->n_children++];
}

/* "children C ...": w begins with C. */
static void swanctl_of_child(struct explain_reader *r, const struct base_span *w, struct base_span value)
{
    struct explain_child *c = swanctl_child(r, w[0]);
    if (!c)
        return;
    if (explain_is(w[1], "local_ts"))
        explain_read_nets(r, value, c->local, &c->n_local);
    else if (explain_is(w[1], "remote_ts"))
        explain_read_nets(r, value, c->remote, &c->n_remote);
    else if (explain_is(w[1], "esp_proposals") && c == r->site->children)
        explain_read_proposals(r, value, CRYPT_PROTOCOL_ESP);
    else if (explain_is(w[1], "rekey_time"))
        explain_read_seconds(r, value, &r->site->child_s);
    else if (explain_is(w[1], "start_action"))
        r->site->starts |= explain_is(value, "start");
    else if (explain_is(w[1], "ah_proposals"))
        explain_reader_fault(r,
                             "AH is not supported: its hash covers the addresses that NAT changes; use ESP");
    else if (explain_is(w[1], "mode") && !explain_is(value, "tunnel"))
        explain_reader_fault(r, "only tunnel mode is read here");
}

static void swanctl_side(struct explain_reader *r, bool is_local, struct base_span key,
                         struct base_span value)
{
    struct explain_site *s = r->site;
    if (explain_is(key, "id"))
        explain_read_id(r, value, is_local ? &s->local_id : &s->remote_id);
    else if (explain_is(key, "auth") && explain_is(value, "pubkey"))
        *(is_local ? &s->local_auth : &s->remote_auth) = IKE_AUTH_SIG;
    else if (explain_is(key, "auth") && !explain_is(value, "psk"))
        explain_reader_fault(r, "auth = %.*s is not that of a site-to-site connection (psk, pubkey)",
                             (int)(value.len < 40 ? value.len : 40), (const char *)value.ptr);
}

/* A section of a side. A second one is a further round of authentication: it says nothing of the first. */
static void swanctl_of_side(struct explain_reader *r, struct swanctl *c, const struct base_span *w,
                            struct base_span value)
{
    const bool is_local = explain_begins(w[0], "local");
    if (c->sides[is_local].len == 0)
        c->sides[is_local] = w[0];
    if (base_span_equal(c->sides[is_local], w[0]))
        swanctl_side(r, is_local, w[1], value);
    else
        explain_reader_fault(r,
                             "%.*s is a further round of authentication, and one is read here: take it out",
                             (int)(w[0].len < 40 ? w[0].len : 40), (const char *)w[0].ptr);
}

static void swanctl_of_conn(struct explain_reader *r, struct swanctl *c, struct base_span key,
                            struct base_span value)
{
    struct explain_site *s = r->site;
    if (explain_is(key, "local_addrs"))
        explain_read_host(r, value, s->local_addr);
    else if (explain_is(key, "remote_addrs"))
        explain_read_host(r, value, s->remote_addr);
    else if (explain_is(key, "proposals"))
        explain_read_proposals(r, value, CRYPT_PROTOCOL_IKE);
    else if (explain_is(key, "rekey_time"))
        explain_read_seconds(r, value, &s->ike_s);
    else if (explain_is(key, "dpd_delay"))
        explain_read_seconds(r, value, &s->dpd_s);
    else if (explain_is(key, "encap"))
        s->forces_udp = explain_is(value, "yes") || explain_is(value, "true") || explain_is(value, "1");
    else if (explain_is(key, "version") && explain_is(value, "1"))
        c->version_line = r->line;
}

static void swanctl_setting(struct explain_reader *r, void *arg, const struct base_span *w, size_t n,
                            struct base_span value)
{
    struct swanctl *c = arg;
    if (n == 3 && explain_is(w[0], "secrets") && explain_is(w[2], "secret") && r->site->psk_len == 0)
        explain_read_psk(r, value);
    if (n < 3 || !explain_is(w[0], "connections"))
        return;
    if (c->conn.len == 0) {
        c->conn = w[1];
        snprintf(r->site->name, sizeof r->site->name, "%.*s", (int)(w[1].len < 60 ? w[1].len : 60),
                 (const char *)w[1].ptr);
    }
    if (!base_span_equal(c->conn, w[1]))
        r->site->n_lost++;
    else if (n == 3)
        swanctl_of_conn(r, c, w[2], value);
    else if (n == 4 && (explain_begins(w[2], "local") || explain_begins(w[2], "remote")))
        swanctl_of_side(r, c, w + 2, value);
    else if (n == 5 && explain_is(w[2], "children"))
        swanctl_of_child(r, w + 3, value);
}

void explain_import_swanctl(struct explain_reader *r)
{
    struct swanctl c = {0};
    explain_blocks(r, swanctl_setting, &c);
    r->line = c.version_line;
    if (c.version_line)
        explain_reader_fault(
            r, "version = 1 is IKEv1, which is not read here; both sides can most probably do IKEv2");
    r->line = 0;
    if (c.conn.len == 0)
        explain_reader_fault(r, "there is no connection below \"connections\"");
}
