/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Records of what happened to ISAKMP SAs and children, failures excepted (explain.h). */
#include "ike_audit.h"

struct ike;
struct ikev1_child;
struct ikev1_sa;

void ikev1_note(struct ike *ike, const struct ikev1_sa *sa, enum ike_audit_kind kind, const char *why);
void ikev1_note_child(struct ike *ike, const struct ikev1_child *c, enum ike_audit_kind kind,
                      const char *why);
