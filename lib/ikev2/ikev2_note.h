/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Records of what went well, and of ends. */
#include "ike_audit.h"

struct ike;
struct ikev2_child;
struct ikev2_sa;

/* why may be empty. */
void ikev2_note(struct ike *ike, const struct ikev2_sa *sa, enum ike_audit_kind kind, const char *why);
/* The same about a notify of the peer's. */
void ikev2_note_notify(struct ike *ike, const struct ikev2_sa *sa, enum ike_audit_kind kind, uint16_t notify,
                       const char *why);
void ikev2_note_child(struct ike *ike, const struct ikev2_child *c, enum ike_audit_kind kind,
                      const char *why);
/* PATH_MTU: packets to the peer have mtu bytes from now on. */
void ikev2_note_mtu(struct ike *ike, const struct ikev2_sa *sa, uint16_t mtu, uint16_t before,
                    enum ike_mtu_by by);
