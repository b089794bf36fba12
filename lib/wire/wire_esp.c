/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes of ESP that are computed once per SA, not per packet (RFC 4303 2, RFC 4301 8). */
#include "wire_esp.h"

size_t wire_esp_max_inner(const struct wire_esp_geom *g, size_t outer_mtu, size_t outer_len)
{
    const size_t fixed = outer_len + WIRE_ESP_BYTES + g->iv_len + g->icv_len;
    if (outer_mtu < fixed)
        return 0;
    const size_t cipher = (outer_mtu - fixed) & ~(wire_esp_align(g) - 1);
    return cipher < WIRE_ESP_TRAILER_BYTES ? 0 : cipher - WIRE_ESP_TRAILER_BYTES;
}
