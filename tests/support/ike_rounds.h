/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A pair of engines whose connection has further rounds of authentication (RFC 4739), by keys. */
#include "ike_pair.h"

/* Of host i in a further round: "@a2" in the second. */
static inline struct ike_id rounds_id(int i, unsigned round)
{
    char text[16];
    snprintf(text, sizeof text, "@%c%u", i ? 'b' : 'a', round + 1);
    return pair_id(text);
}

/* One more key for a pair of identities. */
static inline void rounds_secret(struct ike_conf *conf, struct ike_id local, struct ike_id remote,
                                 const char *psk)
{
    struct ike_secret *all = base_secret_new((conf->n_secrets + 1) * sizeof *all);
    memcpy(all, conf->secrets, conf->n_secrets * sizeof *all);
    base_secret_free(conf->secrets);
    conf->secrets = all;
    struct ike_secret *s = &all[conf->n_secrets++];
    s->local = local;
    s->remote = remote;
    s->psk_len = (uint16_t)strlen(psk);
    memcpy(s->psk, psk, strlen(psk));
}

/* The next round of host i's connection, in which its sides prove themselves so, and its key for that. */
static inline struct ike_conn_conf *rounds_then(struct pair *p, int i, enum ike_auth_kind ours,
                                                enum ike_auth_kind theirs, const char *psk)
{
    struct ike_conn_conf *c = &p->h[i].conf->conns[0], *then = malloc(sizeof *then), *last = c;
    while (last->then)
        last = last->then;
    *then = *c;
    then->then = NULL;
    then->round = (uint8_t)(last->round + 1);
    then->n_children = 0;
    then->children = NULL;
    then->local_auth = ours;
    then->remote_auth = theirs;
    if (ours != IKE_AUTH_NONE)
        then->local_id = rounds_id(i, then->round);
    if (theirs != IKE_AUTH_NONE)
        then->remote_id = rounds_id(!i, then->round);
    if (ours == IKE_AUTH_PSK || theirs == IKE_AUTH_PSK)
        rounds_secret(p->h[i].conf, then->local_id, then->remote_id, psk);
    return last->then = then;
}

/* A pair, not started: each host proves itself a second time, or does not, by the key "again". */
static inline struct pair *rounds_pair(bool a_again, bool b_again)
{
    struct pair *p = pair_new();
    const enum ike_auth_kind kinds[2] = {a_again ? IKE_AUTH_PSK : IKE_AUTH_NONE,
                                         b_again ? IKE_AUTH_PSK : IKE_AUTH_NONE};
    for (int i = 0; i < 2; i++)
        rounds_then(p, i, kinds[i], kinds[!i], "again");
    return p;
}
