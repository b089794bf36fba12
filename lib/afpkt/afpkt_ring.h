/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Sockets of queues: made, set up, closed. Thread: control. */
#include "afpkt_int.h"

/* Places of a receive queue: of this MTU each, and so many when there are this many queues. */
uint32_t afpkt_place_bytes(uint16_t mtu);
uint32_t afpkt_place_count(uint32_t place_bytes, uint16_t queues);

/*
 * Makes the socket and the ring of a receive queue, bound to an interface, with a filter that lets nothing
 * in. q->fd is -1, place_bytes and n_places are set. 0, or -errno, with what was refused in *step; the caller
 * closes.
 */
int afpkt_rx_open(struct afpkt_rx_queue *q, int ifindex, const char **step);

/* Makes a queue one of those over which the kernel spreads flows; *group is 0 for the first of them, and
 * then theirs. -errno. */
int afpkt_rx_join(struct afpkt_rx_queue *q, uint16_t *group);

/* Lets frames in, but for what the host itself sends. -errno. */
int afpkt_rx_let_in(struct afpkt_rx_queue *q);

/* Makes the socket of a send queue. q->fd is -1. As afpkt_rx_open(). */
int afpkt_tx_open(struct afpkt_tx_queue *q, int ifindex, const char **step);

void afpkt_rx_close(struct afpkt_rx_queue *q);
void afpkt_tx_close(struct afpkt_tx_queue *q);
