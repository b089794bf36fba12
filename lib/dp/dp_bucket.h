/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A token bucket over the time stamp counter. Zeros are a full one. */
#include <stdbool.h>
#include <stdint.h>

struct dp_bucket {
    uint64_t tokens;
    uint64_t tsc; /* up to which tokens were made; 0: never asked */
};

/*
 * Takes a token; false: none left. hz is of now (TSC), pps the rate in tokens per second, above 0. A tenth of
 * a second's worth fits in, at least 16. Thread: the bucket's only one.
 */
bool dp_bucket_take(struct dp_bucket *b, uint64_t now, uint64_t hz, uint64_t pps);
