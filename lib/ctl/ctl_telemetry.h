/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Counters on DPDK's telemetry socket (control.telemetry): /culvert/counters, /culvert/drops, both also with
 * a worker's number. DPDK answers in a thread of its own, beside the control loop and the workers. So nothing
 * is served but counters of 64 bits with one writer each, read one by one without a lock (telem.h), behind
 * pointers that stay as they are from ctl_telemetry_open() to ctl_telemetry_close().
 */

struct ctl;

/* Makes the commands known and serves them from ctl, which runs. 0, or a negative errno. Thread: control. */
int ctl_telemetry_open(const struct ctl *ctl);

/* From its return on nobody reads ctl any more; the commands answer nothing. Also without open. Thread:
 * control. */
void ctl_telemetry_close(void);
