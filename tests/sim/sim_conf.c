/* SPDX-License-Identifier: BSD-3-Clause */
/* Fills ike_conf by hand, as the conf room would from JSON. Retransmission is set fast: 0.5 s, five tries. */
#include "sim_conf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base_secret.h"

static void *must_alloc(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

static void bad(const char *text, const char *why)
{
    fprintf(stderr, "sim_conf: \"%s\": %s\n", text, why);
    abort();
}

static void fill_id(const char *text, struct ike_id *id)
{
    char why[256] = "";
    if (ike_id_parse(text, id, why, sizeof why))
        bad(text, why);
}

static void fill_proposal(const char *text, enum crypt_protocol protocol, size_t *n,
                          struct crypt_proposal *out)
{
    char why[256] = "";
    if (!text)
        return;
    *n = 1;
    if (crypt_proposal_parse(text, protocol, out, why, sizeof why))
        bad(text, why);
}

static void fill_ts(const char *text, struct base_ts_list **kept)
{
    struct base_prefix p;
    struct base_ts_list list = {.count = 1};
    if (base_prefix_parse(text, &p))
        bad(text, "not a prefix");
    list.list[0].port_hi = 65535;
    base_prefix_range(&p, &list.list[0].lo, &list.list[0].hi);
    if (!base_ts_set(kept, &list))
        bad(text, "no memory");
}

/* Transport mode between the two hosts. */
static void fill_hosts(struct ike_child_conf *k)
{
    const struct base_ts_list dynamic = {.count = 1, .list = {{.port_hi = 65535}}};
    k->mode = ESP_MODE_TRANSPORT;
    if (!base_ts_set(&k->local_ts, &dynamic) || !base_ts_set(&k->remote_ts, &dynamic))
        bad("dynamic", "no memory");
}

static void fill_child(const struct sim_conn *s, const char *name, const char *local_ts,
                       const char *remote_ts, struct ike_child_conf *k)
{
    ike_child_conf_defaults(k);
    snprintf(k->name, sizeof k->name, "%s", name);
    fill_proposal(s->esp, CRYPT_PROTOCOL_ESP, &k->n_proposals, k->proposals);
    fill_ts(local_ts, &k->local_ts);
    fill_ts(remote_ts, &k->remote_ts);
    if (s->is_transport)
        fill_hosts(k);
    k->rekey_s = s->child_rekey_s;
    k->life_s = 0;
    k->rekey_pkts = s->child_rekey_pkts;
    k->worker_sas = s->worker_sas ? s->worker_sas : 1;
}

static void fill_conn(const struct sim_conn *s, struct ike_conn_conf *c)
{
    ike_conn_conf_defaults(c);
    snprintf(c->name, sizeof c->name, "%s", s->name ? s->name : "c");
    if (s->remote && base_addr_parse(s->remote, &c->remote_addr))
        bad(s->remote, "not an address");
    c->remote_port = s->remote_port;
    fill_id(s->local_id, &c->local_id);
    fill_id(s->remote_id, &c->remote_id);
    fill_proposal(s->ike, CRYPT_PROTOCOL_IKE, &c->n_proposals, c->proposals);
    c->version = s->version ? s->version : 2;
    c->aggressive = s->aggressive;
    c->encap = s->encap;
    c->start = s->start;
    c->mobike = !s->is_fixed;
    c->rekey_s = s->rekey_s;
    c->reauth_s = s->reauth_s;
    c->dpd_s = s->dpd_s;
    c->keepalive_s = s->keepalive_s;
    c->retransmit_ms = 500;
    c->retransmit_tries = s->tries ? s->tries : 5;
    c->n_children = s->child2_ts ? 2 : 1;
    c->children = must_alloc(c->n_children, sizeof *c->children);
    fill_child(s, "net", s->local_ts, s->remote_ts, &c->children[0]);
    if (s->child2_ts)
        fill_child(s, "net2", s->child2_local_ts ? s->child2_local_ts : s->local_ts, s->child2_ts,
                   &c->children[1]);
}

static void fill_secret(const struct ike_conn_conf *c, const char *psk, struct ike_conf *conf)
{
    struct ike_secret *s = &conf->secrets[conf->n_secrets];
    if (psk && !*psk)
        return;
    conf->n_secrets++;
    s->local = c->local_id;
    s->remote = c->remote_id;
    s->psk_len = (uint16_t)snprintf((char *)s->psk, sizeof s->psk, "%s", psk ? psk : "secret");
}

struct ike_conf *sim_conf_build(const struct sim_conn *conns, size_t n)
{
    struct ike_conf *conf = ike_conf_new();
    if (!conf)
        abort();
    conf->conns = must_alloc(n, sizeof *conf->conns);
    conf->secrets = base_secret_new(n * sizeof *conf->secrets);
    conf->n_conns = n;
    for (size_t i = 0; i < n; i++) {
        fill_conn(&conns[i], &conf->conns[i]);
        if (conns[i].fragment_bytes)
            conf->fragment_bytes = conns[i].fragment_bytes;
        fill_secret(&conf->conns[i], conns[i].psk, conf);
    }
    return conf;
}

struct ike_conf *sim_conf(const struct sim_conn *conns, size_t n)
{
    struct ike_conf *conf = sim_conf_build(conns, n);
    ike_conf_seal(conf);
    return conf;
}
