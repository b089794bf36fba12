/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* NAT detection (RFC 7296 2.23, RFC 3947 3.2): a hash of an end as it sends, against the end as it is seen.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"

#define IKE_NATD_HASH_BYTES 20

struct ike;

struct ike_natd {
    bool seen;       /* the peer sent hashes */
    bool local_nat;  /* we are behind a NAT */
    bool remote_nat; /* the peer is, or forces encapsulation */
    bool faked;      /* our own source hash was made not to match */
    struct base_addr public_addr;
};

/* SHA-1 of both SPIs, address and port (RFC 7296 2.23). False: the crypto library failed, and out is
 * undefined. */
bool ike_natd_hash(struct ike *ike, uint64_t spi_i, uint64_t spi_r, const struct base_addr *addr,
                   uint16_t port, uint8_t out[IKE_NATD_HASH_BYTES]);
