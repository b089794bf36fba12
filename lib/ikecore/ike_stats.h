/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the engine counts, as rows (telem.h): ike_conn.def in all and by connection, ike_stats.def in all, and
 * ike_drop.def for messages that it drops.
 */
#include <stdint.h>
#include "telem.h"

struct ike_conn_stats {
#define TELEM TELEM_FIELD
#include "ike_conn.def"
#undef TELEM
};

struct ike_stats {
#define TELEM TELEM_FIELD
#include "ike_stats.def"
#include "ike_conn.def"
#undef TELEM
#define IKE_DROP(name, help) uint64_t dropped_##name;
#include "ike_drop.def"
#undef IKE_DROP
};

extern const struct telem_rows ike_conn_rows;  /* of struct ike_conn_stats */
extern const struct telem_rows ike_stats_rows; /* of struct ike_stats, all of it */
extern const struct telem_rows ike_drop_rows; /* what is dropped alone, without "dropped_" before the names */
