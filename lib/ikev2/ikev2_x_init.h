/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IKE_SA_INIT as initiator. */

struct ike;
struct ikev2_sa;

/* Begins the call of an SA that has its connection and nothing else. */
void ikev2_init_start(struct ike *ike, struct ikev2_sa *sa);
