/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The pools of the configuration in force. Thread: control. */

struct ike;

/* The engine's pools are those of its configuration from now on. 0, or -ENOMEM: they are as they were. */
int ike_pools_apply(struct ike *ike);
