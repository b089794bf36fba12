/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The file that keeps leases over a restart: lines of pool_text.h behind a first one, to which changes are
 * added; the last line of an address counts. It is written anew, into another file that then takes its name,
 * when most lines of it are old. Thread: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "pool_change.h"

#define CTL_LEASE_FILE_MAX (512u << 20) /* bytes; a larger one is taken for damaged */

/* A lease that was read. */
struct ctl_lease {
    struct pool_record record;
    int64_t since_s; /* wall clock */
};

/* In the order of since_s; owned (free). */
struct ctl_leases_read {
    struct ctl_lease *list;
    size_t count;
    size_t lines; /* that stand in the file, old ones too */
};

/*
 * Reads a file. A last line without its end is one that a crash cut off, and left out. 0; -ENOENT: there is
 * none; -EBADMSG: it is damaged, why says where; or another negative errno. Then *out is empty.
 */
int ctl_lease_file_read(const char *path, struct ctl_leases_read *out, char *why, size_t why_size);

/* Writes a file of these in the place of what there is, complete or not at all. 0 or a negative errno. */
int ctl_lease_file_write(const char *path, const struct ctl_lease *list, size_t count);
