/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of an ethdev, with their checksums. */
#include "afpkt_left.h"

#include <stdlib.h>
#include <string.h>
#include <rte_ethdev.h>
#include "afpkt_csum.h"

/* Of a queue; writer: its thread. */
struct left_queue {
    _Alignas(64) uint64_t completed;
};

struct afpkt_left {
    uint16_t port_id, n_queues;
    struct afpkt_xsks sockets;
    struct left_queue queues[];
};

struct afpkt_left *afpkt_left_make(uint16_t port_id, uint16_t rx_queues, const struct afpkt_xsks *sockets)
{
    const size_t bytes = sizeof(struct afpkt_left) + rx_queues * sizeof(struct left_queue);
    struct afpkt_left *left = aligned_alloc(_Alignof(struct afpkt_left), bytes);
    if (!left)
        return NULL;
    memset(left, 0, bytes);
    left->port_id = port_id;
    left->n_queues = rx_queues;
    left->sockets = *sockets;
    return left;
}

void afpkt_left_free(struct afpkt_left *left)
{
    free(left);
}

uint16_t afpkt_left_rx(void *left, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    struct afpkt_left *l = left;
    const uint16_t got = rte_eth_rx_burst(l->port_id, queue, frames, n);
    for (uint16_t i = 0; i < got; i++)
        if (frames[i]->nb_segs == 1 &&
            afpkt_csum_left(rte_pktmbuf_mtod(frames[i], uint8_t *), frames[i]->data_len))
            l->queues[queue].completed++;
    return got;
}

uint16_t afpkt_left_tx(void *left, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    return rte_eth_tx_burst(((struct afpkt_left *)left)->port_id, queue, frames, n);
}

uint64_t afpkt_left_completed(const struct afpkt_left *left)
{
    uint64_t sum = 0;
    for (uint16_t i = 0; i < left->n_queues; i++)
        sum += __atomic_load_n(&left->queues[i].completed, __ATOMIC_RELAXED);
    return sum;
}

uint64_t afpkt_left_missed(const struct afpkt_left *left)
{
    return afpkt_xsks_full(&left->sockets);
}
