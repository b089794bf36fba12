/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Further addresses of ours and of the peer's as messages have them (RFC 4555 3.4, 4.2.2). Thread: control.
 */
#include <stdbool.h>
#include "ikev2_places.h"
#include "wire_ike.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;

/*
 * Puts our further addresses for this SA: those of the connection, or else of outside ports; behind a NAT the
 * public ones that are configured. None: NO_ADDITIONAL_ADDRESSES where is_change, since an INFORMATIONAL
 * without any says nothing.
 */
void ikev2_places_put(struct ike *ike, const struct ikev2_sa *sa, struct wire_ike_builder *b, bool is_change);

/* Takes the peer's list from a message that has one, in place of the one of before. False: it has none. */
bool ikev2_places_take(struct ikev2_places *p, const struct ikev2_msg *msg);
