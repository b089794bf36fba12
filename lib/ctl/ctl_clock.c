/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place of the control side that reads the monotonic clock. */
#include "ctl_clock.h"

#include <time.h>

base_time ctl_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (base_time){(uint64_t)ts.tv_sec * BASE_NS_PER_S + (uint64_t)ts.tv_nsec};
}

int64_t ctl_calendar(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec;
}
