/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The generator as its options describe it: ports, what is sent from each, what is to come to each. Thread:
 * the main one. */
#include "gen_trial.h"

/* Sets up all of it, when DPDK runs; args, is_interrupted, cpus, spis and strays of *b are set, the rest is
 * 0. The keys (20 or 36 bytes; 0: none) are that of ESP to the gateway, and that which it seals with (NULL:
 * not known). 0, or -errno after a sentence on stderr. Release with gen_bench_close() in both cases. */
int gen_bench_open(struct gen_bench *b, const uint8_t *keymat, const uint8_t *keymat_out, uint32_t bytes);

/* The sequence number after the highest that was used. */
uint64_t gen_bench_next(const struct gen_bench *b);
void gen_bench_close(struct gen_bench *b);
