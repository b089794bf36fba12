/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * DSCPs, which tell a packet's class of traffic (RFC 2474), by number and by name, and sets of them: bit n is
 * DSCP n. Thread: any.
 */
#include <stdint.h>
#include "base_text.h"

#define BASE_DSCPS         64
#define BASE_DSCP_ALL      UINT64_MAX
#define BASE_DSCP_NAME_MAX 8
#define BASE_DSCP_TEXT_MAX (BASE_DSCPS * 6)

/* "be" or "default", "le", "cs0".."cs7", "af11".."af43", "ef" or "va". -1: no DSCP has this name. */
int base_dscp_find(const char *name);

/* The name of a DSCP below BASE_DSCPS, or its number in digits where it has none. Returns out. */
const char *base_dscp_name(unsigned dscp, char out[BASE_DSCP_NAME_MAX]);

/* Appends "be, af41, 7". */
void base_dscp_text(struct base_text *t, uint64_t set);
