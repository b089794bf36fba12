/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Frames out of a receive queue's ring and socket. Thread: the queue's. */
#include "afpkt_int.h"

/* The oldest place that the kernel has filled; NULL: none. */
struct tpacket2_hdr *afpkt_place_next(const struct afpkt_rx_queue *q);

/* Gives that place back to the kernel. Whatever was read from it is gone. */
void afpkt_place_free(struct afpkt_rx_queue *q);

/*
 * Reads the frame of a place, from the ring or, when it was larger, from the socket, with its tag. It stays
 * valid until the place is freed and the next frame read. False: lost, and counted.
 */
bool afpkt_frame_read(struct afpkt_rx_queue *q, struct tpacket2_hdr *place, struct afpkt_frame *f);
