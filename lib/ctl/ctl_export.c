/* SPDX-License-Identifier: BSD-3-Clause */
/* The other side's configuration of a connection, in the words of its vendor, with what the engine knows of
 * the way. */
#include "ctl_api_cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base_wipe.h"
#include "ctl_aside.h"
#include "ctl_json.h"
#include "ctl_newest.h"
#include "explain_export.h"
#include "ossl_ops.h"

struct export_work {
    const struct explain_dialect *dialect;
    struct ctl_newest newest;
    struct explain_site ours, theirs;
    char text[EXPLAIN_EXPORT_MAX];
    bool is_whole; /* text: it had room */
};

static const struct explain_dialect *export_dialect(const json_t *args, struct ctl_refusal *refusal)
{
    const char *word = json_string_value(json_object_get(args, "for"));
    const struct explain_dialect *d = word ? explain_dialect(word) : NULL;
    char known[160];
    struct base_text t = base_text(known, sizeof known);
    size_t n;
    if (d)
        return d;
    const struct explain_dialect *all = explain_dialects(&n);
    for (size_t i = 0; i < n; i++)
        base_text_add(&t, "%s%s", i ? ", " : "", all[i].word);
    ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "say for whom: --for one of %s", known);
    return NULL;
}

/* The address of ours that this connection is served at; family none: the ports have none. */
static struct base_addr export_own(const struct ctl *ctl, const struct ike_conn_conf *c,
                                   const struct ctl_newest *n)
{
    if (n->has_sa)
        return n->sa.path.local.addr;
    if (c->n_local_addrs)
        return c->local_addrs[0];
    for (size_t i = 0; i < ctl->in_force.n_ports; i++)
        if (ctl->in_force.ports[i].role & CONF_ROLE_OUTSIDE && ctl->in_force.ports[i].n_addresses)
            return ctl->in_force.ports[i].addresses[0].addr;
    return (struct base_addr){0};
}

/* Where the other side calls us: the address that its hash proved, else what is configured, else our own. */
static void export_place(const struct ctl *ctl, const struct ike_conn_conf *c, const struct ctl_newest *n,
                         struct explain_place *out)
{
    const struct base_addr own = export_own(ctl, c, n);
    const struct ike_conf *ike = ctl->conf->ike;
    struct base_addr public = n->sa.public_addr;
    *out = (struct explain_place){.local_nat = n->has_sa ? n->sa.local_nat : ike->n_public_addrs > 0,
                                  .remote_nat = n->has_sa && n->sa.remote_nat};
    if (public.family == BASE_AF_NONE && ike->n_public_addrs)
    public = ike->public_addrs[0];
    if (public.family == BASE_AF_NONE && !out->local_nat)
    public = own;
    if (own.family != BASE_AF_NONE)
        base_addr_text(&own, out->local_addr);
    if (public.family != BASE_AF_NONE)
        base_addr_text(&public, out->public_addr);
}

/* What is not told of the connection in any dialect: NULL, or a sentence. */
static const char *export_lacks(const struct ike_conn_conf *c)
{
    if (c->version == 1)
        return "is of IKEv1, and exports are of IKEv2";
    if (c->then)
        return "has several rounds of authentication, and exports are of one";
    for (size_t i = 0; i < c->n_children; i++)
        if (c->children[i].mode != ESP_MODE_TUNNEL)
            return "has a child of transport mode, and exports are of tunnels";
    return NULL;
}

/* All that is written, as plain values. */
static void export_sites(const struct ctl *ctl, const struct ike_conn_conf *c, bool with_secret,
                         struct export_work *w)
{
    struct explain_place place;
    export_place(ctl, c, &w->newest, &place);
    explain_site_of(c, &place, &w->ours);
    const struct ike_secret *secret = ike_conf_secret(ctl->conf->ike, &c->local_id, &c->remote_id);
    if (with_secret && secret) {
        memcpy(w->ours.psk, secret->psk, secret->psk_len);
        w->ours.psk_len = secret->psk_len;
    }
    explain_site_mirror(&w->ours, &w->theirs);
}

/* Beside the loop: some dialects have a paragraph for each network with each. */
static void export_write(void *arg)
{
    struct export_work *w = arg;
    struct base_text t = base_text(w->text, sizeof w->text);
    w->dialect->write(&t, &w->theirs, &ossl_ike_ops);
    w->is_whole = t.len + 1 < t.cap;
}

static json_t *export_document(struct ctl *ctl, const struct ike_conn_conf *c, bool with_secret,
                               struct export_work *w, struct ctl_refusal *refusal)
{
    const char *lacks = export_lacks(c);
    if (lacks)
        return ctl_refuse(refusal, API_ERR_FAILED, "connection %s %s: the other side is written by hand",
                          c->name, lacks);
    export_sites(ctl, c, with_secret, w);
    ctl_aside_run(ctl, export_write, w);
    if (!w->is_whole)
        return ctl_refuse(refusal, API_ERR_FAILED,
                          "the configuration for %s would be longer than %d bytes: too many networks",
                          w->dialect->word, EXPLAIN_EXPORT_MAX);
    return json_pack("{s:s, s:s, s:s}", "for", w->dialect->word, "what", w->dialect->what, "text", w->text);
}

json_t *ctl_export(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const char *name;
    if (!ctl_arg_connection(ctl->conf->ike, args, &name, refusal))
        return NULL;
    if (!name)
        return ctl_refuse(refusal, API_ERR_BAD_ARGUMENT, "say which connection");
    const struct explain_dialect *d = export_dialect(args, refusal);
    struct export_work *w = d ? calloc(1, sizeof *w) : NULL;
    if (!w)
        return NULL;
    w->dialect = d;
    ctl_newest(ctl, name, &w->newest);
    json_t *document = export_document(ctl, ike_conf_conn(ctl->conf->ike, name),
                                       json_is_true(json_object_get(args, "secrets")), w, refusal);
    base_wipe(w, sizeof *w);
    free(w);
    return document;
}
