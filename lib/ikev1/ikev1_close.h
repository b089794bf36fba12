/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How ISAKMP SAs and children are brought to their end: told to the peer once, as nobody acknowledges it. */
struct ike;
struct ikev1_child;
struct ikev1_sa;

/* Ends an SA with all its children. why: static text. */
void ikev1_close(struct ike *ike, struct ikev1_sa *sa, const char *why);
/* Ends a child. */
void ikev1_close_child(struct ike *ike, struct ikev1_child *c, const char *why);
