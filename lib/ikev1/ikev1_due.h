/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
#include "base_time.h"

struct ike;
struct ikev1_sa;

/* What time does to an SA: repetitions, the end of what nobody answers, lifetimes. */
void ikev1_due(struct ike *ike, struct ikev1_sa *sa);
/* When that has to be looked at again. */
base_time ikev1_due_at(const struct ike *ike, const struct ikev1_sa *sa);
/* When a NAT keepalive is due; never: not. */
base_time ikev1_due_keepalive(const struct ikev1_sa *sa);
