/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of everything that a node counts: the data path's, and those of devices and of the host's
 * interfaces. */
#include "node_rows.h"

#include "dp.h"
#include "sad_conn.h"

const struct telem_rows *node_rows(enum node_rows which)
{
    static const struct telem_row device[] = {
#define TELEM(...) TELEM_ROW(struct node_device_counters, __VA_ARGS__)
#include "node_device.def"
#undef TELEM
    };
    static const struct telem_row host[] = {
#define TELEM(...) TELEM_ROW(struct node_host_counters, __VA_ARGS__)
#include "node_host.def"
#undef TELEM
    };
    static const struct telem_row own[] = {
#define TELEM(...) TELEM_ROW(struct node_own_counters, __VA_ARGS__)
#include "node_own.def"
#undef TELEM
    };
    static const struct telem_rows device_rows = TELEM_ROWS(device), host_rows = TELEM_ROWS(host),
                                   own_rows = TELEM_ROWS(own);
    switch (which) {
    case NODE_ROWS_OWN:
        return &own_rows;
    case NODE_ROWS_WORKER:
        return &dp_worker_rows;
    case NODE_ROWS_DROP:
        return &dp_drop_rows;
    case NODE_ROWS_PORT:
        return &dp_port_rows;
    case NODE_ROWS_DEVICE:
        return &device_rows;
    case NODE_ROWS_HOST:
        return &host_rows;
    case NODE_ROWS_CONN:
        break;
    }
    return &sad_rows;
}
