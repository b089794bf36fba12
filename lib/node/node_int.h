/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside of node: what one is made of. Thread: control. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "dp.h"
#include "node.h"
#include "node_eal.h"
#include "node_feed.h"
#include "node_owner.h"
#include "node_pmtu.h"
#include "node_port.h"
#include "node_rows.h"
#include "node_stage.h"
#include "node_stream.h"
#include "sad.h"

/* The look for traffic, a walk over all pairs that pauses at each event. */
struct node_look {
    base_time at;    /* when to begin the next one */
    uint64_t tsc;    /* of the beginning of the last one */
    uint64_t since;  /* of the one before: what is newer is news */
    uint32_t cursor; /* of sad_next() */
    bool is_on;
};

struct node {
    struct node_params params;
    struct node_cores cores;
    size_t n_ports; /* that are started; same place as in params.ports and in dp */
    struct node_device devices[NODE_PORTS_MAX]; /* same place; of all */
    struct host_take *takes[NODE_PORTS_MAX];    /* same place; NULL: its port has no interface, or not yet */
    struct node_port ports[NODE_PORTS_MAX];
    struct node_feed feeds[NODE_PORTS_MAX]; /* same place */
    bool is_busy_poll;                      /* what params.poll came to */
    bool has_eal;
    struct rte_mempool *pool;
    struct rte_mempool *large_pool; /* for what comes in pieces */
    struct sad *sad;
    struct dp *dp;
    int epoll_fd; /* watches the host's interfaces and the bell */
    int bell_fd;
    int watch_fd;   /* hears of addresses of host interfaces; negative: not */
    uint64_t heard; /* bits by port: of these, and no event tells yet */
    uint64_t tsc_hz;
    base_time now;       /* of this turn, and */
    uint64_t now_tsc;    /* the same moment */
    uint32_t punts_left; /* of this turn */
    struct node_look look;
    struct node_owner owner;
    struct node_own_counters own;
    struct node_pmtu pmtu;
    struct node_streams streams;
    struct node_stage stage;
    struct node_inner *inner; /* the latest first */
};

/* A worker's time stamp as monotonic time; 0 stays 0 ("never"). */
base_time node_time_of_tsc(const struct node *node, uint64_t tsc);
