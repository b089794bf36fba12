/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* How workers wake a control loop that sleeps: an eventfd in the node's set of descriptors. Thread: control.
 */
#include <stdbool.h>
#include <stdio.h>

struct node;

/* Makes it, with -1 and a sentence in why when that fails. */
int node_bell_start(struct node *node, char *why, size_t why_size);
void node_bell_stop(struct node *node);

/* What dp_params.bell is; ctx: the node. Thread: a worker's. */
void node_bell_ring(void *ctx);

/* Whether this descriptor is the bell's; it is quiet again then. */
bool node_bell_heard(struct node *node, int fd);
