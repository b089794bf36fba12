/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a node counts. Values are plain words that may cross to another process; what they mean is told by
 * rows (telem.h), which are part of the program on either side. Thread: any.
 */
#include <stdint.h>
#include "telem.h"

#define NODE_COUNTERS_MAX 160

/* Counters of workers, of a port or of a connection, to be read by their rows with telem_value(). */
struct node_counters {
    uint64_t words[NODE_COUNTERS_MAX];
};

/* What a port's device counts itself; what its driver does not count stays 0. */
struct node_device_counters {
#define TELEM TELEM_FIELD
#include "node_device.def"
#undef TELEM
};

/* What passes between a port's workers and the host's own programs. */
struct node_host_counters {
#define TELEM TELEM_FIELD
#include "node_host.def"
#undef TELEM
};

/* What the node counts of its own upkeep. */
struct node_own_counters {
#define TELEM TELEM_FIELD
#include "node_own.def"
#undef TELEM
};

enum node_rows {
    NODE_ROWS_OWN,    /* of struct node_own_counters */
    NODE_ROWS_WORKER, /* of counters in node_view and node_worker_view */
    NODE_ROWS_DROP,   /* of the same: reasons of drops */
    NODE_ROWS_PORT,   /* of counters in node_port_view */
    NODE_ROWS_DEVICE, /* of struct node_device_counters */
    NODE_ROWS_HOST,   /* of struct node_host_counters */
    NODE_ROWS_CONN,   /* of what node_view_conn() fills */
};

/* The rows of a kind. Static storage. */
const struct telem_rows *node_rows(enum node_rows which);
