/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A network interface as a wire: raw frames of an AF_PACKET socket, received through a ring in shared memory,
 * so that looking for one is no system call. Thread: one, from open to close. */
#include <stdint.h>

struct meter_relay {
    int fd;        /* -1: closed; a closed relay gives and takes nothing */
    uint8_t *ring; /* frames in slots of one size */
    uint32_t at;   /* the slot that the kernel fills next, or has filled */
    uint64_t lost; /* frames that the kernel had no slot for, as far as meter_relay_lost() was called */
    uint8_t mac[6];
};

/* Opens an interface of this network namespace. 0, or -errno with a sentence on stderr. Release with
 * meter_relay_close(), which takes a closed one too. */
int meter_relay_open(struct meter_relay *r, const char *interface);
void meter_relay_close(struct meter_relay *r);

/* The oldest frame that came in, NULL: none. It is valid until meter_relay_pop(), which takes it away. */
const uint8_t *meter_relay_peek(const struct meter_relay *r, uint32_t *bytes);
void meter_relay_pop(struct meter_relay *r);

/* Sends a frame. What the kernel does not take is lost, as on a wire. */
void meter_relay_send(struct meter_relay *r, const uint8_t *data, uint32_t bytes);

/* Frames from the wire that were lost for want of a slot, since open. */
uint64_t meter_relay_lost(struct meter_relay *r);
