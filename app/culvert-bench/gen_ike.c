/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The request proposes AES-GCM-128, PRF-HMAC-SHA2-256 and X25519, which every gateway of today considers.
 */
#include "gen_ike.h"

#include <string.h>

#include "meter_flow.h"

#define IKE_PORT        500
#define IKE_SECRET_SIZE 32 /* bytes of an X25519 key, and of the nonce */

static const uint8_t ike_sa[] = {
    34, 0, 0, 40,                                /* SA; key exchange follows */
    0,  0, 0, 36, 1, 1, 0, 3,                    /* one proposal for IKE, of three transforms */
    3,  0, 0, 12, 1, 0, 0, 20, 0x80, 14, 0, 128, /* encryption: AES-GCM-16, 128 bits */
    3,  0, 0, 8,  2, 0, 0, 5,                    /* PRF-HMAC-SHA2-256 */
    0,  0, 0, 8,  4, 0, 0, 31,                   /* X25519 */
};
static const uint8_t ike_ke[] = {40, 0, 0, 8 + IKE_SECRET_SIZE, 0, 31, 0, 0};
static const uint8_t ike_nonce[] = {0, 0, 0, 4 + IKE_SECRET_SIZE};

static uint8_t *ike_random(struct gen_ike *g, uint8_t *p, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (i % 8 == 0) {
            g->rng ^= g->rng << 13;
            g->rng ^= g->rng >> 7;
            g->rng ^= g->rng << 17;
        }
        p[i] = (uint8_t)(g->rng >> 8 * (i % 8));
    }
    return p + bytes;
}

static uint8_t *ike_put(uint8_t *p, const uint8_t *bytes, uint32_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

/* Writes the message. Returns its length. */
static uint32_t ike_message(struct gen_ike *g, uint8_t *msg)
{
    static const uint8_t head[] = {33, 0x20, 34, 0x08}; /* SA, version 2.0, IKE_SA_INIT, by the initiator */
    uint8_t *p = ike_random(g, msg, 8);
    msg[0] |= 1; /* an SPI of 0 is none */
    memset(p, 0, 20);
    memcpy(p + 8, head, sizeof(head));
    p = ike_put(p + 20, ike_sa, sizeof(ike_sa));
    p = ike_random(g, ike_put(p, ike_ke, sizeof(ike_ke)), IKE_SECRET_SIZE);
    p = ike_random(g, ike_put(p, ike_nonce, sizeof(ike_nonce)), IKE_SECRET_SIZE);
    uint32_t bytes = (uint32_t)(p - msg);
    msg[26] = (uint8_t)(bytes >> 8);
    msg[27] = (uint8_t)bytes;
    return bytes;
}

uint32_t gen_ike_next(struct gen_ike *g, uint8_t *data)
{
    uint32_t src = g->src + (uint32_t)(g->turn % g->sources);
    uint16_t sport = (uint16_t)(1024 + g->turn % 60000);
    g->turn++;
    uint32_t bytes = ike_message(g, data + METER_UDP_AT);
    return meter_flow_udp(data, g->mac_dst, g->mac_src, src, g->dst, sport, IKE_PORT, bytes);
}
