/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* INFORMATIONAL as initiator. */

struct ike;
struct ikev2_sa;
struct ikev2_task;

/* Starts the exchange of a task that deletes, or checks that the peer is there. */
void ikev2_info_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t);
