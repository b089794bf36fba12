/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The packets that a metering port hands out and checks: clear IPv4/UDP, or ESP with a fresh sequence number
 * and a valid ICV, plain or in UDP. Thread: one flow belongs to the worker that polls its port. */
#include <intel-ipsec-mb.h>
#include <stdbool.h>
#include <stdint.h>

enum meter_kind {
    METER_SINK,  /* hands out nothing */
    METER_PLAIN, /* clear packets for the gateway to seal */
    METER_ESP,   /* ESP in IPv4, RFC 4303 */
    METER_NATT,  /* ESP in UDP 4500, RFC 3948 */
};

struct meter_flow {
    enum meter_kind kind;
    uint32_t size;      /* plaintext Ethernet frame bytes; 0 is IMIX */
    uint32_t sas;       /* 1 or more; each packet takes one at random */
    uint32_t inner_src; /* host order; the varying one is base + SA index */
    uint32_t inner_dst;
    bool is_src_varied;
    uint16_t inner_sport; /* UDP ports; 0 is METER_SPORT and METER_DPORT */
    uint16_t inner_dport;
    bool is_in_turn; /* SAs one after another instead of at random */
    /* Writes the UDP payload of the next packet, which goes by this SA; NULL: the pattern that
     * meter_flow_check() knows. `bytes` is 22 or more. */
    void (*fill)(void *ctx, uint8_t *payload, uint32_t bytes, uint32_t sa);
    void *fill_ctx;
    uint32_t outer_src; /* host order */
    uint32_t outer_dst;
    uint16_t outer_port; /* source port of METER_NATT */
    uint32_t spi;        /* of SA 0; SA i has spi + (i << spi_shift) */
    uint32_t spi_shift;
    const uint32_t *spis; /* of each SA, instead of the two above; NULL: there are none. Borrowed */
    bool is_esn;
    bool is_forged; /* one bit of the ICV is wrong */
    bool is_salted; /* what is opened has a salt of its own: of SPI spi + i it is the salt, as a number, plus
                       i */
    uint8_t mac_dst[6]; /* of the gateway's port */
    uint8_t mac_src[6];

    uint8_t salt[4];
    struct gcm_key_data
        *key; /* all SAs share one key, so that this side stays out of the caches; NULL: none */
    aes_gcm_enc_dec_t seal;
    aes_gcm_enc_dec_t open;
    uint64_t *seq; /* last sequence number of each SA */
    bool is_spent; /* the numbers of an SA are used up, and no packet follows */
    uint64_t rng;
    uint32_t turn;    /* position in the mix */
    uint32_t sa_turn; /* and among the SAs */
};

#define METER_PKT_MAX 2048
#define METER_SPORT   1024
#define METER_DPORT   9
#define METER_UDP_AT  42 /* where the payload of IPv4/UDP begins in a frame */
#define METER_FILL    0xa5

/* Takes key material (16 or 32 bytes of key, then 4 of salt) and allocates what the flow needs. Returns 0,
 * -EINVAL for a wrong length, -ENOMEM. */
int meter_flow_init(struct meter_flow *f, const uint8_t *keymat, uint32_t keymat_bytes);
void meter_flow_fini(struct meter_flow *f);

/* Writes the next packet at data (METER_PKT_MAX bytes). Returns its length in bytes; 0: the sequence numbers
 * of its SA are used up, which must not begin again (RFC 4303 3.3.3). */
uint32_t meter_flow_next(struct meter_flow *f, uint8_t *data);

/* Judges a packet that the gateway sent: ESP must have a good ICV under the flow's key, clear IPv4/UDP a good
 * header checksum and the pattern that meter_flow_next() writes. */
bool meter_flow_check(const struct meter_flow *f, const uint8_t *data, uint32_t bytes);

/* Writes the Ethernet, IPv4 and UDP headers (no UDP checksum) before a payload of so many bytes that lies at
 * data + METER_UDP_AT. Addresses in host order. Returns the frame's length in bytes. */
uint32_t meter_flow_udp(uint8_t *data, const uint8_t mac_dst[6], const uint8_t mac_src[6], uint32_t src,
                        uint32_t dst, uint16_t sport, uint16_t dport, uint32_t bytes);

/* Finds the ESP header in a frame of IPv4 whose header is sound: ESP in IPv4, or in UDP 4500 where it is
 * neither IKE nor a keepalive. NULL: there is none. *esp_bytes: from there to the end of the packet. */
const uint8_t *meter_flow_esp(const uint8_t *data, uint32_t bytes, uint32_t *esp_bytes);

/* Opens ESP under the flow's key. Returns the bytes of the inner IPv4 packet, which then lies at
 * clear; 0: the ICV is wrong, or what is inside is no IPv4 packet. */
uint32_t meter_flow_open(const struct meter_flow *f, const uint8_t *esp, uint32_t bytes,
                         uint8_t clear[METER_PKT_MAX]);
