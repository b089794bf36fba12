/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Hardening: what the running daemon gives up, so that whoever gets hold of one of its threads has little
 * from it. Thread: control.
 */
#include <stddef.h>
#include "base_time.h"

struct ctl;

/* Before any thread is made: SIGSYS, the library's memory for keys, no swapping. What the machine refuses is
 * logged. */
void ctl_harden_begin(struct ctl *ctl);

/*
 * When the node is there and before packets flow: capabilities down to what the ports need, and the filter of
 * system calls unless the configuration says otherwise. 0, or -1 with a sentence in why.
 */
int ctl_harden(struct ctl *ctl, char *why, size_t why_size);

/* Logs each system call that was refused, once by name, and counts all. Call it once a turn. */
void ctl_harden_turn(struct ctl *ctl);
