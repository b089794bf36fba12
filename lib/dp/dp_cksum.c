/* SPDX-License-Identifier: BSD-3-Clause */
/* Internet checksums over many bytes; what is short or fixed is inline in dp_bytes.h. */
#include "dp_cksum.h"

#include "dp_bytes.h"

uint64_t dp_cksum_sum(const uint8_t *p, size_t len, uint64_t sum)
{
    for (; len >= 4; p += 4, len -= 4)
        sum += dp_load32(p);
    if (len >= 2) {
        sum += dp_load16(p);
        p += 2;
        len -= 2;
    }
    if (len)
        sum += *p; /* low byte of the last word in memory order */
    return sum;
}

void dp_udp6_cksum(uint8_t *ip, uint32_t len)
{
    uint8_t *udp = ip + DP_IP6_BYTES;
    uint32_t udp_len = len - DP_IP6_BYTES;
    uint64_t sum = dp_cksum_sum(ip + 8, 32, 0);
    sum = dp_cksum_sum(udp, udp_len,
                       sum + __builtin_bswap16((uint16_t)udp_len) + __builtin_bswap16(DP_PROTO_UDP));
    uint16_t cksum = (uint16_t)~dp_cksum_fold(sum);
    dp_store16(udp + 6, cksum ? cksum : 0xffff);
}
