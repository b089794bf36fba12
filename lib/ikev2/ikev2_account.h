/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Accounting of logins that a RADIUS server decided (RFC 2866): it is told that an IKE SA came up, from time
 * to time what its children carried (RFC 2869 2.1), and that it ended. The account goes with the SA when that
 * is rekeyed.
 */
#include "base_time.h"
#include "eap_radius.h"
#include "ike_env.h"

struct ike;
struct ikev2_child;
struct ikev2_sa;

struct ikev2_account {
    struct eap_radius_session session;
    base_time since;
    base_time interim_at;    /* BASE_TIME_NEVER: nothing is told on the way */
    struct ike_traffic gone; /* of children that have ended */
};

/* The SA is up, by a login that granted this. Without memory it is not accounted for. */
void ikev2_account_start(struct ike *ike, struct ikev2_sa *sa, const struct eap_name *user,
                         const struct eap_grant *grant);
/* The account goes on with the heir of a rekeyed SA. */
void ikev2_account_move(struct ikev2_sa *from, struct ikev2_sa *to);
/* A child is about to leave the data path: what it carried stays in the account of its SA, if that has one.
 */
void ikev2_account_child_ends(struct ike *ike, const struct ikev2_child *c);
/* A child is about to go over to another SA without the account: what it carries from now on counts there. */
void ikev2_account_child_moves(struct ike *ike, const struct ikev2_child *c, struct ikev2_sa *to);
/* When the next record on the way is due; BASE_TIME_NEVER: none is. */
base_time ikev2_account_at(const struct ikev2_sa *sa);
/* Tells it when its time has come. */
void ikev2_account_on_timer(struct ike *ike, struct ikev2_sa *sa);
/* The SA is at its end. One without an account is fine. */
void ikev2_account_stop(struct ike *ike, struct ikev2_sa *sa);
