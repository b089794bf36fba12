/* SPDX-License-Identifier: BSD-3-Clause */
/* Lowering the MSS of TCP connections that go through a tunnel, so that cutting is seldom needed. */
#include "dp_mss.h"

#include "dp_bytes.h"

#define TCP_BYTES 20
#define TCP_SYN   0x02

static void mss_lower(uint8_t *tcp, uint8_t *option, uint16_t most)
{
    uint16_t mss = dp_get16(option + 2);
    if (mss <= most)
        return;
    /* An option may begin at an odd offset: then its bytes lie swapped in the checksum's words. */
    bool is_odd = (option + 2 - tcp) & 1;
    uint16_t was = is_odd ? __builtin_bswap16(mss) : mss, is = is_odd ? __builtin_bswap16(most) : most;
    uint32_t sum = (uint16_t)~dp_get16(tcp + 16) + (uint32_t)(uint16_t)~was + is;
    dp_put16(tcp + 16, (uint16_t)~dp_cksum_fold(sum));
    dp_put16(option + 2, most);
}

void dp_mss_clamp(uint8_t *ip, uint32_t len, bool is6, uint16_t inner_mtu)
{
    uint32_t l3 = is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip);
    if (len < l3 + TCP_BYTES || (!is6 && dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_OFFSET))
        return;
    uint8_t *tcp = ip + l3;
    uint32_t hdr = (uint32_t)(tcp[12] >> 4) * 4;
    if (!(tcp[13] & TCP_SYN) || hdr < TCP_BYTES || len < l3 + hdr)
        return;
    uint16_t most = (uint16_t)(inner_mtu - (wire_ip_bytes(is6)) - TCP_BYTES);
    for (uint32_t at = TCP_BYTES; at + 1 < hdr && tcp[at] != 0;) {
        uint32_t n = tcp[at] == 1 ? 1 : tcp[at + 1];
        if (tcp[at] == 2 && n == 4 && at + 4 <= hdr)
            mss_lower(tcp, tcp + at, most);
        if (n == 0)
            return;
        at += n;
    }
}
