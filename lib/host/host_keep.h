/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the process holds stays in its memory: no core dump, no page of it in swap space. Thread: control. */
/*
 * From now on the kernel writes no core of this process, and no process without CAP_SYS_PTRACE reads its
 * memory. First thing of a program that will read keys. Cannot fail where the kernel is Linux.
 */
void host_keep_from_dumps(void);

enum host_swap {
    HOST_SWAP_NEVER,        /* all is held */
    HOST_SWAP_NEVER_BY_CAP, /* all is held as long as every thread has CAP_IPC_LOCK: without, the next is
                               refused */
    HOST_SWAP_MAY,          /* nothing is held: the limit of locked memory may not be raised */
};

/* Holds all that the process has and will have in memory, once it is touched. HOST_SWAP_MAY comes with errno.
 */
enum host_swap host_keep_from_swap(void);
