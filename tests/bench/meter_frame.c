/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells the packets under measurement from all others. It runs inside the port driver's calls, which the
 * meter takes off, and shares no code with the gateway that it measures.
 */
#include "meter_frame.h"

#include <netinet/in.h>
#include <stddef.h>

#define ETH_BYTES    14
#define IP4_BYTES    20
#define UDP_BYTES    8
#define ESP_BYTES    8 /* SPI and sequence number */
#define FRAG_MASK    0x3fff
#define NATT_PORT    4500
#define DISCARD_PORT 9

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

/* RFC 1071 over a header with its checksum in place. */
static bool ip4_is_good(const uint8_t *ip)
{
    uint32_t sum = 0;
    for (int i = 0; i < IP4_BYTES; i += 2)
        sum += get16(ip + i);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

/* The IPv4 header without options of an unfragmented packet that lies whole in the frame; NULL: another. */
static const uint8_t *ip4_of(const uint8_t *data, uint32_t bytes)
{
    const uint8_t *ip = data + ETH_BYTES;
    if (bytes < ETH_BYTES + IP4_BYTES || get16(data + 12) != 0x0800 || ip[0] != 0x45)
        return NULL;
    if (get16(ip + 6) & FRAG_MASK || get16(ip + 2) > bytes - ETH_BYTES || !ip4_is_good(ip))
        return NULL;
    return ip;
}

/* The UDP header behind it, whose payload has at least `least` bytes; NULL: none. */
static const uint8_t *udp_of(const uint8_t *ip, uint32_t least)
{
    const uint8_t *udp = ip + IP4_BYTES;
    if (ip[9] != IPPROTO_UDP || get16(ip + 2) < IP4_BYTES + UDP_BYTES + least ||
        get16(udp + 4) < UDP_BYTES + least)
        return NULL;
    return udp;
}

const uint8_t *meter_frame_esp(const uint8_t *data, uint32_t bytes)
{
    const uint8_t *ip = ip4_of(data, bytes);
    if (!ip)
        return NULL;
    if (ip[9] == IPPROTO_ESP)
        return get16(ip + 2) < IP4_BYTES + ESP_BYTES ? NULL : ip + IP4_BYTES;
    const uint8_t *udp = udp_of(ip, ESP_BYTES);
    if (!udp || (get16(udp) != NATT_PORT && get16(udp + 2) != NATT_PORT))
        return NULL;
    return get32(udp + UDP_BYTES) ? udp + UDP_BYTES : NULL;
}

uint32_t meter_frame_seq(const uint8_t *esp)
{
    return get32(esp + 4);
}

bool meter_frame_is_clear(const uint8_t *data, uint32_t bytes)
{
    const uint8_t *ip = ip4_of(data, bytes);
    const uint8_t *udp = ip ? udp_of(ip, 0) : NULL;
    return udp && get16(udp + 2) == DISCARD_PORT;
}
