/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A worker's end of the bell (dp.h): once a turn, when it handed something to control. Thread: the worker's.
 */

struct dp_worker;

/* Wakes control, if it sleeps. */
void dp_bell_ring(struct dp_worker *w);
