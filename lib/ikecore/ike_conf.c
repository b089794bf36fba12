/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine's configuration as an object: defaults, reference count, lookup and comparison. It does not
 * check whether a configuration makes sense; that is done where it is read.
 */
#include "ike_conf.h"

#include <stdlib.h>
#include <string.h>
#include "base_secret.h"
#include "base_wipe.h"
#include "eap_users.h"
#include "ike_conf_keys.h"
#include "ike_cred.h"
#include "ike_grant.h"
#include "ike_index.h"
#include "ike_sets.h"

struct ike_conf *ike_conf_new(void)
{
    struct ike_conf *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->refs = 1;
    ike_keys_preset(IKE_OWNER_CONF, c);
    return c;
}

static void conn_set_bulk(struct ike_conn_conf *c, struct ike_bulk *b)
{
    c->bulk = b;
    c->local_addrs = b->local_addrs;
    c->remote_name = b->remote_name;
    c->remote_from = b->remote_from;
    c->groups = b->groups;
    c->proposals = b->proposals;
    c->redirect_to = b->redirect_to;
    c->pools = b->pools;
}

static void bulk_put(struct ike_bulk *b)
{
    if (b && --b->refs == 0)
        free(b);
}

bool ike_conn_conf_defaults(struct ike_conn_conf *c)
{
    struct ike_bulk *b = calloc(1, sizeof *b);
    *c = (struct ike_conn_conf){0};
    if (!b)
        return false;
    b->refs = 1;
    conn_set_bulk(c, b);
    ike_keys_preset(IKE_OWNER_CONN, c);
    return true;
}

bool ike_conn_conf_share_bulk(struct ike_conn_conf *c, const struct ike_conn_conf *with)
{
    const size_t at = offsetof(struct ike_bulk, local_addrs);
    if (c->bulk == with->bulk)
        return true;
    if (memcmp((uint8_t *)c->bulk + at, (uint8_t *)with->bulk + at, sizeof *c->bulk - at) != 0)
        return false;
    ++with->bulk->refs;
    bulk_put(c->bulk);
    conn_set_bulk(c, with->bulk);
    for (struct ike_conn_conf *then = c->then; then; then = then->then)
        conn_set_bulk(then, with->bulk);
    return true;
}

void ike_child_conf_defaults(struct ike_child_conf *c)
{
    *c = (struct ike_child_conf){0};
    ike_keys_preset(IKE_OWNER_CHILD, c);
}

bool ike_conn_conf_lend(struct ike_conn_conf *c)
{
    c->children_refs = malloc(sizeof *c->children_refs);
    if (c->children_refs)
        *c->children_refs = 1;
    return c->children_refs != NULL;
}

void ike_conn_conf_copy(struct ike_conn_conf *to, const struct ike_conn_conf *from)
{
    *to = *from;
    to->conf = NULL;
    to->set = 0;
    to->secret = NULL;
    ++*to->children_refs;
    ++to->bulk->refs;
}

bool ike_conf_lend_secrets(struct ike_conf *conf)
{
    conf->secrets_refs = malloc(sizeof *conf->secrets_refs);
    if (conf->secrets_refs)
        *conf->secrets_refs = 1;
    return conf->secrets_refs != NULL;
}

bool ike_conf_take_secrets(struct ike_conf *to, const struct ike_conf *from)
{
    if (!from->secrets_refs)
        return false;
    to->secrets = from->secrets;
    to->n_secrets = from->n_secrets;
    to->secrets_refs = from->secrets_refs;
    ++*to->secrets_refs;
    return true;
}

size_t ike_conf_pool(const struct ike_conf *conf, const char *name)
{
    size_t i = 0;
    while (i < conf->n_pools && strcmp(conf->pools[i].name, name) != 0)
        i++;
    return i;
}

static void seal_secret(const struct ike_conf *conf, struct ike_conn_conf *c)
{
    c->secret = ike_conf_secret(conf, &c->local_id, &c->remote_id);
    if (c->then)
        seal_secret(conf, c->then);
}

void ike_conf_seal(struct ike_conf *conf)
{
    conf->signs = conf->has_rounds = false;
    conf->may_be_childless = conf->n_conns == 0;
    for (size_t i = 0; i < conf->n_conns; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        c->conf = conf;
        conf->may_be_childless |= c->childless != IKE_CHILDLESS_NEVER;
        conf->has_ppk |= c->ppk != NULL;
        conf->has_rounds |= c->then != NULL;
        for (struct ike_conn_conf *then = c->then; then; then = then->then)
            then->conf = conf;
        for (size_t k = 0; k < c->n_pools; k++)
            c->pool_numbers[k] = (uint16_t)ike_conf_pool(conf, c->pools[k]);
        conf->signs = conf->signs || ike_conn_conf_signs(c);
    }
    free(conf->cas);
    conf->cas = ike_anchors_cas(conf->anchors);
    ike_grants_seal(conf->grants);
    ike_sets_free(conf->sets);
    conf->sets = ike_sets_new(conf);
    ike_index_free(conf->index);
    conf->index = ike_index_new(conf);
    for (size_t i = 0; i < conf->n_conns; i++)
        seal_secret(conf, &conf->conns[i]);
}

bool ike_conn_conf_signs(const struct ike_conn_conf *c)
{
    return c->local_auth == IKE_AUTH_SIG || c->remote_auth == IKE_AUTH_SIG ||
           (c->then && ike_conn_conf_signs(c->then));
}

uint8_t ike_conn_conf_proofs(const struct ike_conn_conf *c, bool is_ours)
{
    uint8_t n = 0;
    for (; c && (is_ours ? c->local_auth : c->remote_auth) != IKE_AUTH_NONE; c = c->then)
        n++;
    return n;
}

const char *ike_round_name(size_t round)
{
    static const char *const names[] = {"first", "second", "third", "fourth"};
    _Static_assert(sizeof names / sizeof *names == IKE_ROUNDS_MAX, "each has a name");
    return names[round];
}

const struct ike_conn_conf *ike_conn_conf_round(const struct ike_conn_conf *c, uint8_t proved)
{
    for (; proved && c->then; proved--)
        c = c->then;
    return c;
}

const struct ike_conf *ike_conf_get(const struct ike_conf *conf)
{
    /* The count is the one field that changes in a shared configuration. */
    ((struct ike_conf *)conf)->refs++;
    return conf;
}

static void conn_free_children(struct ike_conn_conf *c)
{
    if (c->children_refs && --*c->children_refs > 0)
        return;
    for (size_t i = 0; i < c->n_children; i++) {
        free(c->children[i].local_ts);
        free(c->children[i].remote_ts);
    }
    free(c->children);
    free(c->children_refs);
}

void ike_conn_conf_clear(struct ike_conn_conf *c)
{
    conn_free_children(c);
    bulk_put(c->bulk);
    for (struct ike_conn_conf *then = c->then, *next; then; then = next) {
        next = then->then;
        free(then);
    }
    base_secret_free(c->login);
    base_secret_free(c->xauth_login);
    base_secret_free(c->ppk);
}

static void conf_free_secrets(struct ike_conf *c)
{
    if (c->secrets_refs && --*c->secrets_refs > 0)
        return;
    base_secret_free(c->secrets);
    free(c->secrets_refs);
}

bool ike_conf_is_alone(const struct ike_conf *conf)
{
    return conf->refs == 1;
}

void ike_conf_put(const struct ike_conf *conf)
{
    struct ike_conf *c = (struct ike_conf *)conf;
    if (!c || --c->refs > 0)
        return;
    for (size_t i = 0; i < c->n_conns; i++)
        ike_conn_conf_clear(&c->conns[i]);
    free(c->conns);
    for (size_t i = 0; i < c->n_pools; i++) {
        free(c->pools[i].ranges);
        free(c->pools[i].subnets);
    }
    free(c->pools);
    ike_grants_free(c->grants);
    conf_free_secrets(c);
    eap_users_put(c->users);
    ike_creds_free(c->pki, c->creds);
    ike_anchors_free(c->pki, c->anchors);
    free(c->cas);
    base_secret_free(c->radius);
    ike_index_free(c->index);
    ike_sets_free(c->sets);
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

static bool same_ppk(const struct ike_ppk *a, const struct ike_ppk *b)
{
    if (!a || !b)
        return a == b;
    return a->is_required == b->is_required && a->id_len == b->id_len &&
           memcmp(a->id, b->id, a->id_len) == 0 && a->key_len == b->key_len &&
           base_equal_secret(a->key, b->key, a->key_len);
}

static bool same_psk(const struct ike_secret *x, const struct ike_secret *y)
{
    if (!x || !y || x == y)
        return x == y;
    return x->psk_len == y->psk_len && base_equal_secret(x->psk, y->psk, x->psk_len);
}

bool ike_conf_has_secret(const struct ike_conf *conf, const struct ike_secret *s)
{
    const struct ike_secret *twin = ike_conf_secret(conf, &s->local, &s->remote);
    return twin && same_psk(s, twin);
}

bool ike_conn_conf_same_secret(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    return same_ppk(a->ppk, b->ppk) && same_psk(a->secret, b->secret) &&
           (!a->then || !b->then || ike_conn_conf_same_secret(a->then, b->then));
}

bool ike_conn_conf_same_rounds(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    if (!a->then || !b->then)
        return a->then == b->then;
    return ike_keys_compare(IKE_OWNER_CONN, a->then, b->then) < IKE_ASKS_SA &&
           ike_conn_conf_same_rounds(a->then, b->then);
}

enum ike_asks ike_conn_conf_asks(const struct ike_conn_conf *from, const struct ike_conn_conf *to)
{
    if (!ike_conn_conf_same_secret(from, to) || !ike_conn_conf_same_rounds(from, to))
        return IKE_ASKS_SA;
    return ike_conn_conf_is_same(from, to) ? 0 : ike_keys_compare(IKE_OWNER_CONN, from, to);
}

bool ike_child_conf_differs_in_dscp(const struct ike_child_conf *a, const struct ike_child_conf *b)
{
    return a->dscp != b->dscp && !(a->dscp & b->dscp);
}

bool ike_child_conf_has_same_networks(const struct ike_child_conf *a, const struct ike_child_conf *b)
{
    return a->mode == b->mode && base_ts_equal(a->local_ts, b->local_ts) &&
           base_ts_equal(a->remote_ts, b->remote_ts);
}

bool ike_child_conf_is_beside(const struct ike_child_conf *a, const struct ike_child_conf *b)
{
    return ike_child_conf_differs_in_dscp(a, b) && ike_child_conf_has_same_networks(a, b);
}

const struct ike_child_conf *ike_conn_conf_child(const struct ike_conn_conf *c, const char *name)
{
    for (size_t i = 0; i < c->n_children; i++)
        if (strcmp(c->children[i].name, name) == 0)
            return &c->children[i];
    return NULL;
}

bool ike_conn_conf_calls(const struct ike_conn_conf *c)
{
    return c->remote_addr.family != BASE_AF_NONE || c->remote_name[0];
}
