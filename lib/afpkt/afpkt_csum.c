/* SPDX-License-Identifier: BSD-3-Clause */
/* Completes checksums. Sums are in memory order, as in wire_csum.h. */
#include "afpkt_csum.h"

#include <string.h>
#include "wire_udp.h"

bool afpkt_csum_complete(uint8_t *frame, uint32_t len, uint16_t start, uint16_t offset)
{
    if (offset % 2 || (uint32_t)start + offset + sizeof(uint16_t) > len)
        return false;
    /* 0 would mean "none" in UDP, and is the same number as all ones elsewhere. */
    const uint16_t csum = wire_csum_udp(wire_csum(base_span(frame + start, len - start)));
    memcpy(frame + start + offset, &csum, sizeof csum);
    return true;
}
