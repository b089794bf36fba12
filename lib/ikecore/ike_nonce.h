/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Nonces (RFC 7296 2.10, RFC 2409 5): ours, and a copy of a peer's. */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

#define IKE_NONCE_BYTES 32 /* ours: half of the longest PRF's key at least (RFC 7296 2.10) */
#define IKE_NONCE_MAX   256

struct ike;

struct ike_nonce {
    uint16_t len;
    uint8_t bytes[IKE_NONCE_MAX];
};

static inline struct base_span ike_nonce_span(const struct ike_nonce *n)
{
    return base_span(n->bytes, n->len);
}

/* A fresh one of ours. */
void ike_nonce_new(struct ike *ike, struct ike_nonce *n);

/* Copies a peer's, at most IKE_NONCE_MAX bytes (the wire parser admits no more). */
void ike_nonce_set(struct ike_nonce *n, struct base_span bytes);

/* The order of two nonces, as RFC 7296 2.8.1 compares: below, at or above zero. */
int ike_nonce_compare(const struct ike_nonce *a, const struct ike_nonce *b);

/* The lower one of an exchange's two. */
const struct ike_nonce *ike_nonce_low(const struct ike_nonce *a, const struct ike_nonce *b);
