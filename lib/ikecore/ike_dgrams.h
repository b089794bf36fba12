/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A message as it goes over the wire: one datagram, or several when it is sent in fragments (RFC 7383). Owned
 * bytes, in order. Zero-initialized is empty.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "wire_ike.h"

#define IKE_DGRAMS_MAX 64 /* datagrams of one message */
#define IKE_DGRAMS_BYTES_MAX \
    (2 * WIRE_IKE_MSG_MAX) /* of all together: a message, and what each fragment adds */

struct ike_dgrams {
    size_t count;
    size_t len;     /* of bytes */
    uint8_t *bytes; /* of each datagram: two bytes that are its length, then the datagram */
};

/* Copies a datagram to the end. 0; -EMSGSIZE: empty, or beyond a cap; -ENOMEM. Then the list is as before. */
int ike_dgrams_add(struct ike_dgrams *l, struct base_span datagram);

/* The datagram at *at, which starts with 0 and moves on. Borrows from the list. False: no more. */
bool ike_dgrams_next(const struct ike_dgrams *l, size_t *at, struct base_span *out);

/* Empties the list. */
void ike_dgrams_free(struct ike_dgrams *l);
