/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a datagram on UDP port 4500 is, RFC 3948 section 2. */
#include <stddef.h>
#include <stdint.h>

#define WIRE_NATT_PORT         4500
#define WIRE_IKE_PORT          500
#define WIRE_NATT_MARKER_BYTES 4

enum wire_natt_kind {
    WIRE_NATT_SHORT,     /* fewer than 4 bytes and no keepalive: drop */
    WIRE_NATT_KEEPALIVE, /* the single byte 0xff: drop silently */
    WIRE_NATT_IKE,       /* non-ESP marker (four zero bytes), IKE header behind it */
    WIRE_NATT_ESP,       /* an SPI that is not zero */
};

static inline enum wire_natt_kind wire_natt_kind(const uint8_t *payload, size_t len)
{
    if (len < 4)
        return len == 1 && payload[0] == 0xff ? WIRE_NATT_KEEPALIVE : WIRE_NATT_SHORT;
    return (payload[0] | payload[1] | payload[2] | payload[3]) == 0 ? WIRE_NATT_IKE : WIRE_NATT_ESP;
}
