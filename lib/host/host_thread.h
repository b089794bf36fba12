/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the kernel says of one of our threads, to tell why it does not go on. */
#include <stdbool.h>
#include <stdint.h>

#define HOST_WCHAN_MAX 48

struct host_thread {
    char state;                 /* as in proc(5): R runs or wants to, S and D wait, T and t are stopped */
    uint64_t cpu_ticks;         /* that it has used, in clock ticks */
    char wchan[HOST_WCHAN_MAX]; /* where in the kernel it waits; "": nowhere, or the kernel does not say */
};

/* Thread `tid` of this process. False: there is none, or no /proc. Thread: control. */
bool host_thread_look(int32_t tid, struct host_thread *out);
