/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How an SA is brought to its end. */

struct ike;
struct ikev2_sa;

/* Marks the SA for our DELETE, with which its children go, or drops it when the peer does not know it. why:
 * static text. */
void ikev2_close(struct ike *ike, struct ikev2_sa *sa, const char *why);
