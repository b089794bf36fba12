/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* SAs whose packets keep coming to another worker than their owner are given to that one. Thread: control. */
#include "ctl.h"

/* Looks every few seconds, so no SA moves more often than that. Call it at least once a second. */
void ctl_home_look(struct ctl *ctl, base_time now);
