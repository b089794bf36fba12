/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Bursts of load that this process makes itself, to prove that a measurement notices them. */
#include <stdbool.h>
#include <stdint.h>

struct bench_load;

/* Starts threads that compute in bursts: on that CPU, or on all others that this process may use. They have
 * the calling thread's policy of scheduling, and where that is a real-time one a higher priority, so that
 * they get their share. NULL: none could be started, or there is no other CPU. Thread: the measuring one. */
struct bench_load *bench_load_start(unsigned cpu, bool is_on_others);

/* Ends the threads. Same thread. */
void bench_load_stop(struct bench_load *l);
