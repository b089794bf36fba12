/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A rate as people write it: 250000, 250k, 1.5M packets per second, or 800Mbit, 10Gbit per second of frames
 * (as sizes are told: without frame check sequence, preamble and gap). */
#include <stdbool.h>
#include <stdint.h>

#define GEN_RATES 16

struct gen_rate {
    double value; /* packets or bits per second; 0: as fast as can be */
    bool is_bits;
    char text[16]; /* as it was written */
};

/* "250k,1Gbit" into out (room for GEN_RATES); "max" is as fast as can be. Returns how many, 0 when the text
 * is no such list (say so and stop). */
uint32_t gen_rate_parse(const char *text, struct gen_rate *out);

/* Packets per second of frames of so many bytes on average. */
double gen_rate_pps(const struct gen_rate *r, double frame_bytes);
