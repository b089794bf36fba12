/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What follows from NAT detection (RFC 7296 2.23): the notifies, and following a peer whose mapping changed.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "ike_path.h"
#include "wire_ike.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

/* Adds both hashes; fake: ours so that it cannot match, and the peer sees a NAT and encapsulates. */
void ikev2_natd_put(struct ike *ike, struct wire_ike_builder *b, uint64_t spi_i, uint64_t spi_r,
                    const struct ike_path *path, bool fake);
/* Sets sa->natd from the hashes of a message. */
void ikev2_natd_check(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);
/* An authentic, newest message came over this path. */
void ikev2_natd_follow(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path);
/* The peer's ESP came from this endpoint. */
void ikev2_natd_follow_esp(struct ike *ike, struct ikev2_sa *sa, const struct base_endpoint *remote);
/* The same by a connection of TCP: from says all but our address. */
void ikev2_natd_follow_stream(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *from);
/* A liveness check that went to this path alone was answered from there: the peer has moved. */
void ikev2_natd_answered(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path);
