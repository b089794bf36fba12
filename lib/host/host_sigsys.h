/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * SIGSYS, which this daemon uses for two things: the kernel raises it where the filter of system calls
 * refuses one (host_filter.h), and host_sigsys_everywhere() sends it to reach the threads of libraries. So it
 * is the one signal that no thread may block: the kernel ends a process whose refused thread does.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the signal. Before the first thread that blocks others is made. 0, or a negative errno. */
int host_sigsys_start(void);

/*
 * Runs what in each other thread of this process, one after another, and waits. what may do no more than a
 * signal handler. 0, or -ETIMEDOUT with a sentence in why that names a thread which did not. Thread: control;
 * none is made or ends meanwhile.
 */
int host_sigsys_everywhere(void (*what)(void), char *why, size_t why_size);

/* How often a system call was refused since the start. */
uint64_t host_sigsys_refused(void);

/* The number of a refused system call that this was not asked of before. False: there is none. */
bool host_sigsys_next(int *number);
