/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The data side as one thing: ports, buffers, SA tables, data path, workers, the host's interfaces. Control
 * reaches it by four headers and by nothing else: its life here, what it is asked in node_request.h, what it
 * reports in node_event.h, what it shows in node_view.h. What crosses by the latter three is plain bytes
 * without a pointer, so that control may live in another process.
 *
 * Thread: control, for all functions of all four. One node per process.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "node_params.h"

struct node;

/*
 * Starts DPDK and makes everything, up to the point where packets could flow. Copies params. NULL with a
 * sentence (what is wrong, and the cure) in why, and all is undone; DPDK cannot be started twice, so the
 * caller ends.
 */
struct node *node_start(const struct node_params *params, char *why, size_t why_size);

/*
 * Lets packets flow: workers and the host's interfaces. Policies and routes are set before, since what no
 * policy protects goes in clear. 0, or -1 with a sentence in why: the caller stops the node.
 */
int node_run(struct node *node, char *why, size_t why_size);

/*
 * Which of root's powers control still needs for these ports, until node_stop() has given all back: bits
 * 1 << CAP_name of linux/capability.h. Its other threads need none once node_start() has returned.
 */
uint64_t node_caps(const struct node *node);

/*
 * Stops the workers, wipes all keys, gives all back. Nothing of the node may be used any more. A worker that
 * does not end within two seconds is told to the log: interfaces are given back, the rest goes with the
 * process, which the caller ends. NULL is fine.
 */
void node_stop(struct node *node);

/* A descriptor that polls readable when node_ready() has something to do. It is the node's. */
int node_fd(const struct node *node);

/* Takes what the host's programs have sent, and what woke the caller. Never blocks. */
void node_ready(struct node *node);

/*
 * One turn of the node's own upkeep: packets for the host, neighbours, owners of SAs, wiping what
 * was removed. Call it some hundred times a second, and take the events afterwards. now: CLOCK_MONOTONIC.
 * True when there was work.
 */
bool node_turn(struct node *node, base_time now);

/*
 * Before the caller waits for node_fd(): from now on that becomes readable when a worker has something for
 * it. False: one has already, so take a turn instead. What the tables report, and the node's own upkeep, wait
 * for the next turn.
 */
bool node_may_sleep(struct node *node);
/* After the wait: workers need no system call to hand something over. */
void node_awake(struct node *node);

/*
 * Whether so much waits to be sent that whoever sends to many of his own accord should go on in a later turn.
 * Below that there is room for some thousand datagrams, in which answers go always.
 */
bool node_is_behind(const struct node *node);
