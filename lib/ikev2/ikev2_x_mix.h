/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IKE_INTERMEDIATE: one exchange for each additional key exchange, between IKE_SA_INIT and IKE_AUTH. */
#include "ikev2_step.h"

struct ike;
struct ikev2_sa;

/*
 * As initiator: begins the next additional key exchange (MIXES), or, when there is none, IKE_AUTH. TURNS: it
 * failed.
 */
enum ikev2_outcome ikev2_mix_start(struct ike *ike, struct ikev2_sa *sa);
