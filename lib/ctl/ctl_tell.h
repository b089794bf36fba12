/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Control's counters and the engine's, told to the node for DPDK's telemetry socket. Thread: control. */
#include "ctl.h"

/* Tells once a second when the socket is open (control.telemetry). Call it each turn. */
void ctl_tell(struct ctl *ctl, base_time now);
