/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of IKE proposals, numbered when a configuration is sealed, and counted for a caller's path. */
#include "ike_sets.h"

#include <stdlib.h>
#include "ike_conf_keys.h"
#include "ike_field.h"

struct ike_sets {
    struct ike_set_counts open; /* connections that allow any path */
    size_t n_bound;
    const struct ike_conn_conf **bound; /* the others, in the order of the configuration */
};

bool ike_sets_allows(const struct ike_conn_conf *c, const struct ike_path *path)
{
    bool local = c->n_local_addrs == 0, remote = c->n_remote_from == 0;
    for (size_t i = 0; i < c->n_local_addrs && !local; i++)
        local = base_addr_equal(&c->local_addrs[i], &path->local.addr);
    for (size_t i = 0; i < c->n_remote_from && local && !remote; i++)
        remote = base_prefix_contains(&c->remote_from[i], &path->remote.addr);
    return local && remote;
}

static bool set_is_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    return ike_field_equal(&ike_keys[IKE_KEY_CONN_PROPOSALS].field, a, b);
}

/* The set of a connection: that of one before it, or a new one, whose first connection goes into firsts. */
static uint8_t set_number(const struct ike_conn_conf *c, const struct ike_conn_conf *firsts[IKE_SETS_MAX],
                          size_t *n)
{
    size_t i = 0;
    while (i < *n && !set_is_same(firsts[i], c))
        i++;
    if (i == IKE_SETS_MAX)
        return IKE_SETS_MAX - 1;
    if (i == *n)
        firsts[(*n)++] = c;
    return (uint8_t)i;
}

static void counts_add(struct ike_set_counts *k, const struct ike_conn_conf *c)
{
    if (k->count[c->set]++ == 0 || c < k->first[c->set])
        k->first[c->set] = c;
    if (!k->nearest || c < k->nearest)
        k->nearest = c;
    k->forces_encap = k->forces_encap || c->encap == IKE_ENCAP_FORCE;
}

struct ike_sets *ike_sets_new(struct ike_conf *conf)
{
    const struct ike_conn_conf *firsts[IKE_SETS_MAX];
    struct ike_sets *s = calloc(1, sizeof *s);
    if (s)
        s->bound = calloc(conf->n_conns ? conf->n_conns : 1, sizeof(*s->bound));
    if (!s || !s->bound) {
        ike_sets_free(s);
        return NULL;
    }
    for (size_t i = 0; i < conf->n_conns; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        c->set = set_number(c, firsts, &s->open.n_sets);
        if (c->n_local_addrs || c->n_remote_from)
            s->bound[s->n_bound++] = c;
        else
            counts_add(&s->open, c);
    }
    return s;
}

void ike_sets_free(struct ike_sets *s)
{
    if (!s)
        return;
    free(s->bound);
    free(s);
}

void ike_sets_count(const struct ike_conf *conf, const struct ike_path *path, struct ike_set_counts *out)
{
    const struct ike_sets *s = conf->sets;
    *out = s ? s->open : (struct ike_set_counts){.n_sets = 1}; /* without memory all count as one */
    for (size_t i = 0; i < (s ? s->n_bound : conf->n_conns); i++) {
        const struct ike_conn_conf *c = s ? s->bound[i] : &conf->conns[i];
        if (ike_sets_allows(c, path))
            counts_add(out, c);
    }
}
