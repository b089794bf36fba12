/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the generator writes at the beginning of a packet's payload, so that the receiving port knows the
 * packet by its content: a mark, which trial and stream it belongs to, its number, when it was made. It fits
 * the smallest frame, whose UDP payload has 22 bytes. */
#include <stdbool.h>
#include <stdint.h>

#define GEN_STAMP_BYTES 22u

struct gen_stamp {
    uint16_t trial; /* below 2^14 */
    uint8_t stream; /* below 4 */
    uint64_t number;
    uint64_t tsc;
};

/* Writes GEN_STAMP_BYTES at p. */
void gen_stamp_write(const struct gen_stamp *s, uint8_t *p);

/* Reads them of a payload; false: it is too short, or has no mark. */
bool gen_stamp_read(struct gen_stamp *s, const uint8_t *p, uint32_t bytes);
