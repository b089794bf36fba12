/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Hears of interfaces whose addresses change (RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR). What they are then,
 * host_addrs_of() tells: a message may be old or lost. Needs no right. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>

#define HOST_WATCH_MAX 64 /* interfaces */

/* A descriptor that polls readable when there is something to hear. -errno: as the kernel says. */
int host_watch_open(void);

/*
 * Takes what there is to hear. Bits: which of these n interfaces (their indexes, at most HOST_WATCH_MAX) may
 * have other addresses; all of them when the kernel had no room for what it would have said. Never blocks; it
 * may leave some for the next call.
 */
uint64_t host_watch_hear(int fd, const unsigned *ifindexes, size_t n);
