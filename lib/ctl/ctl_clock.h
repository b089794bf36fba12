/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The control side's clock. */
#include "base_time.h"

/* CLOCK_MONOTONIC, read once per turn by whoever needs it. Thread: any. */
base_time ctl_now(void);

/* Seconds since 1970, as this machine believes. Thread: any. */
int64_t ctl_calendar(void);
