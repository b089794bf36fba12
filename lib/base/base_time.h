/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Monotonic time as a type of its own, so that seconds and nanoseconds cannot mix. The clock itself is
 * read by the daemon only; all else is handed a base_time.
 */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t ns; /* since an arbitrary start */
} base_time;

#define BASE_TIME_NEVER ((base_time){UINT64_MAX})
#define BASE_NS_PER_MS  1000000ull
#define BASE_NS_PER_S   1000000000ull

/* t + ns, saturating at BASE_TIME_NEVER. */
static inline base_time base_time_add(base_time t, uint64_t ns)
{
    return (base_time){ns > UINT64_MAX - t.ns ? UINT64_MAX : t.ns + ns};
}

/* a - b in nanoseconds, 0 when b is later. */
static inline uint64_t base_time_since(base_time a, base_time b)
{
    return a.ns > b.ns ? a.ns - b.ns : 0;
}

static inline bool base_time_is_never(base_time t)
{
    return t.ns == UINT64_MAX;
}

static inline bool base_time_reached(base_time deadline, base_time now)
{
    return deadline.ns <= now.ns;
}

static inline base_time base_time_min(base_time a, base_time b)
{
    return a.ns < b.ns ? a : b;
}

static inline base_time base_time_max(base_time a, base_time b)
{
    return a.ns > b.ns ? a : b;
}
