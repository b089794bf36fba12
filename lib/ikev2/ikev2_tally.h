/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* As what an SA and its children are counted for their connection (ike_tally.h). Thread: control. */
#include "ike_view.h"

struct ikev2_child;
struct ikev2_sa;

/* What status says of it. */
enum ike_view_state ikev2_tally_state(const struct ikev2_sa *sa);

/* Counts it, and its children, as what they are now. */
void ikev2_tally_settle(struct ikev2_sa *sa);

/* It leaves its connection, or a child leaves it: counted no more. */
void ikev2_tally_leave(struct ikev2_sa *sa);
void ikev2_tally_leave_child(struct ikev2_child *c);
