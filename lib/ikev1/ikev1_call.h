/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Calls of ours: phase 1 begun, for a connection or in the place of an SA that is up. */
#include <stdbool.h>

struct ike;
struct ikev1_sa;

/* A new SA in this one's place, to where that has its peer. False: no room now. */
bool ikev1_call_again(struct ike *ike, struct ikev1_sa *old);
