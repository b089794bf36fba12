/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The adapter between the IKE engine and the rest: events in, actions out. Thread: control. */
#include "ctl.h"

/* Makes the engine for ctl->conf with ctl as its surroundings. 0 or -ENOMEM. */
int ctl_ike_start(struct ctl *ctl);

/* Takes all that the node reports in this turn. True when there was more than a look at the counters. */
bool ctl_ike_events(struct ctl *ctl);

/* Results of jobs that are done. True when there were any. */
bool ctl_ike_jobs(struct ctl *ctl);

/* Does the short jobs that were kept for control, for some milliseconds at most. True when there were any. */
bool ctl_ike_own_jobs(struct ctl *ctl);

/* Host names that were asked for. True when there were any. */
bool ctl_ike_names(struct ctl *ctl);

/* Runs the engine's timers when they are due. */
void ctl_ike_timer(struct ctl *ctl, base_time now);

/* Carries out all actions that wait. */
void ctl_ike_actions(struct ctl *ctl);
