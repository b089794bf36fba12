/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* When both peers rekey or delete the same child at once (RFC 7296 2.8.1, 2.25.1), and when it fails. */
#include "ike_sa.h"

/* The peer's exchange t made `heir` in place of `old`. */
void ike_collide_child_replaced(struct ike *ike, struct ike_child *old, struct ike_child *heir,
                                const struct ike_task *t);

/* Whether the pair that our exchange t just made is the redundant one. old may be NULL. */
bool ike_collide_child_lost(const struct ike_child *old, const struct ike_task *t);

/* Our exchange made `heir`; decides which pair gets our DELETE. old may be NULL. */
void ike_collide_child_done(struct ike *ike, struct ike_child *old, struct ike_child *heir, bool lost);

/* Our exchange for a child failed with this notify: ends the task and plans what comes instead. */
void ike_collide_child_failed(struct ike *ike, struct ike_sa *sa, uint16_t notify);
