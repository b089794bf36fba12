/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * How a port that is no ethdev receives and sends, or one whose frames somebody looks at on the way: by the
 * two functions that a worker calls instead of the ethdev's.
 */
#include <stdint.h>

struct rte_mbuf;

struct dp_io {
    /*
     * Receives at most n frames from a queue into frames and returns how many, which are the caller's then.
     * Thread: the one worker that polls this queue.
     */
    uint16_t (*rx)(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n);
    /* Sends frames and returns how many it took, from the first on; the others stay the caller's. Thread: the
     * worker of that number. */
    uint16_t (*tx)(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n);
};
