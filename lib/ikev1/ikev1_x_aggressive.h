/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Aggressive mode (RFC 2409 5.1, 5.4): three messages, identities in clear. */
#include <stdbool.h>

struct ike;
struct ikev1_sa;

/* Begins a call: makes a key pair, then sends message 1. False: nothing can be offered, or no memory. */
bool ikev1_aggressive_start(struct ike *ike, struct ikev1_sa *sa);
