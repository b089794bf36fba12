/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Neighbour resolution's state; what control does with it is in dp.h. Thread: control. */

struct dp_resolve;

/* NULL: no memory. */
struct dp_resolve *dp_resolve_create(void);

/* With the packets that wait. NULL is fine. */
void dp_resolve_free(struct dp_resolve *r);
