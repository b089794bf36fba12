/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of single identities, as connections for many peers use them: those that another snapshot has not, by
 * the connection whose peers they are. What it costs grows with the keys that differ, not with the
 * connections.
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

bool conf_secrets_lost(const struct ike_conf *from, const struct ike_conf *to, struct conf_secrets_diff *out)
{
    *out = (struct conf_secrets_diff){calloc(from->n_conns + 1, sizeof *out->changed),
                                      calloc(from->n_conns + 1, sizeof *out->removed)};
    for (size_t i = 0; out->changed && out->removed && i < from->n_secrets; i++) {
        const struct ike_secret *s = &from->secrets[i];
        if (ike_conf_has_secret(to, s))
            continue;
        const bool is_there = ike_conf_secret(to, &s->local, &s->remote);
        (is_there ? out->changed : out->removed)[secret_conn(from, s)]++;
    }
    return out->changed && out->removed;
}

void conf_secrets_diff_free(struct conf_secrets_diff *d)
{
    free(d->changed);
    free(d->removed);
    *d = (struct conf_secrets_diff){0};
}
