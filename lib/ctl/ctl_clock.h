/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The control side's clock. */
#include "base_time.h"

/* CLOCK_MONOTONIC, read once per turn by whoever needs it. Thread: any. */
base_time ctl_now(void);
