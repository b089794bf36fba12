/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* When both peers rekey or delete the same child at once (RFC 7296 2.8.1, 2.25.1), and when it fails. */
#include "ikev2_sa.h"

/* The peer's exchange t made `heir` in place of `old`. */
void ikev2_collide_child_replaced(struct ike *ike, struct ikev2_child *old, struct ikev2_child *heir,
                                  const struct ikev2_task *t);

/* Whether the pair that our exchange t just made is the redundant one. old may be NULL. */
bool ikev2_collide_child_lost(const struct ikev2_child *old, const struct ikev2_task *t);

/* Our exchange made `heir`; decides which pair gets our DELETE. old may be NULL. */
void ikev2_collide_child_done(struct ike *ike, struct ikev2_child *old, struct ikev2_child *heir, bool lost);

/* Our exchange for a child failed with this notify: ends the task and plans what comes instead. */
void ikev2_collide_child_failed(struct ike *ike, struct ikev2_sa *sa, uint16_t notify);
