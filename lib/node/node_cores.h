/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* On which cores control and workers run. Thread: control. */
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include "node_params.h"

/* Where the daemon runs: lcore 0 is the control core, lcores 1..n_workers are the workers. */
struct node_cores {
    uint32_t control_cpu;
    size_t n_workers;
    uint32_t worker_cpu[NODE_CORES_MAX];
    uint32_t n_cpus; /* that this process may run on */
    cpu_set_t spare; /* of these, those without a worker */
};

/* Fills *cores. 0, or -1 with a sentence in why: a core is named that this process may not run on. */
int node_cores_find(const struct node_params *params, struct node_cores *cores, char *why, size_t why_size);
