/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Packet sizes: a mix is a repeating sequence of plaintext Ethernet frame sizes in bytes. */
#include <stdint.h>

#define BENCH_IMIX      0 /* in place of a size: 7 x 64, 4 x 570, 1 x 1420 */
#define BENCH_SIZES     32
#define BENCH_FRAME_MIN 64
#define BENCH_FRAME_MAX 1500

/* Frame size of the i-th packet of a mix; `size` is BENCH_IMIX or the one size. */
uint32_t bench_mix_frame(uint32_t size, uint32_t i);

/* Bytes that ESP encrypts for a frame: without its 14-byte Ethernet header, with pad and the two trailer
 * octets, a multiple of 4 (RFC 4303 2.4). */
uint32_t bench_mix_sealed(uint32_t frame_bytes);

/* Mean frame bytes of the mix. */
double bench_mix_frame_mean(uint32_t size);

/* "64" or "IMIX", in buf (at least 12 bytes), which is returned. */
const char *bench_mix_name(uint32_t size, char *buf);

/* The same as the cell of a row has it: "64" or "imix". */
const char *bench_mix_cell(uint32_t size, char *buf);

/* Parses "64,512,imix" into sizes (room for BENCH_SIZES). Returns how many, or 0 if the text is not a list of
 * sizes from BENCH_FRAME_MIN to BENCH_FRAME_MAX (tell the user and stop). */
uint32_t bench_mix_parse(const char *text, uint32_t *sizes);
