/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Internet checksums (RFC 1071) over many bytes. Callers have checked that the bytes exist. Thread: any. */
#include <stddef.h>
#include <stdint.h>

/* Adds len bytes to a sum, for dp_cksum_fold() (dp_bytes.h). p begins at an even offset of what is summed. */
uint64_t dp_cksum_sum(const uint8_t *p, size_t len, uint64_t sum);

/*
 * Fills in the checksum that UDP over IPv6 carries (RFC 8200 8.1); over IPv4 it is 0 (RFC 3948 2.1). len:
 * from ip on, of which the UDP header stands behind the fixed header.
 */
void dp_udp6_cksum(uint8_t *ip, uint32_t len);
