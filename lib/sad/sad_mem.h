/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Large arrays that take address space now and memory when touched. Thread: control. */
#include <stdbool.h>
#include <stddef.h>

/*
 * Reserves bytes of zeros, page-aligned, with transparent huge pages where the system has them. is_secret
 * keeps them out of core dumps, out of swap space and away from child processes. NULL without address space.
 */
void *sad_mem_reserve(size_t bytes, bool is_secret);

/* Gives all back. NULL is fine. */
void sad_mem_release(void *p, size_t bytes);
