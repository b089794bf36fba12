/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a frame between gateway and wire is, told by its bytes alone: untagged IPv4, whole. Thread: any. */
#include <stdbool.h>
#include <stdint.h>

/* The ESP header of a frame that carries ESP, plain (RFC 4303) or in UDP port 4500 (RFC 3948), behind an IPv4
 * header whose checksum is right. NULL: anything else; IKE and keepalives on port 4500 are no ESP. */
const uint8_t *meter_frame_esp(const uint8_t *data, uint32_t bytes);

/* Sequence number, its low 32 bits. */
uint32_t meter_frame_seq(const uint8_t *esp);

/* A clear packet of the flow under measurement: IPv4/UDP to the discard port, 9. */
bool meter_frame_is_clear(const uint8_t *data, uint32_t bytes);
