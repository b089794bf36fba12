/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * AF_XDP sockets that a driver of this process has open. It keeps them to itself and does not tell what they
 * lost; their descriptors do. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>

#define AFPKT_XSKS_MAX 64

struct afpkt_xsks {
    size_t count;
    int fds[AFPKT_XSKS_MAX]; /* borrowed from the driver */
};

/* Those of the process; of more than AFPKT_XSKS_MAX, some. */
void afpkt_xsks_find(struct afpkt_xsks *out);

/* Takes out of list what is in known, too. */
void afpkt_xsks_subtract(struct afpkt_xsks *list, const struct afpkt_xsks *known);

/* Frames that they lost since the receive ring was full. What the kernel lost for want of buffers is not of
 * it: drivers count that. */
uint64_t afpkt_xsks_full(const struct afpkt_xsks *list);
