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

/* The candidate with this pair, or NULL; `asked` of type 0: the peer did not say whom it wants. */
const struct ike_conn_conf *ike_peer_find(const struct ike *ike, const struct ike_path *path,
                                          const struct ike_id *remote, const struct ike_id *asked);
