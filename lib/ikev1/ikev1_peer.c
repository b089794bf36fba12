/* SPDX-License-Identifier: BSD-3-Clause */
/* From an address to what is possible, and from an identity to the one that it is. */
#include "ikev1_peer.h"

#include <stdlib.h>
#include <string.h>
#include "base_addr.h"
#include "base_wipe.h"
#include "ike_core.h"
#include "ike_peer.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"

/* ---- the list ---- */

static void conns_take(struct ikev1_conns *c, const struct ike_conf *conf)
{
    if (c->conf == conf)
        return;
    ikev1_conns_free(c);
    uint32_t n = 0;
    for (size_t i = 0; i < conf->n_conns; i++)
        n += conf->conns[i].version == 1;
    c->list = calloc(n + 1, sizeof *c->list);
    for (size_t i = 0; c->list && i < conf->n_conns; i++)
        if (conf->conns[i].version == 1)
            c->list[c->n++] = (uint32_t)i;
    c->conf = c->list ? conf : NULL;
}

void ikev1_conns_free(struct ikev1_conns *c)
{
    free(c->list);
    *c = (struct ikev1_conns){0};
}

bool ikev1_peer_any(struct ike *ike)
{
    conns_take(&ike->v1->conns, ike->conf);
    return ike->v1->conns.n > 0;
}

/* The next one from *at on that allows the path; NULL: no more. */
static const struct ike_conn_conf *conns_next(struct ike *ike, const struct ike_path *path, uint32_t *at)
{
    struct ikev1_conns *all = &ike->v1->conns;
    conns_take(all, ike->conf);
    while (*at < all->n) {
        const struct ike_conn_conf *c = &ike->conf->conns[all->list[(*at)++]];
        if (ike_peer_is_candidate(c, path))
            return c;
    }
    return NULL;
}

/* ---- methods ---- */

uint16_t ikev1_peer_method(const struct ike_conn_conf *c, bool is_ours)
{
    const bool is_psk = c->remote_auth == IKE_AUTH_PSK;
    if (c->xauth == IKE_XAUTH_NO)
        return is_psk ? WIRE_V1_AUTH_PSK : WIRE_V1_AUTH_RSA_SIG;
    if (is_ours == (c->xauth == IKE_XAUTH_CLIENT))
        return is_psk ? WIRE_V1_AUTH_XAUTH_INIT_PSK : WIRE_V1_AUTH_XAUTH_INIT_RSA;
    return is_psk ? WIRE_V1_AUTH_XAUTH_RESP_PSK : WIRE_V1_AUTH_XAUTH_RESP_RSA;
}

bool ikev1_peer_is_psk(uint16_t method)
{
    return method == WIRE_V1_AUTH_PSK || method == WIRE_V1_AUTH_XAUTH_INIT_PSK ||
           method == WIRE_V1_AUTH_XAUTH_RESP_PSK;
}

/* ---- the offer ---- */

/* Main mode is answered on every connection, aggressive mode where that is said, and with a pre-shared key
 * where it is said twice. */
static bool conn_takes_mode(const struct ike_conn_conf *c, bool is_aggressive)
{
    return !is_aggressive || c->aggressive == IKE_AGGRESSIVE_WITH_PSK ||
           (c->aggressive == IKE_AGGRESSIVE_YES && !ikev1_peer_is_psk(ikev1_peer_method(c, false)));
}

const struct ike_conn_conf *ikev1_peer_offer(struct ike *ike, const struct ike_path *path,
                                             const struct wire_v1_sa *theirs, bool is_aggressive,
                                             struct ikev1_choice *choice,
                                             const struct ike_conn_conf **nearest)
{
    const struct ike_conn_conf *c;
    *nearest = NULL;
    for (uint32_t at = 0; (c = conns_next(ike, path, &at)) != NULL;) {
        if (!*nearest)
            *nearest = c;
        if (conn_takes_mode(c, is_aggressive) &&
            ikev1_select_ike(c->proposals, c->n_proposals, theirs, ikev1_peer_method(c, false), choice))
            return c;
    }
    return NULL;
}

/* ---- the key ---- */

static const struct ike_secret *key_of(const struct ike_conn_conf *c)
{
    return ike_conf_secret(c->conf, &c->local_id, &c->remote_id);
}

static bool key_is_same(const struct ike_secret *a, const struct ike_secret *b)
{
    return a->psk_len == b->psk_len && base_equal_secret(a->psk, b->psk, a->psk_len);
}

/* Whether an operator has bound a connection to the address that the peer has. */
static bool conn_names_address(const struct ike_conn_conf *c, const struct ike_path *path)
{
    return base_addr_equal(&c->remote_addr, &path->remote.addr);
}

/* One key of all that are possible by the method, or of those alone that name the address. */
static const struct ike_secret *key_search(struct ike *ike, const struct ike_path *path, uint16_t method,
                                           bool by_address, const struct ike_conn_conf **conn,
                                           const struct ike_conn_conf **other)
{
    const struct ike_secret *found = NULL;
    const struct ike_conn_conf *c;
    *conn = *other = NULL;
    for (uint32_t at = 0; (c = conns_next(ike, path, &at)) != NULL && !*other;) {
        const struct ike_secret *key =
            ikev1_peer_method(c, false) != method || (by_address && !conn_names_address(c, path)) ? NULL
                                                                                                  : key_of(c);
        if (key && found && !key_is_same(key, found))
            *other = c;
        if (key && !found) {
            found = key;
            *conn = c;
        }
    }
    return *other ? NULL : found;
}

const struct ike_secret *ikev1_peer_one_key(struct ike *ike, const struct ike_path *path, uint16_t method,
                                            const struct ike_conn_conf **conn,
                                            const struct ike_conn_conf **other)
{
    const struct ike_secret *key = key_search(ike, path, method, true, conn, other);
    return key ? key : key_search(ike, path, method, false, conn, other);
}

/* ---- the identity ---- */

static bool conn_fits(const struct ike_conn_conf *c, const void *ctx)
{
    const struct ikev1_sa *sa = ctx;
    const struct ikev1_hs *hs = sa->hs;
    if (!conn_takes_mode(c, hs->is_aggressive) || ikev1_peer_method(c, false) != sa->algs.auth ||
        !ikev1_select_covers(c->proposals, c->n_proposals, &sa->algs))
        return false;
    if (!ikev1_peer_is_psk(sa->algs.auth) || hs->is_aggressive)
        return true;
    const struct ike_secret *key = ike_conf_secret(c->conf, &c->local_id, &hs->peer);
    const struct ike_secret *used = key_of(hs->conn);
    return key && used && key_is_same(key, used);
}

const struct ike_conn_conf *ikev1_peer_by_id(struct ike *ike, const struct ikev1_sa *sa,
                                             const struct ike_path *path)
{
    static const struct ike_id nobody;
    const struct ike_peer_want want = {
        .version = 1, .remote = &sa->hs->peer, .asked = &nobody, .fits = conn_fits, .ctx = sa};
    return ike_peer_find(ike, path, &want);
}

bool ikev1_peer_id(const struct wire_v1_id *id, struct ike_id *out)
{
    const bool is_known = id->type == WIRE_V1_ID_IP4 || id->type == WIRE_V1_ID_IP6 ||
                          id->type == WIRE_V1_ID_FQDN || id->type == WIRE_V1_ID_EMAIL ||
                          id->type == WIRE_V1_ID_DN || id->type == WIRE_V1_ID_KEY;
    const bool is_bare = id->protocol == 0 && id->port == 0;
    const bool is_ike =
        id->protocol == 17 && (id->port == 0 || id->port == IKE_PORT || id->port == IKE_PORT_NATT);
    if (!is_known || !(is_bare || is_ike) || !id->data.len || id->data.len > IKE_ID_MAX)
        return false;
    *out = (struct ike_id){.type = id->type, .len = (uint8_t)id->data.len};
    memcpy(out->bytes, id->data.ptr, id->data.len);
    return true;
}
