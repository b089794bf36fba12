/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An ethdev over AF_XDP sockets. DPDK's driver does not tell that a sender on the same host left a checksum
 * to a device: frames pass here, and what was left is told by the checksum itself (afpkt_csum_left()). Nor
 * does it count what the sockets lost since their rings were full.
 *
 * Thread: control, unless said otherwise.
 */
#include <stdint.h>
#include "afpkt_xsk.h"

struct afpkt_left;
struct rte_mbuf;

/* For a started ethdev with so many receive queues and its sockets, borrowed until return. NULL: no memory.
 */
struct afpkt_left *afpkt_left_make(uint16_t port_id, uint16_t rx_queues, const struct afpkt_xsks *sockets);

/* Its queues must be left. NULL is fine. */
void afpkt_left_free(struct afpkt_left *left);

/* As rte_eth_rx_burst() and rte_eth_tx_burst(); left is a struct afpkt_left. Frames of several segments are
 * not looked at. Thread: one per queue. */
uint16_t afpkt_left_rx(void *left, uint16_t queue, struct rte_mbuf **frames, uint16_t n);
uint16_t afpkt_left_tx(void *left, uint16_t queue, struct rte_mbuf **frames, uint16_t n);

/* Frames that were completed, by all queues. */
uint64_t afpkt_left_completed(const struct afpkt_left *left);

/* Frames that the sockets lost, beside what the driver counts. The ethdev must not be closed. */
uint64_t afpkt_left_missed(const struct afpkt_left *left);
