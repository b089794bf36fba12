/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Packets that wait for an SA; what control does with them is in dp.h. Thread: control. */

struct dp_traps;

/* NULL: no memory. */
struct dp_traps *dp_traps_create(void);

/* With the packets that wait. NULL is fine. */
void dp_traps_free(struct dp_traps *t);
