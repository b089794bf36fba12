/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Leases over a restart: read at the start, and what changes is written by a thread of its own, so that no
 * disk holds up the control core. Thread: control, for all functions.
 */
#include <stddef.h>
#include "base_time.h"

struct ctl_leases;
struct pool_book;

/*
 * Reads FOLDER/leases into the book and begins to write there what changes. A file that is damaged is laid
 * aside as leases.damaged, with a log line, and all begin without an address. Borrows the book until it is
 * closed. A disk that is full, or fails, is told of by the next turn, and written to when it works again.
 * NULL with a sentence in why: the folder cannot be written.
 */
struct ctl_leases *ctl_leases_open(const char *folder, struct pool_book *book, base_time now, char *why,
                                   size_t why_size);

/* Hands on what changed, some at a time; NULL is fine. Tells of a disk that fails, once until it works again.
 */
void ctl_leases_turn(struct ctl_leases *l, base_time now);

/* Writes what is left and ends the thread. NULL is fine. */
void ctl_leases_close(struct ctl_leases *l, base_time now);
