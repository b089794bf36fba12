/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The generator as its options describe it: ports, what is sent from each, what is to come to each. Thread:
 * the main one. */
#include "gen_trial.h"

/* Sets up all of it, when DPDK runs; args, is_interrupted, spis and strays of *b are set, the rest is 0. The
 * key (20 or 36 bytes; 0: none) is that of ESP. 0, or -errno after a sentence on stderr. Release with
 * gen_bench_close() in both cases. */
int gen_bench_open(struct gen_bench *b, const uint8_t *keymat, uint32_t keymat_bytes);
void gen_bench_close(struct gen_bench *b);
