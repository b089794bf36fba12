/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What must hold between hosts and at the end of a run. Each check fails the world when it does not. */
#include "sim_world.h"

/* Compares a pair just installed with the other side's, when that has it already. */
void sim_check_pair(struct sim_host *h, const struct sim_sa *sa);

/* After a quiet time: every installed pair exists on both sides, nothing is reserved or half-open. */
void sim_check_settled(struct sim_world *w);

/* One pair of each child sends, or one of each worker, both ways, and `sas` IKE SAs are established on each
 * of two hosts. */
void sim_check_up(struct sim_world *w, struct sim_host *a, struct sim_host *b, size_t sas);

/* Runs `ns` and fails unless traffic of both hosts arrives throughout, without loss. */
void sim_check_traffic(struct sim_world *w, struct sim_host *a, struct sim_host *b, uint64_t ns);

/* Runs an hour and bounds timer calls and messages of each host. */
void sim_check_quiet(struct sim_world *w, uint64_t ns);

/* Shuts every host down, waits, and checks that nothing is left anywhere. */
void sim_check_end(struct sim_world *w);
