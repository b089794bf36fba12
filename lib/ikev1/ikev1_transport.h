/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Transport mode of quick mode (RFC 2407 4.5, RFC 3947 5): each side of a child is one address, that of the
 * ISAKMP SA's path. What a peer says of addresses, by IDs and NAT-OA, is kept for the checksums of its
 * packets, and ours is put in its place: nothing is sent to an address that stands in a message.
 */
#include <stdbool.h>
#include "base_ts.h"

struct ike_child_conf;
struct ikev1_msg;
struct ikev1_quick;
struct ikev1_sa;
struct wire_ike_builder;

/*
 * Selectors of a child's configuration as they are for this SA: ikev1_child_ts(), and in transport mode those
 * that have the address of the SA's path on that side, which is also what "dynamic" is there, for it alone.
 */
const struct base_ts_list *ikev1_transport_ts(const struct ikev1_sa *sa, const struct ike_child_conf *c,
                                              bool is_local, struct base_ts_list *scratch);

/*
 * Where ESP goes in UDP, NAT-OA of both sides, the initiator's first (RFC 3947 5.2): the addresses that
 * checksums of our packets cover. Peers of the drafts are told both, too, as of them others do.
 */
void ikev1_transport_put(const struct ikev1_sa *sa, const struct ikev1_quick *q, bool is_initiator,
                         struct wire_ike_builder *b);

/*
 * The peer's message, whose IDs q->local and q->remote are; an address that they do not have, of family none,
 * is the path's. A side behind a NAT gets its address on our side of that. q->ends_in gets the addresses that
 * the peer's packets have, q->sums_anew whether it leaves them unsaid. False: a side has several addresses,
 * or one of another family than the path, or NAT-OA is none; then nothing is changed.
 */
bool ikev1_transport_take(const struct ikev1_sa *sa, const struct ikev1_msg *msg, bool is_peer_initiator,
                          struct ikev1_quick *q);
