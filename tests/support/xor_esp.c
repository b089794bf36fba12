/* SPDX-License-Identifier: BSD-3-Clause */
/* See xor_esp.h. */
#include "xor_esp.h"

#include <errno.h>
#include <stdlib.h>

#define KEY_END   1500
#define CLS_AEAD  6
#define CLS_INTEG 7

struct xor_esp_count xor_esp_count;

struct esp_ctx {
    uint8_t sum[ESP_ICV_MAX];
};

/* What an expanded key holds; the last of its bytes stand just before the salt. */
struct xor_key {
    uint8_t icv_bytes, iv_bytes;
    uint8_t encr[CRYPT_ENCR_KEY_MAX];
    uint8_t integ[CRYPT_INTEG_KEY_MAX];
};

static struct esp_ctx *xor_create(bool is_one_of_many)
{
    xor_esp_count.contexts++;
    return calloc(1, sizeof(struct esp_ctx));
}

static void xor_free(struct esp_ctx *ctx)
{
    xor_esp_count.contexts -= ctx != NULL;
    free(ctx);
}

static int xor_suite_find(const struct crypt_alg *encr, const struct crypt_alg *integ, struct esp_suite *out)
{
    if (!encr || encr->is_aead == (integ != NULL))
        return -ENOTSUP;
    *out = (struct esp_suite){
        .cls = encr->is_aead ? CLS_AEAD : CLS_INTEG,
        .iv_bytes = encr->iv_bytes,
        .icv_bytes = encr->is_aead ? encr->icv_bytes : (uint8_t)integ->icv_bytes,
        .align_bytes = encr->block_bytes > 4 ? encr->block_bytes : 4,
        .encr_len = (uint8_t)(encr->key_bytes + encr->salt_bytes),
        .integ_len = integ ? (uint8_t)integ->key_bytes : 0,
    };
    return 0;
}

static int xor_key_expand(struct esp_ctx *ctx, const struct crypt_alg *encr, const struct crypt_alg *integ,
                          const uint8_t *encr_key, size_t encr_len, const uint8_t *integ_key,
                          size_t integ_len, struct esp_key *out)
{
    struct esp_suite suite;
    struct xor_key *key = (struct xor_key *)(void *)out;
    if (xor_suite_find(encr, integ, &suite) != 0)
        return -ENOTSUP;
    if (encr_len != suite.encr_len || integ_len != suite.integ_len)
        return -EINVAL;
    memset(out, 0x5a, KEY_END);
    *key = (struct xor_key){.icv_bytes = suite.icv_bytes, .iv_bytes = suite.iv_bytes};
    memcpy(key->encr, encr_key, encr_len);
    if (integ_len)
        memcpy(key->integ, integ_key, integ_len);
    memset((uint8_t *)out + KEY_END, 0, 4);
    memcpy((uint8_t *)out + KEY_END + 4 - encr->salt_bytes, encr_key + encr->key_bytes, encr->salt_bytes);
    return 0;
}

static const struct xor_key *key_of(const struct esp_op *op)
{
    return (const struct xor_key *)(const void *)op->key;
}

/* Without an AEAD there is no nonce: the IV in the packet takes its place. */
static void payload_xor(const struct esp_op *op, uint8_t cls)
{
    const struct xor_key *key = key_of(op);
    const uint8_t *iv = cls == CLS_AEAD ? op->iv : op->data - key->iv_bytes;
    const size_t iv_bytes = cls == CLS_AEAD ? sizeof op->iv : key->iv_bytes;
    for (size_t i = 0; i < op->len; i++)
        op->data[i] ^= (uint8_t)(key->encr[i % 16] + (iv_bytes ? iv[i % iv_bytes] : 0) + i);
}

static void sum_add(uint8_t *sum, size_t size, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum[i % size] = (uint8_t)(sum[i % size] * 31 + bytes[i] + 1);
        sum[(i + 1) % size] ^= sum[i % size];
    }
}

static const uint8_t *icv_make(struct esp_ctx *ctx, const struct esp_op *op, uint8_t cls)
{
    const struct xor_key *key = key_of(op);
    memset(ctx->sum, 0, sizeof ctx->sum);
    sum_add(ctx->sum, key->icv_bytes, key->encr, sizeof key->encr);
    sum_add(ctx->sum, key->icv_bytes, key->integ, sizeof key->integ);
    if (cls == CLS_AEAD)
        sum_add(ctx->sum, key->icv_bytes, op->iv, sizeof op->iv);
    sum_add(ctx->sum, key->icv_bytes, op->aad, op->aad_len);
    sum_add(ctx->sum, key->icv_bytes, op->data, op->len);
    return ctx->sum;
}

static struct esp_op *op_at(const struct esp_burst *b, size_t i)
{
    return (struct esp_op *)(void *)((uint8_t *)b->ops + i * b->stride);
}

static size_t xor_seal(struct esp_ctx *ctx, uint8_t cls, const struct esp_burst *b)
{
    size_t failed = 0;
    xor_esp_count.calls++;
    xor_esp_count.pkts += (unsigned)b->count;
    for (size_t i = 0; i < b->count; i++) {
        struct esp_op *op = op_at(b, i);
        if (xor_esp_count.refuse) {
            xor_esp_count.refuse--;
            op->failed = 1;
            failed++;
            continue;
        }
        payload_xor(op, cls);
        memcpy(op->data + op->len, icv_make(ctx, op, cls), key_of(op)->icv_bytes);
    }
    return failed;
}

static size_t xor_open(struct esp_ctx *ctx, uint8_t cls, const struct esp_burst *b)
{
    size_t failed = 0;
    xor_esp_count.calls++;
    xor_esp_count.pkts += (unsigned)b->count;
    for (size_t i = 0; i < b->count; i++) {
        struct esp_op *op = op_at(b, i);
        op->failed = memcmp(icv_make(ctx, op, cls), op->data + op->len, key_of(op)->icv_bytes) != 0;
        failed += op->failed;
        payload_xor(op, cls);
    }
    return failed;
}

const struct esp_ops xor_esp_ops = {
    .name = "xor",
    .key = {.end = KEY_END, .run_bytes = 512, .run_end = {KEY_END, 1024}},
    .create = xor_create,
    .free = xor_free,
    .suite_find = xor_suite_find,
    .key_expand = xor_key_expand,
    .seal = xor_seal,
    .open = xor_open,
};
