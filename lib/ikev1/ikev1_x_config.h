/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The transaction exchange: XAUTH and mode-config, between phase 1 and the first child, or later. */
struct ike;
struct ikev1_sa;
struct ikev1_xchg;

/* In LOGIN: begins what is ours to begin, and ends the state when nothing is left to be done. */
void ikev1_config_settle(struct ike *ike, struct ikev1_sa *sa);
/* One of ours had no answer, or was not finished. */
void ikev1_config_fail(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x);
