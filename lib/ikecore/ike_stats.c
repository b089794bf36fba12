/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of what the engine counts. */
#include "ike_stats.h"

static const struct telem_row stats_list[] = {
#define TELEM(...) TELEM_ROW(struct ike_stats, __VA_ARGS__)
#include "ike_stats.def"
#include "ike_conn.def"
#undef TELEM
#define IKE_DROP(name, help) TELEM_ROW(struct ike_stats, dropped_##name, PKTS, DROP, help)
#include "ike_drop.def"
#undef IKE_DROP
};
const struct telem_rows ike_stats_rows = TELEM_ROWS(stats_list);

static const struct telem_row conn_list[] = {
#define TELEM(...) TELEM_ROW(struct ike_conn_stats, __VA_ARGS__)
#include "ike_conn.def"
#undef TELEM
};
const struct telem_rows ike_conn_rows = TELEM_ROWS(conn_list);

static const struct telem_row drop_list[] = {
#define IKE_DROP(name, help) TELEM_ROW_AT(struct ike_stats, dropped_##name, #name, PKTS, DROP, help)
#include "ike_drop.def"
#undef IKE_DROP
};
const struct telem_rows ike_drop_rows = TELEM_ROWS(drop_list);
