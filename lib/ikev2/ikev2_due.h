/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What time does to an SA. */

struct ike;
struct ikev2_sa;

/* A deadline of this SA was reached: repeats, gives up, marks. */
void ikev2_due_on_timer(struct ike *ike, struct ikev2_sa *sa);
