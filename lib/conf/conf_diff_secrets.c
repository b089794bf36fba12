/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of single identities, as connections for many peers use them: those that another snapshot has not, by
 * the connection whose peers they are. What it costs grows with the keys that differ, not with the
 * connections, but for those with a further round by pattern and key.
 */
#include "conf_int.h"

#include <stdlib.h>
#include "ike_index.h"
#include "ike_pattern.h"

/* The connection under whose pattern the identity of a secret stands, or n_conns: none, or one of its own. */
static size_t secret_conn(const struct ike_conf *conf, const struct ike_secret *s)
{
    struct ike_probes probes;
    struct ike_id probe;
    ike_probes_start(&probes, &s->remote, ike_index_shapes(conf));
    while (ike_probes_next(&probes, &probe)) {
        uint32_t i = IKE_INDEX_NONE;
        while ((i = ike_index_peer(conf, &probe, i)) != IKE_INDEX_NONE) {
            const struct ike_conn_conf *c = &conf->conns[i];
            if (c->remote_auth == IKE_AUTH_PSK && ike_id_equal(&c->remote_id, &probe) &&
                ike_id_equal(&c->local_id, &s->local))
                return c->remote_id.pattern ? i : conf->n_conns;
        }
    }
    return conf->n_conns;
}

/* Further rounds in which peers prove themselves by a key of their own (RFC 4739). */
struct rounds {
    size_t n;
    struct round {
        uint32_t conn; /* its number */
        const struct ike_conn_conf *then;
    } * list; /* owned */
};

/* False: no memory. */
static bool rounds_find(const struct ike_conf *conf, struct rounds *out)
{
    const size_t most = conf->n_conns * (IKE_ROUNDS_MAX - 1);
    *out = (struct rounds){0, conf->has_rounds ? calloc(most, sizeof *out->list) : NULL};
    for (uint32_t i = 0; out->list && i < conf->n_conns; i++)
        for (const struct ike_conn_conf *then = conf->conns[i].then; then; then = then->then)
            if (then->remote_auth == IKE_AUTH_PSK && then->remote_id.pattern)
                out->list[out->n++] = (struct round){i, then};
    return out->list || !conf->has_rounds;
}

/* The first connection in whose further rounds a secret stands, or n_conns. */
static size_t rounds_conn(const struct rounds *r, const struct ike_conf *conf, const struct ike_secret *s)
{
    struct ike_probes probes;
    struct ike_id probe;
    ike_probes_start(&probes, &s->remote, ike_index_shapes(conf));
    while (r->n && ike_probes_next(&probes, &probe))
        for (size_t i = 0; i < r->n; i++) {
            const struct ike_conn_conf *then = r->list[i].then;
            if (ike_id_equal(&then->remote_id, &probe) && ike_id_equal(&then->local_id, &s->local))
                return r->list[i].conn;
        }
    return conf->n_conns;
}

bool conf_secrets_lost(const struct ike_conf *from, const struct ike_conf *to, struct conf_secrets_diff *out)
{
    struct rounds rounds;
    *out = (struct conf_secrets_diff){calloc(from->n_conns + 1, sizeof *out->changed),
                                      calloc(from->n_conns + 1, sizeof *out->removed)};
    const bool has_room = rounds_find(from, &rounds) && out->changed && out->removed;
    const bool are_shared = from->secrets == to->secrets;
    for (size_t i = 0; has_room && !are_shared && i < from->n_secrets; i++) {
        const struct ike_secret *s = &from->secrets[i];
        if (ike_conf_has_secret(to, s))
            continue;
        uint32_t *const counts = ike_conf_secret(to, &s->local, &s->remote) ? out->changed : out->removed;
        const size_t first = secret_conn(from, s), then = rounds_conn(&rounds, from, s);
        counts[first]++;
        if (then != first && then != from->n_conns)
            counts[then]++;
    }
    free(rounds.list);
    return has_room;
}

void conf_secrets_diff_free(struct conf_secrets_diff *d)
{
    free(d->changed);
    free(d->removed);
    *d = (struct conf_secrets_diff){0};
}
