/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Carries out what an engine wants done. */
#include "sim_host.h"

/* The surroundings that a host's engine gets. */
struct ike_env sim_act_env(struct sim_host *h);

/* Takes and carries out all actions of the host's engine, then notes its deadline. */
void sim_act_drain(struct sim_host *h);
