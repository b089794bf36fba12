/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a process has used of the CPUs, as the scheduler counts it, in nanoseconds and not in ticks. */
#include <stdint.h>

struct load_cpu {
    uint64_t ran_ns;  /* on a CPU */
    uint64_t wait_ns; /* ready to run, while something else had the CPU */
};

/*
 * Sums the threads of a process; with names ("culvertd,culvert-jobs") those of these names only. What a
 * thread used that has ended is not among it. proc is where /proc is mounted. 0; -ESRCH: there is no such
 * process; -ENOENT: it has no thread of these names; -ENODATA: this kernel does not count
 * (CONFIG_SCHED_INFO).
 */
int load_cpu_read(const char *proc, uint32_t pid, const char *names, struct load_cpu *out);
