/* SPDX-License-Identifier: BSD-3-Clause */
/* The node's own upkeep, once per turn of the control loop. */
#include <sys/epoll.h>

#include <rte_cycles.h>

#include "node_addrs.h"
#include "node_bell.h"
#include "node_int.h"

#define PUNTS_PER_TURN   256
#define EPOLL_EVENTS_MAX (NODE_PORTS_MAX + 3)

int node_fd(const struct node *node)
{
    return node->epoll_fd;
}

void node_ready(struct node *node)
{
    struct epoll_event events[EPOLL_EVENTS_MAX];
    const int n = epoll_wait(node->epoll_fd, events, EPOLL_EVENTS_MAX, 0);
    for (int i = 0; i < n; i++) /* those of streams are looked at in each turn */
        if (!node_bell_heard(node, events[i].data.fd) && !node_addrs_heard(node, events[i].data.fd))
            node_feed_ready(node, events[i].data.fd);
}

bool node_turn(struct node *node, base_time now)
{
    node->now = now;
    node->now_tsc = rte_rdtsc();
    node->punts_left = PUNTS_PER_TURN;
    bool busy = node_feed_turn(node);
    busy |= node_stream_turn(node);
    if (base_time_reached(dp_resolve_deadline(node->dp), now))
        dp_resolve_tick(node->dp, now);
    if (base_time_reached(dp_trap_deadline(node->dp), now))
        dp_trap_tick(node->dp, now);
    node_owner_look(node);
    sad_reclaim(node->sad);
    return busy;
}

bool node_is_behind(const struct node *node)
{
    return dp_tx_is_behind(node->dp);
}
