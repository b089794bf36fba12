/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The ring of events, and the limits that raise them. Thread: control. */
#include "sad_int.h"

/* 0, or -ENOMEM. */
int sad_event_init(struct sad *sad);
void sad_event_fini(struct sad *sad);

/* Set the next values at which a limit must be looked at, by limits and counters. Thread: the direction's
 * owner as well. */
void sad_limits_arm_in(struct sad_in *in);
void sad_limits_arm_out(struct sad_out *out);
