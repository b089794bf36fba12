/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's configuration as an object: defaults, reference count, lookup and comparison. It does not
 * check whether a configuration makes sense; that is done where it is read.
 */
#include "ike_conf.h"

#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "ike_index.h"

struct ike_conf *ike_conf_new(void)
{
    struct ike_conf *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->refs = 1;
    c->half_open_max = 5000;
    c->half_open_per_endpoint = 10;
    c->cookie_threshold = 100;
    c->half_open_timeout_s = 30;
    c->sas_max = 100000;
    c->children_max = IKE_CHILDREN_MAX;
    return c;
}

/* Copies the built-in proposals of a protocol, as many as fit. */
static size_t default_proposals(enum crypt_protocol protocol, struct crypt_proposal *out)
{
    size_t n;
    const struct crypt_proposal *p = crypt_proposal_defaults(protocol, &n);
    if (n > IKE_PROPOSALS_MAX)
        n = IKE_PROPOSALS_MAX;
    memcpy(out, p, n * sizeof *p);
    return n;
}

void ike_conn_conf_defaults(struct ike_conn_conf *c)
{
    *c = (struct ike_conn_conf){
        .remote_port = 500,
        .encap = IKE_ENCAP_AUTO,
        .rekey_s = 4 * 3600,
        .dpd_s = 30,
        .keepalive_s = 20,
        .retransmit_ms = 2000,
        .retransmit_tries = 5,
    };
    c->n_proposals = default_proposals(CRYPT_PROTOCOL_IKE, c->proposals);
}

void ike_child_conf_defaults(struct ike_child_conf *c)
{
    *c = (struct ike_child_conf){.rekey_s = 3600, .replay_window = 1024};
    c->n_proposals = default_proposals(CRYPT_PROTOCOL_ESP, c->proposals);
}

void ike_conf_seal(struct ike_conf *conf)
{
    for (size_t i = 0; i < conf->n_conns; i++) {
        conf->conns[i].conf = conf;
        conf->forces_encap = conf->forces_encap || conf->conns[i].encap == IKE_ENCAP_FORCE;
    }
    ike_index_free(conf->index);
    conf->index = ike_index_new(conf);
}

const struct ike_conf *ike_conf_get(const struct ike_conf *conf)
{
    /* The count is the one field that changes in a shared configuration. */
    ((struct ike_conf *)conf)->refs++;
    return conf;
}

void ike_conf_put(const struct ike_conf *conf)
{
    struct ike_conf *c = (struct ike_conf *)conf;
    if (!c || --c->refs > 0)
        return;
    for (size_t i = 0; i < c->n_conns; i++)
        free(c->conns[i].children);
    free(c->conns);
    if (c->secrets)
        base_wipe(c->secrets, c->n_secrets * sizeof *c->secrets);
    free(c->secrets);
    ike_index_free(c->index);
    free(c);
}

const struct ike_conn_conf *ike_conf_conn(const struct ike_conf *conf, const char *name)
{
    uint32_t i = IKE_INDEX_NONE;
    while ((i = ike_index_name(conf, name, i)) != IKE_INDEX_NONE)
        if (strcmp(conf->conns[i].name, name) == 0)
            return &conf->conns[i];
    return NULL;
}

const struct ike_secret *ike_conf_secret(const struct ike_conf *conf, const struct ike_id *local,
                                         const struct ike_id *remote)
{
    uint32_t i = IKE_INDEX_NONE;
    while ((i = ike_index_secret(conf, local, remote, i)) != IKE_INDEX_NONE)
        if (ike_id_equal(&conf->secrets[i].local, local) && ike_id_equal(&conf->secrets[i].remote, remote))
            return &conf->secrets[i];
    return NULL;
}

static bool same_proposals(const struct crypt_proposal *a, size_t n_a, const struct crypt_proposal *b,
                           size_t n_b)
{
    if (n_a != n_b)
        return false;
    for (size_t i = 0; i < n_a; i++) {
        if (a[i].protocol != b[i].protocol || a[i].count != b[i].count)
            return false;
        for (size_t j = 0; j < a[i].count; j++) {
            const struct crypt_transform *x = &a[i].transforms[j], *y = &b[i].transforms[j];
            if (x->type != y->type || x->id != y->id || x->key_bits != y->key_bits)
                return false;
        }
    }
    return true;
}

static bool same_ts(const struct base_ts_list *a, const struct base_ts_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct base_ts *x = &a->list[i], *y = &b->list[i];
        if (x->protocol != y->protocol || x->port_lo != y->port_lo || x->port_hi != y->port_hi ||
            !base_addr_equal(&x->lo, &y->lo) || !base_addr_equal(&x->hi, &y->hi))
            return false;
    }
    return true;
}

static bool same_child(const struct ike_child_conf *a, const struct ike_child_conf *b)
{
    return strcmp(a->name, b->name) == 0 &&
           same_proposals(a->proposals, a->n_proposals, b->proposals, b->n_proposals) &&
           same_ts(&a->local_ts, &b->local_ts) && same_ts(&a->remote_ts, &b->remote_ts) &&
           a->rekey_s == b->rekey_s && a->life_s == b->life_s && a->rekey_bytes == b->rekey_bytes &&
           a->rekey_pkts == b->rekey_pkts && a->life_bytes == b->life_bytes && a->life_pkts == b->life_pkts &&
           a->replay_window == b->replay_window;
}

static bool same_addresses(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    if (a->n_local_addrs != b->n_local_addrs || a->n_remote_from != b->n_remote_from ||
        !base_addr_equal(&a->remote_addr, &b->remote_addr) || a->remote_port != b->remote_port)
        return false;
    for (size_t i = 0; i < a->n_local_addrs; i++)
        if (!base_addr_equal(&a->local_addrs[i], &b->local_addrs[i]))
            return false;
    for (size_t i = 0; i < a->n_remote_from; i++)
        if (!base_addr_equal(&a->remote_from[i].addr, &b->remote_from[i].addr) ||
            a->remote_from[i].len != b->remote_from[i].len)
            return false;
    return true;
}

/* The secret of the connection's own pair; both sides may lack one. */
static bool same_secret(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    const struct ike_secret *x = a->conf ? ike_conf_secret(a->conf, &a->local_id, &a->remote_id) : NULL;
    const struct ike_secret *y = b->conf ? ike_conf_secret(b->conf, &b->local_id, &b->remote_id) : NULL;
    if (!x || !y)
        return x == y;
    return x->psk_len == y->psk_len && base_equal_secret(x->psk, y->psk, x->psk_len);
}

bool ike_conn_conf_equal(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    if (strcmp(a->name, b->name) != 0 || !same_addresses(a, b) || !ike_id_equal(&a->local_id, &b->local_id) ||
        !ike_id_equal(&a->remote_id, &b->remote_id) || a->encap != b->encap ||
        a->frag_after != b->frag_after || a->start != b->start || a->rekey_s != b->rekey_s ||
        a->dpd_s != b->dpd_s || a->keepalive_s != b->keepalive_s || a->retransmit_ms != b->retransmit_ms ||
        a->retransmit_tries != b->retransmit_tries || a->n_children != b->n_children ||
        !same_proposals(a->proposals, a->n_proposals, b->proposals, b->n_proposals))
        return false;
    for (size_t i = 0; i < a->n_children; i++)
        if (!same_child(&a->children[i], &b->children[i]))
            return false;
    return same_secret(a, b);
}
