/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Addresses that peers gave us by an SA (esp_pair.inner), for the programs of this machine: on the host
 * interface of the port that the SA comes from, with a route for each network that the SA leads to, from when
 * the first pair that has them is installed until the last one is removed. The interface is the daemon's own,
 * so that all of it goes with it, however that ends. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"

struct esp_pair;
struct node;
struct node_inner;

/* What of it can be had is, the rest is told in the log: the SA is installed either way. */
void node_inner_install(struct node *node, const struct esp_pair *pair);
void node_inner_remove(struct node *node, uint32_t spi_in);

/* The interface that has such an address, or NULL. Borrowed. */
const char *node_inner_interface(const struct node *node, const struct base_addr *addr);

/* Takes all away; before node_feed_stop(). */
void node_inner_stop(struct node *node);
