/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* IDs for packets of our own that are cut. */
#include "dp_core.h"

/*
 * A fresh one for a packet to dst (IPv4: 1..65535, all of them before one comes again). Thread: any.
 */
uint32_t dp_frag_id(struct dp *dp, const uint8_t *dst, bool is6);
