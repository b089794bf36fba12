/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What of root's powers the daemon keeps once it runs (capabilities(7)). A set has the bit 1 << CAP_name of
 * linux/capability.h for each. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_CAP(name) (UINT64_C(1) << (name))

/*
 * Gives up for good what is not in mine, in the calling thread and those that it makes from now on, and what
 * is not in others, in every other thread; what the process has not got stays missing. Needs
 * host_sigsys_start(). 0, or a negative errno with a sentence in why: the caller ends.
 */
int host_caps_keep(uint64_t mine, uint64_t others, char *why, size_t why_size);

/* Whether a file could be read by permission alone, without the powers that root has over files. */
bool host_caps_can_read(const char *file);

/* What the calling thread may use now. */
uint64_t host_caps_now(void);
