/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores that are named are taken as they are; else control has the first one and one worker the last one. */
#include "node_cores.h"

#include <stdbool.h>
#include <stdio.h>

static bool has_core(const cpu_set_t *set, uint32_t core)
{
    return core < CPU_SETSIZE && CPU_ISSET(core, set);
}

int node_cores_find(const struct node_params *params, struct node_cores *cores, char *why, size_t why_size)
{
    uint32_t first = CPU_SETSIZE, last = 0;
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    for (uint32_t c = 0; c < CPU_SETSIZE; c++) {
        if (!CPU_ISSET(c, &set))
            continue;
        first = c < first ? c : first;
        last = c;
    }
    const char *key = "control_core";
    uint32_t bad = cores->control_cpu = params->control_core == NODE_CORE_AUTO ? first : params->control_core;
    bool is_good = has_core(&set, bad);
    cores->n_workers = params->n_cores ? params->n_cores : 1;
    for (size_t i = 0; i < cores->n_workers && is_good; i++) {
        key = "cores";
        bad = cores->worker_cpu[i] = params->n_cores ? params->cores[i] : last;
        is_good = has_core(&set, bad);
    }
    if (!is_good) {
        snprintf(why, why_size,
                 "workers.%s names core %u, but this process may only run on cores %u to %u: "
                 "change workers.%s, or the affinity it is started with",
                 key, bad, first, last, key);
        return -1;
    }
    cores->n_cpus = (uint32_t)CPU_COUNT(&set);
    cores->spare = set;
    for (size_t i = 0; i < cores->n_workers; i++)
        CPU_CLR(cores->worker_cpu[i], &cores->spare);
    return 0;
}
