/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who the peer is: which connections could be meant by an address, and which one is by the pair of
 * identities. An address never decides it (it only narrows down), and there is no fallback.
 */
#include "ike_peer.h"

#include "base_addr.h"
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_cred.h"
#include "ike_dn.h"
#include "ike_index.h"
#include "ike_path.h"
#include "ike_pattern.h"
#include "ike_sets.h"
#include "wire_ike.h"

bool ike_peer_is_candidate(const struct ike_conn_conf *c, const struct ike_path *path)
{
    return ike_sets_allows(c, path);
}

bool ike_peer_id_equal(const struct ike *ike, const struct ike_id *a, const struct ike_id *b)
{
    if (ike_id_equal(a, b))
        return true;
    /* The same name can be encoded in several ways (RFC 5280 7.1). */
    return a->type == WIRE_IKE_ID_DN && b->type == WIRE_IKE_ID_DN && a->pattern == b->pattern &&
           ike->env.crypto->dn_equal(base_span(a->bytes, a->len), base_span(b->bytes, b->len)) == 1;
}

bool ike_peer_matches(const struct ike *ike, const struct ike_id *pattern, const struct ike_id *peer)
{
    struct ike_dn_shapes shapes = {0};
    struct ike_dn_shape shape;
    struct ike_probes probes;
    struct ike_id probe;
    if (pattern->pattern == IKE_ID_DN_PARTS && ike_dn_shape(base_span(pattern->bytes, pattern->len), &shape))
        ike_dn_shapes_add(&shapes, &shape);
    ike_probes_start(&probes, peer, &shapes);
    while (ike_probes_next(&probes, &probe))
        if (ike_peer_id_equal(ike, pattern, &probe))
            return true;
    return false;
}

/* Whether we are who the peer asks for: by name, or by a name in a certificate of ours. */
static bool peer_is_asked(const struct ike *ike, const struct ike_conn_conf *c, const struct ike_id *asked)
{
    return asked->type == 0 || ike_peer_id_equal(ike, &c->local_id, asked) ||
           ike_creds_name(ike->conf->pki, c->creds, asked->type, base_span(asked->bytes, asked->len));
}

/* The first one in the order of the configuration that stands under this identity or pattern. */
static const struct ike_conn_conf *peer_find_one(const struct ike *ike, const struct ike_path *path,
                                                 const struct ike_id *probe, const struct ike_peer_want *want)
{
    uint32_t i = IKE_INDEX_NONE;
    while ((i = ike_index_peer(ike->conf, probe, i)) != IKE_INDEX_NONE) {
        const struct ike_conn_conf *c = &ike->conf->conns[i];
        if (ike_peer_is_candidate(c, path) && ike_peer_id_equal(ike, &c->remote_id, probe) &&
            (c->version == 1) == (want->version == 1) &&
            (!want->kinds || want->kinds & IKE_PEER_KIND(c->remote_auth)) &&
            (!want->proofs ||
             (want->proofs == IKE_PEER_PROOFS_SEVERAL) == (ike_conn_conf_proofs(c, false) > 1)) &&
            peer_is_asked(ike, c, want->asked) && (!want->fits || want->fits(c, want->ctx)))
            return c;
    }
    return NULL;
}

const struct ike_conn_conf *ike_peer_find(const struct ike *ike, const struct ike_path *path,
                                          const struct ike_peer_want *want)
{
    const struct ike_conn_conf *found = NULL;
    struct ike_probes probes;
    struct ike_id probe;
    ike_probes_start(&probes, want->remote, ike_index_shapes(ike->conf));
    while (!found && ike_probes_next(&probes, &probe))
        found = peer_find_one(ike, path, &probe, want);
    return found;
}
