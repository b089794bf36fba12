/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside of a port: its queues. Writer of a queue's fields: its thread, once the port is open. */
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <sys/socket.h>
#include "afpkt.h"
#include "afpkt_cut.h"

#define AFPKT_LARGE_MAX (65535 + 22) /* bytes of a frame: IP and an Ethernet header with two tags */
#define AFPKT_TAG_BYTES 4
#define AFPKT_TX_BATCH  128 /* frames in one call */
#define AFPKT_TX_PIECES 256 /* segments of them */

/* One frame, as the socket gave it and then as it was on the wire. */
struct afpkt_frame {
    uint8_t *data; /* with AFPKT_TAG_BYTES before it that may be written */
    uint32_t len;
    struct virtio_net_hdr vnet; /* what was left to a device; csum_start is from data on */
};

struct afpkt_rx_queue {
    _Alignas(64) int fd; /* -1: not open */
    uint8_t *ring;       /* places, one behind the other; shared with the kernel */
    size_t ring_bytes;
    uint32_t place_bytes, n_places, next;
    struct afpkt_cut cut; /* of the frame in place next, what did not fit the burst */
    struct rte_mempool *pool;
    uint32_t room; /* of a packet buffer, behind its headroom */
    struct afpkt_counters count;
    uint64_t missed; /* control: what the kernel had no place for */
    uint8_t large[AFPKT_TAG_BYTES + AFPKT_LARGE_MAX];
};

struct afpkt_tx_queue {
    _Alignas(64) int fd; /* -1: not open */
    struct afpkt_counters count;
    struct mmsghdr msgs[AFPKT_TX_BATCH];
    struct iovec pieces[AFPKT_TX_PIECES];
};

struct afpkt {
    char interface[16];
    uint8_t mac[6];
    uint16_t n_rx, n_tx;
    struct afpkt_rx_queue *rx;
    struct afpkt_tx_queue *tx;
};
