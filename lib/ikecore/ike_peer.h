/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Which connection a peer means: by its address as far as that tells, and by the pair of identities. */
#include <stdbool.h>
#include "ike_conf.h"
#include "ike_path.h"

struct ike;

/* Whether a connection allows this path. */
bool ike_peer_is_candidate(const struct ike_conn_conf *c, const struct ike_path *path);

/* Same identity; DNs by their meaning, not by their bytes (RFC 5280 7.1). */
bool ike_peer_id_equal(const struct ike *ike, const struct ike_id *a, const struct ike_id *b);

/* Whether an identity or pattern of the configuration stands for this peer. */
bool ike_peer_matches(const struct ike *ike, const struct ike_id *pattern, const struct ike_id *peer);

#define IKE_PEER_KIND(auth) (1u << (auth))

/* How often a peer proves itself (RFC 4739): with a first proof it says whether another one follows. */
enum ike_peer_proofs { IKE_PEER_PROOFS_ANY, IKE_PEER_PROOFS_ONE, IKE_PEER_PROOFS_SEVERAL };

/* What a peer says in its first message. */
struct ike_peer_want {
    const struct ike_id *remote; /* who it is */
    const struct ike_id *asked;  /* whom it wants; type 0: it did not say */
    uint32_t kinds;              /* by what it can prove itself, IKE_PEER_KIND() each; 0: by anything */
    enum ike_peer_proofs proofs;
    /* What else a connection must fulfil; ctx is handed on. NULL: nothing. */
    bool (*fits)(const struct ike_conn_conf *c, const void *ctx);
    const void *ctx;
    uint8_t version; /* of IKE: 1, or 0 for IKEv2 */
};

/*
 * The candidate for this pair, or NULL. A connection for exactly this identity goes before one with a pattern
 * for it, and a closer pattern before a wider one; an equal one is taken in the order of the configuration.
 * Costs a few lookups, however many connections there are.
 */
const struct ike_conn_conf *ike_peer_find(const struct ike *ike, const struct ike_path *path,
                                          const struct ike_peer_want *want);
