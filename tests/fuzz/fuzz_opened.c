/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an authentic peer puts into ESP: any bytes as the inner packet, any trailer. An input is a list of
 * records: flags, next header, length, bytes. Whatever leaves by the inside lies within the SA's selectors.
 */
#include "fuzz_gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { F_PADDED = 1, F_CONTROL = 2 };

/* Bytes of outer IPv4, UDP, ESP header and IV. */
#define HEAD (20 + 8 + 8 + 8)

static struct sealer {
    struct esp_ctx *ctx;
    _Alignas(ESP_KEY_LINE) uint8_t key[4096];
    uint32_t seq;
} sealer;

static void sealer_start(void)
{
    uint8_t keymat[20];
    memset(keymat, 1, sizeof keymat); /* what A sends with (rig_pair) */
    sealer.seq = 0;
    if (sealer.ctx)
        return;
    sealer.ctx = xor_esp_ops.create(false);
    gate_require(sealer.ctx && esp_key_bytes(&xor_esp_ops.key) <= sizeof sealer.key);
    gate_require(xor_esp_ops.key_expand(sealer.ctx, &rig_gcm128, NULL, keymat, sizeof keymat, NULL, 0,
                                        (struct esp_key *)(void *)sealer.key) == 0);
}

/* The payload at esp + 16 of an outer packet, sealed in place with its ICV behind it. */
static void payload_seal(uint8_t *esp, size_t len)
{
    const struct esp_key *key = (const struct esp_key *)(const void *)sealer.key;
    struct esp_suite suite;
    struct esp_op op = {.data = esp + 16, .key = key, .len = (uint16_t)len, .aad_len = 8};
    const uint32_t salt = esp_key_salt(key, &xor_esp_ops.key);
    memcpy(op.iv, &salt, 4);
    memcpy(op.iv + 4, esp + 8, 8);
    memcpy(op.aad, esp, 8);
    gate_require(xor_esp_ops.suite_find(&rig_gcm128, NULL, &suite) == 0);
    gate_require(xor_esp_ops.seal(sealer.ctx, suite.cls, &(struct esp_burst){&op, sizeof op, 1, false}) == 0);
}

/* Padding, its length and the next header, as RFC 4303 2.4 wants them. */
static size_t trailer_add(uint8_t *text, size_t len, uint8_t next)
{
    uint8_t pad = 0;
    while ((len + 2) % 4)
        text[len++] = ++pad;
    text[len++] = pad;
    text[len++] = next;
    return len;
}

static struct rte_mbuf *outer_make(uint32_t spi, struct base_span inner, uint8_t flags, uint8_t next)
{
    static uint8_t ip[HEAD + 8192 + 64];
    static const uint8_t from_to[8] = {192, 0, 2, 1, 192, 0, 2, 2};
    size_t len = inner.len;
    memset(ip, 0, HEAD);
    if (len)
        memcpy(ip + HEAD, inner.ptr, len);
    if (flags & F_PADDED)
        len = trailer_add(ip + HEAD, len, next);
    else
        len -= len % 4;
    const size_t total = HEAD + len + 16;
    ip[0] = 0x45;
    dp_put16(ip + 2, (uint16_t)total);
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, from_to, sizeof from_to);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    dp_put16(ip + 20, 4500);
    dp_put16(ip + 22, 4500);
    dp_put16(ip + 24, (uint16_t)(total - 20));
    dp_put32(ip + 28, spi);
    dp_put32(ip + 32, ++sealer.seq);
    dp_put64(ip + 36, sealer.seq);
    payload_seal(ip + 28, len);
    return gate_frame(gate_mac(RIG_OUTSIDE), 0x0800, base_span(ip, total));
}

/* Rule of RFC 4301 5.2: selectors are checked behind the ICV. B's are 10.1.0.0/24 to 10.2.0.0/24. */
static void look(uint16_t port, const struct rte_mbuf *m)
{
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    if (port != RIG_INSIDE || dp_get16(p + 12) == 0x0806)
        return;
    gate_require(dp_get16(p + 12) == 0x0800 && m->data_len >= 34);
    gate_require(p[26] == 10 && p[27] == 1 && p[28] == 0);
    gate_require(p[30] == 10 && p[31] == 2 && p[32] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_reader in = base_reader(base_span(data, size));
    struct rig r = gate_make();
    sealer_start();
    for (unsigned n = 0; n < 64 && base_reader_left(&in) >= 4; n++) {
        const uint8_t flags = base_read_u8(&in), next = base_read_u8(&in);
        const size_t want = base_read_u16(&in) % 8192, left = base_reader_left(&in);
        struct rte_mbuf *m = outer_make(r.spi_b, base_read_span(&in, want < left ? want : left), flags, next);
        if (m)
            rig_in(&r, &r.b, RIG_OUTSIDE, m);
        gate_require(rig_drops(&r.b, DP_DROP_bad_icv) == 0);
        gate_drain(&r, look);
        if (flags & F_CONTROL)
            gate_control(&r, (base_time){BASE_NS_PER_S * (n + 1)});
        gate_drain(&r, NULL);
    }
    rig_free(&r);
    return 0;
}
