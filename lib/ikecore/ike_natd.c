/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash of NAT detection. What follows from it is each version's. */
#include "ike_natd.h"

#include "base_addr.h"
#include "base_span.h"
#include "ike_core.h"

bool ike_natd_hash(struct ike *ike, uint64_t spi_i, uint64_t spi_r, const struct base_addr *addr,
                   uint16_t port, uint8_t out[IKE_NATD_HASH_BYTES])
{
    uint8_t buf[16 + 16 + 2];
    struct base_writer w = base_writer(buf, sizeof buf);
    base_write_u64(&w, spi_i);
    base_write_u64(&w, spi_r);
    base_write(&w, addr->bytes, base_addr_size((enum base_family)addr->family));
    base_write_u16(&w, port);
    const struct base_span all = base_writer_span(&w);
    return ike->env.crypto->sha1(&all, 1, out) == 0;
}
