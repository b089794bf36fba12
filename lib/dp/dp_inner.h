/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Addresses of the host's that peers gave, and no port has. Few, so they are walked, and only where a packet
 * is for the host or from it. Thread: a worker; they are changed by dp_inner_add() and dp_inner_remove().
 */
#include "dp_core.h"

/* The port through whose host interface the host has this address; DP_PORT_NONE: it is none of these. */
uint16_t dp_inner_port(const struct dp *dp, const uint8_t *addr, bool is6);
