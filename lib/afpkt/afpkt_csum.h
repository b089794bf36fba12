/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Checksums that a sender on the same host left to a device: the field of TCP or UDP holds the sum of the
 * pseudo-header, and whoever passes the frame on adds up the rest. Thread: any.
 */
#include <stdbool.h>
#include <stdint.h>

/*
 * Completes the checksum of a frame, of len bytes, from byte start to its end, whose field is offset bytes
 * behind start. False, and nothing is written: the field is not in the frame.
 */
bool afpkt_csum_complete(uint8_t *frame, uint32_t len, uint16_t start, uint16_t offset);

/*
 * The same where nobody tells that it was left: in TCP or UDP, over IPv4 or IPv6 without extension headers
 * and not in fragments, behind at most one VLAN tag, when the field is exactly the pseudo-header's sum. A
 * checksum that happens to be that is right, and stays as it is. True: it was completed.
 */
bool afpkt_csum_left(uint8_t *frame, uint32_t len);
