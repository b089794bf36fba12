/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A port over packet sockets (packet(7)) of one Ethernet interface of the kernel: one that receives into a
 * ring for each receive queue, one that only sends for each send queue. Frames are as on the wire, whatever
 * offloads the interface or a neighbour on the same host uses: checksums that were left to a device are
 * there, segments that were left to a device are cut, tags that the kernel took off are back, fragments are
 * still fragments. What the kernel itself sends by the interface is not heard. (Segments of UDP need
 * Linux 6.2: an older kernel does not describe them, and they are counted as missed.)
 *
 * Nothing of the interface is changed, and the kernel goes on to receive what the port receives.
 *
 * Memory of a port: per receive queue 1,024 places of an MTU (1.7 MB at 1,500 bytes, 9.5 MB at 9,216), fewer
 * when all queues together would take more than 64 MB; up to 4 MB of frames that are larger than a place; and
 * 70 KB. Frames of up to 64 KB are received.
 *
 * Thread: control, unless said otherwise.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AFPKT_QUEUES_MAX 64
#define AFPKT_MTU_MIN    576
#define AFPKT_MTU_MAX    9216

struct afpkt;
struct rte_mbuf;
struct rte_mempool;

struct afpkt_params {
    const char *interface;    /* its name; borrowed until return */
    uint16_t mtu;             /* L3 bytes, AFPKT_MTU_MIN.._MAX, not more than the interface has */
    uint16_t rx_queues;       /* 1..AFPKT_QUEUES_MAX; the kernel spreads flows over them */
    uint16_t tx_queues;       /* 1..AFPKT_QUEUES_MAX */
    struct rte_mempool *pool; /* of received frames; borrowed for the port's life */
};

/*
 * Opens a port over an interface that is up. Frames that came before its return are not received. NULL with
 * one sentence in why, without a full stop: no such interface, no right, not Ethernet, down, an MTU that is
 * too small, no memory. Needs an initialised EAL.
 */
struct afpkt *afpkt_open(const struct afpkt_params *params, char *why, size_t why_size);

/* Its queues must be left. NULL is fine. */
void afpkt_close(struct afpkt *port);

/*
 * Receives up to n frames from a queue, and returns how many; port is a struct afpkt. They are the caller's,
 * each in one segment of the pool's usual headroom. Thread: one per queue.
 */
uint16_t afpkt_rx(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n);

/*
 * Hands frames, of any number of segments, to the interface by a send queue, past its queueing discipline.
 * Returns how many were taken, from the first on; the others stay the caller's: the device or the socket was
 * full. A frame that the interface refuses is taken, freed and counted. Thread: one per queue.
 */
uint16_t afpkt_tx(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n);

/* The interface's address, as it was at the opening. */
const uint8_t *afpkt_mac(const struct afpkt *port);

/* Whether the interface is up and has a carrier now. */
bool afpkt_is_up(const struct afpkt *port);

struct afpkt_counters {
#define AFPKT_COUNT(name) uint64_t name;
#include "afpkt.def"
#undef AFPKT_COUNT
};

/* What all queues counted since the opening. One thread at a time. */
void afpkt_counters(struct afpkt *port, struct afpkt_counters *out);
