/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Accounting of logins that a RADIUS server decided (RFC 2866): it is told that an IKE SA came up, and that
 * it ended. The account goes with the SA when that is rekeyed.
 */
#include "base_time.h"
#include "eap_radius.h"

struct ike;
struct ikev2_sa;

struct ikev2_account {
    struct eap_radius_session session;
    base_time since;
};

/* The SA is up, by a login that granted this. Without memory it is not accounted for. */
void ikev2_account_start(struct ike *ike, struct ikev2_sa *sa, const struct eap_name *user,
                         const struct eap_grant *grant);
/* The account goes on with the heir of a rekeyed SA. */
void ikev2_account_move(struct ikev2_sa *from, struct ikev2_sa *to);
/* The SA is at its end. One without an account is fine. */
void ikev2_account_stop(struct ike *ike, struct ikev2_sa *sa);
