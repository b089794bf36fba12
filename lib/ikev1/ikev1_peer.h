/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which connection a peer of IKEv1 means. Its first message names nobody, so algorithms are chosen for all
 * connections that allow its address; who it is comes with its ID. In main mode with a pre-shared key that is
 * encrypted by the key: only where all that are possible have one key can it be read (RFC 2409 5.4).
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_conf.h"
#include "ike_path.h"
#include "ikev1_select.h"
#include "wire_v1.h"

struct ike;
struct ikev1_sa;

/* The connections of this version in the configuration in force. */
struct ikev1_conns {
    const struct ike_conf *conf; /* of which the list is; borrowed and only compared, until the next one */
    uint32_t *list;              /* numbers, owned */
    uint32_t n;
};

/* Whether there is any. */
bool ikev1_peer_any(struct ike *ike);

void ikev1_conns_free(struct ikev1_conns *c);

/* The method of phase 1 by which a connection proves itself; is_ours: as its initiator. */
uint16_t ikev1_peer_method(const struct ike_conn_conf *c, bool is_ours);
/* Whether a method is by a pre-shared key; else it is by a signature. */
bool ikev1_peer_is_psk(uint16_t method);

/*
 * For a caller's offer: the first connection that allows the path and takes one of it. *nearest: one that
 * allows the path, or NULL. NULL: none takes it.
 */
const struct ike_conn_conf *ikev1_peer_offer(struct ike *ike, const struct ike_path *path,
                                             const struct wire_v1_sa *theirs, bool is_aggressive,
                                             struct ikev1_choice *choice,
                                             const struct ike_conn_conf **nearest);

/*
 * The one key that a caller in main mode may have by this method (of ours), and a connection that has it.
 * NULL: none, or several; *other is one with another key then, or NULL.
 */
const struct ike_secret *ikev1_peer_one_key(struct ike *ike, const struct ike_path *path, uint16_t method,
                                            const struct ike_conn_conf **conn,
                                            const struct ike_conn_conf **other);

/* The connection for a caller that says it is hs->peer: with the method, the algorithms and, of a pre-shared
 * key in main mode, the key that it was answered with. NULL: none. */
const struct ike_conn_conf *ikev1_peer_by_id(struct ike *ike, const struct ikev1_sa *sa,
                                             const struct ike_path *path);

/* The identity in an ID payload. False: of a type that no configuration has, or of a port beside IKE's. */
bool ikev1_peer_id(const struct wire_v1_id *id, struct ike_id *out);
