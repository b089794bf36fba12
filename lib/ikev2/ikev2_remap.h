/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An address of ours in the place of a peer's, where another peer has that already (RFC 3948 5): one to one,
 * as long as the IKE SA lives, so that packets of the two are never taken for each other's. The child's
 * "remap" names the pool; a lease of it belongs to the peer's identity.
 */
#include <stdbool.h>
#include "base_addr.h"
#include "base_ts.h"

struct ike;
struct ike_child_conf;
struct ikev2_sa;

/* Stands in an SA; here of family none: its peer's packets keep their addresses. */
struct ikev2_remap {
    struct base_addr real, here;
};

/*
 * Remote selectors as packets have them on this side: with the SA's address of ours, where they are for the
 * peer's that it stands for, else as they are. Returns remote or out.
 */
const struct base_ts_list *ikev2_remap_ts(const struct ikev2_sa *sa, const struct base_ts_list *remote,
                                          struct base_ts_list *out);

/*
 * Gives the SA an address for the one that these selectors are for. False: the child is not for that, they
 * have several addresses, the SA has an address for another one, or the pool has none left.
 */
bool ikev2_remap_take(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *c,
                      const struct base_ts_list *remote);

/* The SA ends: the address is given back. */
void ikev2_remap_end(struct ike *ike, struct ikev2_sa *sa);
/* It goes over to the SA that takes this one's place. */
void ikev2_remap_move(struct ike *ike, struct ikev2_sa *from, struct ikev2_sa *to);
