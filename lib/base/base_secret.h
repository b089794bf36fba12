/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Memory for keys and for what holds keys: in no core dump, in no child process, never swapped out, wiped
 * when it is given back. Thread: any but a worker's, since there is a lock.
 */
#include <stdbool.h>
#include <stddef.h>

/* Zeros, aligned for any type; the caller's until base_secret_free(). NULL: no memory. */
void *base_secret_new(size_t bytes);

/* Wipes and gives back what base_secret_new() gave, and nothing else. NULL is fine. */
void base_secret_free(void *p);

/*
 * Does the same to whole pages of somebody else's: no core dump, no child process, not swapped once touched.
 * False: the kernel refuses to hold them in memory (RLIMIT_MEMLOCK); they are still usable, and in no dump.
 */
bool base_secret_guard(void *pages, size_t bytes);
