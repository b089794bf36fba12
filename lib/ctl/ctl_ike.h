/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The adapter between the IKE engine and the rest: datagrams in, actions out. Thread: control. */
#include "ctl.h"

/* Makes the engine for ctl->conf with ctl as its surroundings. 0 or -ENOMEM. */
int ctl_ike_start(struct ctl *ctl);

/* A datagram that a worker handed up. Borrows the punt. */
void ctl_ike_packet(struct ctl *ctl, const struct dp_punt *punt);

/* Results of jobs that are done. True when there were any. */
bool ctl_ike_jobs(struct ctl *ctl);

/* Runs the engine's timers when they are due. */
void ctl_ike_timer(struct ctl *ctl, base_time now);

/* Events of the SA tables, and once a second what traffic was seen. True when there was any event. */
bool ctl_ike_sad_events(struct ctl *ctl, base_time now);

/* Carries out all actions that wait. */
void ctl_ike_actions(struct ctl *ctl);
