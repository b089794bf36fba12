/* SPDX-License-Identifier: BSD-3-Clause */
/* Pairs of addresses that a request may take. */
#include "ikev2_places.h"

#include <stdlib.h>
#include "base_addr.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_path.h"
#include "ikev2_sa.h"

#define OWN_MAX 256 /* of ours, of all ports */

const struct ikev2_places *ikev2_places_of(const struct ikev2_sa *sa)
{
    static const struct ikev2_places none;
    return sa->mobike.peer ? sa->mobike.peer : &none;
}

/* Most peers name none, and are many. */
void ikev2_places_keep(struct ikev2_sa *sa, const struct ikev2_places *p)
{
    struct ikev2_places **kept = &sa->mobike.peer;
    if (!p->count) {
        free(*kept);
        *kept = NULL;
        return;
    }
    if (!*kept)
        *kept = malloc(sizeof **kept);
    if (*kept)
        **kept = *p;
}

static struct base_addr *place_find(struct ikev2_places *p, const struct base_addr *a)
{
    for (size_t i = 0; i < p->count; i++)
        if (base_addr_equal(&p->list[i], a))
            return &p->list[i];
    return NULL;
}

void ikev2_places_exchange(struct ikev2_places *p, const struct base_addr *now,
                           const struct base_addr *before)
{
    struct base_addr *at = place_find(p, now);
    if (base_addr_equal(now, before) || place_find(p, before))
        return;
    if (!at && p->count < IKEV2_PLACES_MAX)
        at = &p->list[p->count++];
    if (at)
        *at = *before;
}

bool ikev2_places_is_allowed(const struct ike_conn_conf *c, const struct base_addr *local)
{
    for (size_t i = 0; i < c->n_local_addrs; i++)
        if (base_addr_equal(&c->local_addrs[i], local))
            return true;
    return c->n_local_addrs == 0;
}

bool ikev2_places_is_ours(struct ike *ike, const struct base_addr *local)
{
    struct base_addr own[OWN_MAX];
    const size_t n = ike->env.own_addrs ? ike->env.own_addrs(ike->env.ctx, own, OWN_MAX) : 0;
    for (size_t i = 0; i < n; i++)
        if (base_addr_equal(&own[i], local))
            return true;
    return !ike->env.own_addrs;
}

bool ikev2_places_is_usable(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path)
{
    return (!sa->conn || ikev2_places_is_allowed(sa->conn, &path->local.addr)) &&
           (!ike->env.is_usable || ike->env.is_usable(ike->env.ctx, &path->local.addr, &path->remote.addr));
}

/* The nth address of the peer's: where it is now, and then those of its list. */
static bool remote_of(const struct ikev2_sa *sa, size_t n, struct base_endpoint *out)
{
    const struct ikev2_places *p = ikev2_places_of(sa);
    if (n == 0) {
        *out = sa->path.remote;
        if (sa->path.tcp)
            out->port = IKE_PORT_NATT;
        return true;
    }
    if (n > p->count)
        return false;
    *out = (struct base_endpoint){p->list[n - 1], IKE_PORT_NATT};
    return true;
}

/* Our nth address for one of the peer's. */
static bool local_of(struct ike *ike, const struct ikev2_sa *sa, size_t n, const struct base_addr *remote,
                     struct base_addr *out)
{
    const struct ike_conn_conf *c = sa->conn;
    if (c->n_local_addrs == 0)
        return n == 0 && ike->env.local_for(ike->env.ctx, remote, out) == 0;
    if (n >= c->n_local_addrs)
        return false;
    *out = c->local_addrs[n];
    return true;
}

/* A pair that may be taken and is not the present one. */
static bool pair_is_other(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *p)
{
    return p->local.addr.family == p->remote.addr.family && !ike_path_equal(p, &sa->path) &&
           ikev2_places_is_usable(ike, sa, p);
}

bool ikev2_places_pair(struct ike *ike, const struct ikev2_sa *sa, size_t n, struct ike_path *out)
{
    if (!sa->mobike.is_ours) {
        *out = sa->mobike.heard;
        return n == 0 && out->remote.port && pair_is_other(ike, sa, out);
    }
    *out = (struct ike_path){.natt = true};
    for (size_t i = 0; remote_of(sa, i, &out->remote); i++) {
        for (size_t j = 0; local_of(ike, sa, j, &out->remote.addr, &out->local.addr); j++) {
            out->local.port = IKE_PORT_NATT;
            if (pair_is_other(ike, sa, out) && n-- == 0)
                return true;
        }
    }
    return false;
}

bool ikev2_places_here(struct ike *ike, const struct ikev2_sa *sa, struct ike_path *out)
{
    *out = sa->path;
    for (size_t i = 0; local_of(ike, sa, i, &out->remote.addr, &out->local.addr); i++)
        if (pair_is_other(ike, sa, out))
            return true;
    return false;
}

bool ikev2_places_has_pair(struct ike *ike, const struct ikev2_sa *sa, const struct ike_path *path)
{
    struct ike_path p;
    for (size_t i = 0; i < IKEV2_PAIRS_MAX && ikev2_places_pair(ike, sa, i, &p); i++)
        if (ike_path_equal(&p, path))
            return true;
    return false;
}
