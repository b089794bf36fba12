/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Counters on DPDK's telemetry socket (control.telemetry): /culvert/counters, /culvert/drops, both also with
 * a worker's number. DPDK answers in a thread of its own, beside the control loop and the workers. So nothing
 * is served but counters of 64 bits with one writer each, read one by one without a lock (telem.h), behind
 * pointers that stay as they are from open to close, and copies of what control tells.
 */
#include "node_request.h"

struct node;

/* Makes the commands known and serves them from node, which runs. 0, or a negative errno. Thread: control. */
int node_telemetry_open(const struct node *node);

/* From its return on nobody reads the node any more; the commands answer nothing. Also without open. Thread:
 * control. */
void node_telemetry_close(void);

/* Serves this group from here on, in place of what it was before. 0, -EINVAL, -ENOSPC. Thread: control. */
int node_telemetry_tell(const struct node_told *told);
