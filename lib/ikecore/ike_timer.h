/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Deadlines in a heap: set, move and clear in O(log n), the earliest in O(1). A timer is embedded in
 * its owner; the heap borrows it until it is cleared.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base_time.h"

enum ike_timer_owner { IKE_TIMER_SA, IKE_TIMER_SA_V1, IKE_TIMER_RUN };

struct ike_timer {
    base_time at;
    size_t pos; /* in the heap plus one; 0: not set */
    enum ike_timer_owner owner;
};

struct ike_timer_place {
    base_time at; /* as in the timer */
    struct ike_timer *timer;
};

struct ike_timers {
    struct ike_timer_place *heap;
    size_t count;
    size_t cap;
};

/* Makes room for `count` timers in all. 0, or -ENOMEM. Call before a timer can be set for the first time. */
int ike_timer_reserve(struct ike_timers *ts, size_t count);

/* Sets or moves; BASE_TIME_NEVER clears. Room was reserved. */
void ike_timer_set(struct ike_timers *ts, struct ike_timer *t, base_time at);
void ike_timer_clear(struct ike_timers *ts, struct ike_timer *t);

/* The earliest timer, or NULL. */
struct ike_timer *ike_timer_first(const struct ike_timers *ts);

void ike_timer_fini(struct ike_timers *ts);
