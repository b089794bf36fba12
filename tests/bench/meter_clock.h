/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Application time of one polling thread: the TSC cycles between the end of one port-driver call and the
 * start of the next, whichever metering port they go to. What follows an empty poll is not counted: nothing
 * was worked on. */
#include <stdint.h>
#include <x86intrin.h>

/* Tells how much to measure and where the result goes; the first call wins. `pkts` is the total over `runs`
 * runs (plus one for warm-up) that ends the measurement; path is borrowed and must stay; a result also goes
 * there when the port closes before that. Thread: control, before the first poll. */
void meter_clock_setup(const char *path, const char *label, uint64_t pkts, uint32_t runs);

/* Around each driver call of this thread. `given` is the number of packets that a receive call returned. */
void meter_clock_rx_begin(void);
void meter_clock_rx_end(uint32_t given);
void meter_clock_tx_begin(void);
void meter_clock_tx_end(uint32_t taken, uint32_t checked, uint32_t good);

/* Writes the result now if it was not written yet. Thread: any, when no worker polls. */
void meter_clock_finish(void);
