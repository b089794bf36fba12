/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The filter of system calls (seccomp(2)): once the daemon runs, no thread of it starts a program, looks into
 * another process, mounts, loads a BPF program, opens a socket of a family that it has no use for, or makes
 * memory executable. What is refused returns EPERM and is noted (host_sigsys.h); the daemon goes on.
 * Thread: control.
 */
#include <stddef.h>

/*
 * Puts the filter over all threads, for good; no thread gains a privilege afterwards. Needs
 * host_sigsys_start(). 0, or a negative errno with a sentence in why, and there is no filter.
 */
int host_filter_start(char *why, size_t why_size);

#define HOST_FILTER_NAME_MAX 48

/* The name of a system call ("ptrace"; "number 999" when the library knows none). Returns name. */
const char *host_filter_name(int number, char name[HOST_FILTER_NAME_MAX]);
