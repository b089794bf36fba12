/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Two heirs of one SA (RFC 7296 2.8.2): who is whose. */
#include <stdbool.h>

struct ike;
struct ikev2_sa;

/* The living rival of an SA, or NULL. */
struct ikev2_sa *ikev2_rival_of_old(const struct ike *ike, const struct ikev2_sa *sa);
/* The SA that this one is a rival of, while that is undecided; or NULL. */
struct ikev2_sa *ikev2_rival_old(const struct ike *ike, const struct ikev2_sa *sa);
/* Whether this SA is a rival of which it is not decided yet that it stays: nothing may be asked on it. */
bool ikev2_rival_is_undecided(const struct ike *ike, const struct ikev2_sa *sa);
