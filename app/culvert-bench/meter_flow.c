/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Builds and judges packets of the metering port. All of it runs inside the port driver's calls, which the
 * meter takes off, so it is written for clarity. It shares no code with the gateway that it measures.
 */
#include "meter_flow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ETH_BYTES 14
#define IP4_BYTES 20
#define UDP_BYTES 8
#define ESP_BYTES 16 /* SPI, sequence number, IV */
#define ICV_BYTES 16
#define NATT_PORT 4500

static const uint16_t imix[12] = {64, 570, 64, 64, 570, 64, 1420, 64, 570, 64, 570, 64};

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

/* RFC 1071; 0 over a header whose checksum is in place and right. */
static uint32_t ip4_sum(const uint8_t *ip)
{
    uint32_t sum = 0;
    for (int i = 0; i < IP4_BYTES; i += 2)
        sum += get16(ip + i);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void ip4_write(uint8_t *ip, uint32_t bytes, uint8_t proto, uint32_t src, uint32_t dst)
{
    memset(ip, 0, IP4_BYTES);
    ip[0] = 0x45;
    put16(ip + 2, bytes);
    ip[8] = 64;
    ip[9] = proto;
    put32(ip + 12, src);
    put32(ip + 16, dst);
    put16(ip + 10, ip4_sum(ip));
}

static void udp_write(uint8_t *udp, uint32_t bytes, uint16_t sport, uint16_t dport)
{
    put16(udp, sport);
    put16(udp + 2, dport);
    put16(udp + 4, bytes);
    put16(udp + 6, 0); /* RFC 3948 2.1 */
}

/* Writes the inner packet of a frame of `frame` bytes. Returns its length. */
static uint32_t inner_write(const struct meter_flow *f, uint8_t *ip, uint32_t frame, uint32_t sa)
{
    uint32_t bytes = frame - ETH_BYTES;
    uint32_t src = f->inner_src + (f->is_src_varied ? sa : 0);
    uint32_t dst = f->inner_dst + (f->is_src_varied ? 0 : sa);
    ip4_write(ip, bytes, IPPROTO_UDP, src, dst);
    uint8_t *payload = ip + IP4_BYTES + UDP_BYTES;
    udp_write(ip + IP4_BYTES, bytes - IP4_BYTES, f->inner_sport ? f->inner_sport : METER_SPORT,
              f->inner_dport ? f->inner_dport : METER_DPORT);
    if (f->fill)
        f->fill(f->fill_ctx, payload, bytes - IP4_BYTES - UDP_BYTES, sa);
    else
        memset(payload, METER_FILL, bytes - IP4_BYTES - UDP_BYTES);
    return bytes;
}

/* RFC 4106: nonce is salt and IV, AAD is SPI and sequence number. */
static void nonce_write(const struct meter_flow *f, const uint8_t *esp, uint8_t nonce[12])
{
    memcpy(nonce, f->salt, 4);
    memcpy(nonce + 4, esp + 8, 8);
}

static uint32_t aad_write(const struct meter_flow *f, const uint8_t *esp, uint64_t seq, uint8_t aad[12])
{
    memcpy(aad, esp, 4);
    if (!f->is_esn) {
        memcpy(aad + 4, esp + 4, 4);
        return 8;
    }
    put32(aad + 4, (uint32_t)(seq >> 32));
    memcpy(aad + 8, esp + 4, 4);
    return 12;
}

/* Seals the inner packet that lies at esp + ESP_BYTES. Returns the bytes from ESP header to ICV. */
static uint32_t esp_write(struct meter_flow *f, uint8_t *esp, uint32_t inner, uint32_t sa)
{
    struct gcm_context_data ctx;
    uint8_t nonce[12], aad[12];
    uint64_t seq = ++f->seq[sa];
    uint32_t pad = -(inner + 2) & 3;
    uint8_t *payload = esp + ESP_BYTES;
    put32(esp, f->spis ? f->spis[sa] : f->spi + (sa << f->spi_shift));
    put32(esp + 4, (uint32_t)seq);
    put32(esp + 8, (uint32_t)(seq >> 32));
    put32(esp + 12, (uint32_t)seq);
    for (uint32_t i = 0; i < pad; i++)
        payload[inner + i] = (uint8_t)(i + 1);
    payload[inner + pad] = (uint8_t)pad;
    payload[inner + pad + 1] = IPPROTO_IPIP;
    uint32_t sealed = inner + pad + 2;
    nonce_write(f, esp, nonce);
    uint32_t aad_bytes = aad_write(f, esp, seq, aad);
    f->seal(f->key, &ctx, payload, payload, sealed, nonce, aad, aad_bytes, payload + sealed, ICV_BYTES);
    payload[sealed] ^= f->is_forged;
    return ESP_BYTES + sealed + ICV_BYTES;
}

static uint32_t sa_pick(struct meter_flow *f)
{
    if (f->sas == 1)
        return 0;
    if (f->is_in_turn)
        return f->sa_turn++ % f->sas;
    f->rng ^= f->rng << 13;
    f->rng ^= f->rng >> 7;
    f->rng ^= f->rng << 17;
    return (uint32_t)((f->rng >> 32) * f->sas >> 32);
}

uint32_t meter_flow_next(struct meter_flow *f, uint8_t *data)
{
    uint32_t frame = f->size ? f->size : imix[f->turn++ % 12];
    uint32_t sa = sa_pick(f);
    uint8_t *ip = data + ETH_BYTES;
    memcpy(data, f->mac_dst, 6);
    memcpy(data + 6, f->mac_src, 6);
    put16(data + 12, 0x0800);
    if (f->kind == METER_PLAIN)
        return ETH_BYTES + inner_write(f, ip, frame, sa);
    f->is_spent |= !f->is_esn && f->seq[sa] >= UINT32_MAX - 1;
    if (f->is_spent)
        return 0;
    uint32_t udp = f->kind == METER_NATT ? UDP_BYTES : 0;
    uint8_t *esp = ip + IP4_BYTES + udp;
    uint32_t inner = inner_write(f, esp + ESP_BYTES, frame, sa);
    uint32_t bytes = esp_write(f, esp, inner, sa);
    ip4_write(ip, IP4_BYTES + udp + bytes, udp ? IPPROTO_UDP : IPPROTO_ESP, f->outer_src, f->outer_dst);
    if (udp)
        udp_write(ip + IP4_BYTES, UDP_BYTES + bytes, f->outer_port, NATT_PORT);
    return ETH_BYTES + IP4_BYTES + udp + bytes;
}

uint32_t meter_flow_open(const struct meter_flow *f, const uint8_t *esp, uint32_t bytes,
                         uint8_t clear[METER_PKT_MAX])
{
    struct gcm_context_data ctx;
    uint8_t nonce[12], aad[12], icv[ICV_BYTES];
    if (!f->key || bytes < ESP_BYTES + ICV_BYTES + 4 || bytes > METER_PKT_MAX)
        return 0;
    uint32_t sealed = bytes - ESP_BYTES - ICV_BYTES;
    nonce_write(f, esp, nonce);
    if (f->is_salted)
        put32(nonce, get32(nonce) + get32(esp) - f->spi);
    uint32_t aad_bytes = aad_write(f, esp, get32(esp + 4), aad);
    f->open(f->key, &ctx, clear, esp + ESP_BYTES, sealed, nonce, aad, aad_bytes, icv, ICV_BYTES);
    if (memcmp(icv, esp + bytes - ICV_BYTES, ICV_BYTES) || clear[sealed - 1] != IPPROTO_IPIP)
        return 0;
    uint32_t pad = clear[sealed - 2] + 2u;
    return pad < sealed ? sealed - pad : 0;
}

/* The IPv4 packet of a frame, if its header is sound; *bytes: its length. */
static const uint8_t *ip4_find(const uint8_t *data, uint32_t frame, uint32_t *bytes)
{
    const uint8_t *ip = data + ETH_BYTES;
    if (frame < ETH_BYTES + IP4_BYTES + UDP_BYTES || get16(data + 12) != 0x0800 || ip[0] != 0x45)
        return NULL;
    *bytes = get16(ip + 2);
    if (*bytes > frame - ETH_BYTES || *bytes < IP4_BYTES + UDP_BYTES || ip4_sum(ip))
        return NULL;
    return ip;
}

const uint8_t *meter_flow_esp(const uint8_t *data, uint32_t bytes, uint32_t *esp_bytes)
{
    const uint8_t *ip = ip4_find(data, bytes, esp_bytes);
    if (!ip)
        return NULL;
    if (ip[9] == IPPROTO_ESP) {
        *esp_bytes -= IP4_BYTES;
        return ip + IP4_BYTES;
    }
    if (ip[9] != IPPROTO_UDP || (get16(ip + 22) != NATT_PORT && get16(ip + 20) != NATT_PORT))
        return NULL;
    *esp_bytes -= IP4_BYTES + UDP_BYTES;
    const uint8_t *esp = ip + IP4_BYTES + UDP_BYTES;
    return *esp_bytes < ESP_BYTES || !get32(esp) ? NULL : esp;
}

bool meter_flow_check(const struct meter_flow *f, const uint8_t *data, uint32_t bytes)
{
    uint8_t clear[METER_PKT_MAX];
    uint32_t ip_bytes, esp_bytes;
    const uint8_t *ip = ip4_find(data, bytes, &ip_bytes), *esp = meter_flow_esp(data, bytes, &esp_bytes);
    if (esp)
        return meter_flow_open(f, esp, esp_bytes, clear);
    return ip && ip[9] == IPPROTO_UDP && ip[ip_bytes - 1] == METER_FILL && get16(ip + 22) == METER_DPORT;
}

uint32_t meter_flow_udp(uint8_t *data, const uint8_t mac_dst[6], const uint8_t mac_src[6], uint32_t src,
                        uint32_t dst, uint16_t sport, uint16_t dport, uint32_t bytes)
{
    memcpy(data, mac_dst, 6);
    memcpy(data + 6, mac_src, 6);
    put16(data + 12, 0x0800);
    ip4_write(data + ETH_BYTES, IP4_BYTES + UDP_BYTES + bytes, IPPROTO_UDP, src, dst);
    udp_write(data + ETH_BYTES + IP4_BYTES, UDP_BYTES + bytes, sport, dport);
    return METER_UDP_AT + bytes;
}

int meter_flow_init(struct meter_flow *f, const uint8_t *keymat, uint32_t keymat_bytes)
{
    f->rng = 0x9e3779b97f4a7c15ull;
    f->seq = calloc(f->sas, sizeof(*f->seq));
    if (!f->seq)
        return -ENOMEM;
    if (!keymat_bytes)
        return f->kind == METER_ESP || f->kind == METER_NATT ? -EINVAL : 0;
    if (keymat_bytes != 20 && keymat_bytes != 36)
        return -EINVAL;
    IMB_MGR *mgr = alloc_mb_mgr(0);
    f->key = aligned_alloc(64, (sizeof(*f->key) + 63) & ~63ul);
    if (!mgr || !f->key)
        return -ENOMEM;
    init_mb_mgr_auto(mgr, NULL);
    bool is_wide = keymat_bytes == 36;
    f->seal = is_wide ? mgr->gcm256_enc : mgr->gcm128_enc;
    f->open = is_wide ? mgr->gcm256_dec : mgr->gcm128_dec;
    if (is_wide)
        IMB_AES256_GCM_PRE(mgr, keymat, f->key);
    else
        IMB_AES128_GCM_PRE(mgr, keymat, f->key);
    memcpy(f->salt, keymat + keymat_bytes - 4, 4);
    free_mb_mgr(mgr);
    return 0;
}

void meter_flow_fini(struct meter_flow *f)
{
    free(f->key);
    free(f->seq);
    f->key = NULL;
    f->seq = NULL;
}
