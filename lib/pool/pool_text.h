/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Records of leases as lines of text, as they are kept over a restart. A line carries a sum of itself, so
 * that what a disk or a hand damaged is seen. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "pool_change.h"

#define POOL_TEXT_MAX 640 /* of a line, with its end and NUL */

/*
 * Writes "held 10.9.0.1 02666f6f 1700000000 *89abcdef\n": kind, address, type and bytes of the identity in
 * hexadecimal, and since when, in seconds of the wall clock (record->since is not looked at). Returns its
 * length.
 */
size_t pool_text_write(const struct pool_record *record, int64_t since_s, char out[POOL_TEXT_MAX]);

/* Reads a line without its end; record->since stays. False: it is none, or was damaged. */
bool pool_text_read(const char *line, size_t len, struct pool_record *out, int64_t *since_s);
