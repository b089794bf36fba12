/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A small deterministic generator for tests: the same seed gives the same run. Not for secrets. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seed_rng {
    uint64_t state;
};

/* Starts a generator; every seed, 0 included, is fine. */
struct seed_rng seed_rng(uint64_t seed);

uint64_t seed_rng_u64(struct seed_rng *r);

/* A number in 0..n-1; 0 when n is 0. */
uint64_t seed_rng_below(struct seed_rng *r, uint64_t n);

/* A number in lo..hi, both included. */
uint64_t seed_rng_between(struct seed_rng *r, uint64_t lo, uint64_t hi);

/* True with a probability of per_mille / 1000. */
bool seed_rng_chance(struct seed_rng *r, unsigned per_mille);

void seed_rng_fill(struct seed_rng *r, void *buf, size_t len);
