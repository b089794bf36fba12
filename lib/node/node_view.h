/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the data side shows of itself. Each view is a copy, plain bytes without a pointer. Times are
 * CLOCK_MONOTONIC; counters only grow. Thread: control.
 */
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "esp_pair.h"
#include "node_params.h"
#include "node_rows.h"

#define NODE_DRIVER_MAX      64
#define NODE_VIEW_REASON_MAX 192

struct node;

struct node_view {
    size_t n_workers, n_ports;
    uint32_t n_cpus;      /* that the process may run on */
    cpu_set_t spare_cpus; /* of these, those without a worker */
    bool has_hugepages;
    bool is_busy_poll; /* workers never sleep */
    struct node_own_counters own;
    struct node_counters counters; /* of all workers */
};

void node_view(const struct node *node, struct node_view *out);

/* What bypasses with this number of a row, below NODE_ROWS_MAX, let by since the start: IP packets. */
struct node_row_view {
    uint64_t pkts, bytes;
};

void node_view_row(const struct node *node, uint16_t row, struct node_row_view *out);

struct node_worker_view {
    uint32_t cpu;
    double load_percent; /* turns that found work: a polling core is always at 100 % to the system */
    int32_t tid;         /* of its thread; 0: it has not begun */
    uint64_t polls;      /* turns of its loop: one that makes none hangs */
    struct node_counters counters;
};

/* Worker index < n_workers; false: there is none. */
bool node_view_worker(const struct node *node, size_t index, struct node_worker_view *out);

struct node_port_view {
    char driver[NODE_DRIVER_MAX];
    char reason[NODE_VIEW_REASON_MAX]; /* why that driver was chosen; "": the configuration says it */
    uint8_t mac[6];
    uint16_t mtu;
    uint16_t rx_queues, tx_queues;
    bool has_link; /* the driver tells whether */
    bool is_up;
    bool has_device; /* the device counts */
    struct node_device_counters device;
    struct node_host_counters host; /* all 0 without a host */
    struct node_counters counters;
};

#define NODE_VIEW_INTERFACE_MAX 16 /* with NUL */
/* The host's interface that has an address which a peer gave. False: none has it. */
bool node_view_inner(const struct node *node, const struct base_addr *addr,
                     char out[NODE_VIEW_INTERFACE_MAX]);

/* Port index < n_ports, its place in node_params.ports; false: there is none. */
bool node_view_port(const struct node *node, size_t index, struct node_port_view *out);

/* Addresses with their networks, host bits kept. */
struct node_addrs {
    size_t n;
    struct base_prefix list[NODE_PORT_ADDRS_MAX];
};

/* Those of port index; of none: none. */
void node_view_addrs(const struct node *node, size_t index, struct node_addrs *out);

/*
 * Those that its host interface has, as the kernel tells now: without link-local ones, those that peers gave
 * by SAs, and what does not fit. 0; -ENODEV: it has no such interface; or another -errno.
 */
int node_view_host_addrs(const struct node *node, size_t index, struct node_addrs *out);

struct node_neighbour_view {
    uint16_t port; /* place in node_params.ports */
    struct base_addr addr;
    uint8_t mac[6];
    bool is_resolved;
};

/* Walks neighbours; start with *cursor 0. False: no more. */
bool node_view_neighbour(const struct node *node, uint32_t *cursor, struct node_neighbour_view *out);

/* One direction of a pair. */
struct node_direction_view {
    uint64_t pkts, bytes; /* bytes: inner packets */
    uint64_t seq;         /* in: highest sequence number that was accepted; out: last one used */
    base_time last;       /* 0 ns: never */
};

struct node_pair_view {
    uint32_t spi_in, spi_out;
    uint64_t ike_id;
    uint32_t conn;
    bool is_active;
    uint8_t priority;
    bool is_standby; /* active, and another pair with the same selectors has a better priority and sends */
    struct node_direction_view in, out;
    uint64_t replay_drops; /* too old or seen before */
    uint64_t bad_icv;
    uint64_t bad_trailer;
    uint64_t policy_drops; /* inner packet outside of this SA's selectors */
    uint64_t limit_drops;  /* hard limit or end of the sequence space */
    struct esp_path path;
    uint16_t outer_mtu; /* of the path to the peer, as far as it is known */
    uint16_t inner_mtu;
    uint32_t shared;              /* pairs that share packets out, with this one; 0: it takes all by itself */
    uint16_t owner_in, owner_out; /* workers */
    uint32_t stray_in, stray_out; /* packets that came to other workers than these */
};

/* The installed pair of an SPI. 0, or -ENOENT. */
int node_view_pair(const struct node *node, uint32_t spi_in, struct node_pair_view *out);

/*
 * What all pairs of a connection counted since CONN_OPEN, those that are gone too: it only grows. 0; 1:
 * some thousands of pairs were looked at, and it goes on with the next call, which may come after a turn;
 * -ENOENT: the number is not open.
 */
int node_view_conn(const struct node *node, uint32_t conn, struct node_counters *out);

/* The own address that packets to this destination leave from. 0, or -ENETUNREACH. */
int node_view_local(const struct node *node, const struct base_addr *to, struct base_addr *local);

/*
 * Whether `local` is an address of a port with a link, and packets to `to` leave by this port.
 */
bool node_view_is_usable(const struct node *node, const struct base_addr *local, const struct base_addr *to);

/* Addresses of ports that are not inside only, up to `max`; how many. */
size_t node_view_outside(const struct node *node, struct base_addr *out, size_t max);

/* Which ports have a link: a bit each, by their place in node_params.ports. */
uint64_t node_view_links(const struct node *node);

/* MTU of the port that packets to this destination leave by, bytes of whole packets; 0: there is no route. */
uint16_t node_view_mtu(const struct node *node, const struct base_addr *to);
