/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Transport mode (RFC 7296 1.3.1, 2.23.1): each side of a child is one address, that of the IKE SA's path.
 * What a peer behind a NAT says of addresses is kept for the checksums of its packets, and ours is put in its
 * place.
 */
#include <stdbool.h>
#include "base_ts.h"
#include "esp_pair.h"

struct ike_child_conf;
struct ikev2_sa;
struct wire_ike_builder;

/*
 * Selectors of a child's configuration as they are for this SA: ikev2_inner_ts(), and in transport mode those
 * that have the address of the SA's path on that side, which is also what "dynamic" is there, for it alone.
 */
const struct base_ts_list *ikev2_transport_ts(const struct ikev2_sa *sa, const struct ike_child_conf *c,
                                              bool is_local, struct base_ts_list *out);

/* USE_TRANSPORT_MODE, in that mode: in an offer it asks, in an answer it agrees. */
void ikev2_transport_put(enum esp_mode mode, struct wire_ike_builder *b);

/*
 * A peer's selectors in transport mode: those of a side behind a NAT get its address on our side of that.
 * *said gets the addresses as they came. False: a side has several addresses, or none, which is no transport
 * mode; nothing is changed.
 */
bool ikev2_transport_take(const struct ikev2_sa *sa, struct base_ts_list *local, struct base_ts_list *remote,
                          struct esp_ends *said);
