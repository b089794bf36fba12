/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Requests of SA_INIT in other groups, which may still be answered. */
#include <stdbool.h>
#include "crypt_ike_ops.h"

struct ike;
struct ikev2_sa;

/* Whether a request in this group was laid aside. */
bool ikev2_offer_has(const struct ikev2_sa *sa, enum crypt_dh group);
/* Lays the task's group, key and request aside and gives it a new group, without both. False: no memory. */
bool ikev2_offer_change(struct ikev2_sa *sa, enum crypt_dh group);
/* Gives the task back what was laid aside for this group, which there is; what it has now is laid aside. */
void ikev2_offer_return(struct ike *ike, struct ikev2_sa *sa, enum crypt_dh group);
void ikev2_offer_free(struct ike *ike, struct ikev2_sa *sa);
