/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the data path counts, as rows (telem.h): dp_port.def per worker and port, dp_worker.def per worker,
 * dp_drop.def per worker and reason of a drop, and of control. The writer of each is its worker, or control.
 * Thread: any.
 */
#include <stdint.h>
#include "telem.h"

struct dp;

enum dp_drop {
#define DP_DROP(name, help) DP_DROP_##name,
#include "dp_drop.def"
#undef DP_DROP
    DP_DROPS
};

struct dp_port_counters {
#define TELEM TELEM_FIELD
#include "dp_port.def"
#undef TELEM
};

/* Of one worker or summed over several. A worker's ports are counted by port and come in with the sum. */
struct dp_counters {
#define TELEM TELEM_FIELD
#include "dp_port.def"
#include "dp_worker.def"
#undef TELEM
    uint64_t drops[DP_DROPS];
};

/* What a row of bypass let by, either way. */
struct dp_row_counters {
    uint64_t pkts, bytes; /* of IP packets */
};

extern const struct telem_rows dp_port_rows;   /* of struct dp_port_counters */
extern const struct telem_rows dp_worker_rows; /* of struct dp_counters, without its drops */
extern const struct telem_rows dp_drop_rows;   /* of struct dp_counters: row n is drop reason n */

/*
 * Counters of a worker, or of all of them together with -1, and then also what control dropped of the
 * packets that it got from workers or made itself. Values never go back from one call to the next.
 */
void dp_counters(const struct dp *dp, int worker, struct dp_counters *out);

/* Of a row of bypass, by its number (sad_policy.row, below SAD_ROWS_MAX), of all workers together, and of all
 * bypasses that ever had this number. Values never go back. */
void dp_row_counters(const struct dp *dp, uint16_t row, struct dp_row_counters *out);

/* Counters of a port, by its index in dp_params.ports, of all workers together. Values never go back. */
void dp_port_counters(const struct dp *dp, uint16_t port, struct dp_port_counters *out);
