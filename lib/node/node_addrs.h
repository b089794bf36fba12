/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The addresses of ports while the node runs: replaced by a commit, in the data path, on the host interfaces
 * and as neighbours know them; and heard of, where somebody changes those of a host interface. Thread:
 * control.
 */
#include <stdbool.h>
#include <stddef.h>

struct node;
struct node_event;

/*
 * A port that is started without addresses has those of its interface, which must not be taken yet. 0, or -1
 * with a sentence in why.
 */
int node_addrs_find(struct node *node, size_t index, char *why, size_t why_size);

/* Carries out NODE_ROUTES_COMMIT, of what was staged. */
int node_addrs_commit(struct node *node);

/* Listens, from before the host interfaces are made. Without it, which the log tells, no event comes. */
void node_addrs_watch(struct node *node);
void node_addrs_stop(struct node *node);

/* Hears what there is on this descriptor. False: it is another one. */
bool node_addrs_heard(struct node *node, int fd);

/* NODE_EV_HOST_ADDRS of the next port whose host interface was heard of. False: none was. */
bool node_addrs_event(struct node *node, struct node_event *out);
