/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Which calls are let in when much is held already. */
#include <stdbool.h>

struct ike;
struct ikev2_msg;

/*
 * Whether a call that is good in itself may become a half-open SA, within the limits of the configuration.
 * Where the table is full, the oldest half-open SA of whoever holds most makes room (ike_share.h): of one who
 * holds more than the caller, or half of the table, or one whose answer had time enough to be followed by
 * IKE_AUTH. So one address or prefix never keeps others out, and who goes on at once is not concerned, also
 * behind the same NAT; but a crowd of equals does not chase itself out. False: counted and explained; send
 * nothing.
 */
bool ikev2_admit(struct ike *ike, const struct ikev2_msg *msg);
