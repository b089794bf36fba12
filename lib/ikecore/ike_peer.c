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
#include "ike_index.h"
#include "ike_path.h"
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
    return a->type == WIRE_IKE_ID_DN && b->type == WIRE_IKE_ID_DN &&
           ike->env.crypto->dn_equal(base_span(a->bytes, a->len), base_span(b->bytes, b->len)) == 1;
}

const struct ike_conn_conf *ike_peer_find(const struct ike *ike, const struct ike_path *path,
                                          const struct ike_id *remote, const struct ike_id *asked)
{
    uint32_t i = IKE_INDEX_NONE;
    while ((i = ike_index_peer(ike->conf, remote, i)) != IKE_INDEX_NONE) {
        const struct ike_conn_conf *c = &ike->conf->conns[i];
        if (ike_peer_is_candidate(c, path) && ike_peer_id_equal(ike, &c->remote_id, remote) &&
            (asked->type == 0 || ike_peer_id_equal(ike, &c->local_id, asked)))
            return c;
    }
    return NULL;
}
