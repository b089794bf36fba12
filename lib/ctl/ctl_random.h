/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Random bytes that others will see (SPIs, nonces, IVs, jitter), asked of the library some hundred at a time:
 * a handshake wants eight bytes many times, and each request of its own costs more than the bytes. What was
 * given out is wiped here. Secrets are not made of these. No process is forked that has one in use.
 */
#include <stddef.h>
#include <stdint.h>

#define CTL_RANDOM_BYTES 512

/* All zero: empty. */
struct ctl_random {
    size_t left; /* of bytes, from the front */
    uint8_t bytes[CTL_RANDOM_BYTES];
};

/* 0, or -EIO: the library has none, and the caller must not go on. Thread: control. */
int ctl_random_take(struct ctl_random *r, void *buf, size_t len);
