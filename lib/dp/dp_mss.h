/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The MSS option of TCP (RFC 9293 3.7.1). Thread: any. */
#include <stdbool.h>
#include <stdint.h>

/* Lowers it in a SYN to what fits inner_mtu. ip: a whole inner IPv4 or IPv6 packet of len bytes, header and
 * length checked. */
void dp_mss_clamp(uint8_t *ip, uint32_t len, bool is6, uint16_t inner_mtu);
