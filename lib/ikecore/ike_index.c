/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Index of a configuration, so that 100,000 connections are looked up as fast as one. Its hash has no
 * secret: what is in the table was written by the operator, and a peer only looks up.
 */
#include "ike_index.h"

#include <stdlib.h>
#include "base_span.h"
#include "ike_conf.h"
#include "ike_dn.h"
#include "ike_grant.h"
#include "wire_ike.h"

/* A hash table of numbers: head by hash, then next by number. */
struct table {
    uint32_t *head;
    uint32_t *next;
};

struct ike_conf_index {
    uint32_t mask;
    struct table names, peers, secrets, grants;
    struct ike_dn_shapes shapes;
};

static uint32_t index_mix(uint32_t h, uint8_t byte)
{
    return (h ^ byte) * 16777619u;
}

static uint32_t hash_name(const char *name)
{
    uint32_t h = 2166136261u;
    while (*name)
        h = index_mix(h, (uint8_t)*name++);
    return h ^ h >> 15;
}

static uint32_t hash_id(uint32_t h, const struct ike_id *id)
{
    const bool fold = id->type == WIRE_IKE_ID_FQDN || id->type == WIRE_IKE_ID_EMAIL;
    h = index_mix(index_mix(h, id->pattern), id->type);
    if (id->type == WIRE_IKE_ID_DN)
        h = ike_dn_hash(h, base_span(id->bytes, id->len));
    for (size_t i = 0; i < id->len && id->type != WIRE_IKE_ID_DN; i++) {
        const uint8_t c = id->bytes[i];
        h = index_mix(h, fold && c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c);
    }
    return h ^ h >> 15;
}

uint32_t ike_index_hash(const struct ike_id *id)
{
    return hash_id(2166136261u, id);
}

static uint32_t hash_pair(const struct ike_id *local, const struct ike_id *remote)
{
    return hash_id(hash_id(2166136261u, local), remote);
}

/* A row is its connection's: the same identity may have one on another, too. */
static uint32_t hash_grant(uint32_t first, const struct ike_id *id)
{
    uint32_t h = 2166136261u;
    for (unsigned i = 0; i < 32; i += 8)
        h = index_mix(h, (uint8_t)(first >> i));
    return hash_id(h, id);
}

static bool make_table(struct table *t, size_t slots, size_t count)
{
    t->head = malloc(slots * sizeof(*t->head));
    t->next = malloc((count ? count : 1) * sizeof(*t->next));
    if (!t->head || !t->next)
        return false;
    for (size_t i = 0; i < slots; i++)
        t->head[i] = IKE_INDEX_NONE;
    return true;
}

static void index_put(struct table *t, uint32_t slot, uint32_t number)
{
    t->next[number] = t->head[slot];
    t->head[slot] = number;
}

/* One too many is found no more; the configuration was checked for that. */
static void index_add_shape(struct ike_conf_index *x, const struct ike_id *id)
{
    struct ike_dn_shape shape;
    if (id->pattern == IKE_ID_DN_PARTS && ike_dn_shape(base_span(id->bytes, id->len), &shape))
        ike_dn_shapes_add(&x->shapes, &shape);
}

const struct ike_dn_shapes *ike_index_shapes(const struct ike_conf *conf)
{
    return conf->index ? &conf->index->shapes : NULL;
}

static void index_add_grants(struct ike_conf_index *x, const struct ike_conn_conf *c,
                             const struct ike_grants *g)
{
    for (uint32_t i = c->n_grants; i-- > 0;)
        index_put(&x->grants, hash_grant(c->first_grant, &g->list[c->first_grant + i].id) & x->mask,
                  c->first_grant + i);
}

struct ike_conf_index *ike_index_new(const struct ike_conf *conf)
{
    const size_t n_grants = conf->grants ? conf->grants->n : 0;
    size_t slots = 16, most = conf->n_conns > conf->n_secrets ? conf->n_conns : conf->n_secrets;
    if (most < n_grants)
        most = n_grants;
    while (slots < most && slots < 1u << 24)
        slots *= 2;
    struct ike_conf_index *x = calloc(1, sizeof *x);
    if (!x || !make_table(&x->names, slots, conf->n_conns) || !make_table(&x->peers, slots, conf->n_conns) ||
        !make_table(&x->secrets, slots, conf->n_secrets) || !make_table(&x->grants, slots, n_grants)) {
        ike_index_free(x);
        return NULL;
    }
    x->mask = (uint32_t)(slots - 1);
    /* Backwards, so that chains are in the order of the configuration. */
    for (size_t i = conf->n_conns; i-- > 0;) {
        index_put(&x->names, hash_name(conf->conns[i].name) & x->mask, (uint32_t)i);
        index_put(&x->peers, ike_index_hash(&conf->conns[i].remote_id) & x->mask, (uint32_t)i);
        index_add_shape(x, &conf->conns[i].remote_id);
    }
    for (size_t i = conf->n_secrets; i-- > 0;)
        index_put(&x->secrets, hash_pair(&conf->secrets[i].local, &conf->secrets[i].remote) & x->mask,
                  (uint32_t)i);
    for (size_t i = conf->n_conns; i-- > 0;)
        index_add_grants(x, &conf->conns[i], conf->grants);
    return x;
}

void ike_index_free(struct ike_conf_index *x)
{
    if (!x)
        return;
    struct table *const all[] = {&x->names, &x->peers, &x->secrets, &x->grants};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]->head);
        free(all[i]->next);
    }
    free(x);
}

/* Without an index every number may be it. */
static uint32_t index_walk(size_t count, uint32_t after)
{
    const uint32_t i = after == IKE_INDEX_NONE ? 0 : after + 1;
    return i < count ? i : IKE_INDEX_NONE;
}

uint32_t ike_index_name(const struct ike_conf *conf, const char *name, uint32_t after)
{
    const struct ike_conf_index *x = conf->index;
    if (!x)
        return index_walk(conf->n_conns, after);
    return after == IKE_INDEX_NONE ? x->names.head[hash_name(name) & x->mask] : x->names.next[after];
}

uint32_t ike_index_peer(const struct ike_conf *conf, const struct ike_id *remote, uint32_t after)
{
    const struct ike_conf_index *x = conf->index;
    if (!x)
        return index_walk(conf->n_conns, after);
    return after == IKE_INDEX_NONE ? x->peers.head[ike_index_hash(remote) & x->mask] : x->peers.next[after];
}

uint32_t ike_index_secret(const struct ike_conf *conf, const struct ike_id *local,
                          const struct ike_id *remote, uint32_t after)
{
    const struct ike_conf_index *x = conf->index;
    if (!x)
        return index_walk(conf->n_secrets, after);
    return after == IKE_INDEX_NONE ? x->secrets.head[hash_pair(local, remote) & x->mask]
                                   : x->secrets.next[after];
}

uint32_t ike_index_grant(const struct ike_conn_conf *conn, const struct ike_id *id, uint32_t after)
{
    const struct ike_conf_index *x = conn->conf->index;
    if (!x)
        return index_walk(conn->conf->grants->n, after);
    return after == IKE_INDEX_NONE ? x->grants.head[hash_grant(conn->first_grant, id) & x->mask]
                                   : x->grants.next[after];
}
