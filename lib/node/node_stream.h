/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Streams of TCP (host_streams.h) between control, the workers and the host's stack, which the ports'
 * addresses have by their host interfaces. IKE of theirs becomes datagrams (node_event.h), ESP goes to and
 * from the workers. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"

struct host_streams;
struct node;
struct node_event;
struct node_request;
struct node_send;

struct node_streams {
    struct host_streams *table; /* NULL: no TCP */
    base_time told_at;          /* when a stranger's end was last logged */
};

/* Makes the table and takes connections where the parameters say. Before powers are given up: a port below
 * 1024 needs one. 0, or -1 with a sentence in why. */
int node_stream_start(struct node *node, char *why, size_t why_size);
void node_stream_stop(struct node *node);

/* ESP of the workers into streams, and a turn of theirs. True when there was work. */
bool node_stream_turn(struct node *node);

/* Takes the next event of a stream. False: there is none. bytes: as in node_event_pop(). */
bool node_stream_event(struct node *node, struct node_event *out, uint8_t *bytes);

/* NODE_STREAM_*. */
int node_stream_do(struct node *node, struct node_request *r);

/* A message of IKE into a stream. As node_send(). */
int node_stream_send(struct node *node, const struct node_send *send, const uint8_t *bytes);
