/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of what the data path counts. */
#include "dp_counters.h"

#include <stddef.h>

static const struct telem_row port_list[] = {
#define TELEM(...) TELEM_ROW(struct dp_port_counters, __VA_ARGS__)
#include "dp_port.def"
#undef TELEM
};
const struct telem_rows dp_port_rows = TELEM_ROWS(port_list);

static const struct telem_row worker_list[] = {
#define TELEM(...) TELEM_ROW(struct dp_counters, __VA_ARGS__)
#include "dp_port.def"
#include "dp_worker.def"
#undef TELEM
};
const struct telem_rows dp_worker_rows = TELEM_ROWS(worker_list);

static const struct telem_row drop_list[] = {
#define DP_DROP(name, help) TELEM_ROW_AT(struct dp_counters, drops[DP_DROP_##name], #name, PKTS, DROP, help)
#include "dp_drop.def"
#undef DP_DROP
};
const struct telem_rows dp_drop_rows = TELEM_ROWS(drop_list);

/* So the rows of a port also add up into the counters of a worker. */
_Static_assert(offsetof(struct dp_counters, rx_pkts) == 0, "the ports' counters come first");
