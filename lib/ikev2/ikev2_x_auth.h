/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IKE_AUTH as initiator. */

struct ike;
struct ikev2_sa;

/* Sends the request; the keys are there. */
void ikev2_auth_start(struct ike *ike, struct ikev2_sa *sa);
