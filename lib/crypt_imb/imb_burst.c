/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bursts through the library's direct calls: AES-GCM and ChaCha20-Poly1305. Direct calls beat the job
 * interface at every size because there is no queue between. The key of a later packet is prefetched while
 * one is worked on. No choice of algorithm is made inside a loop.
 */
#include "imb_int.h"

#include <immintrin.h>

#define KEY_AHEAD 3 /* packets between prefetch of a key and its use */
#define ICV_BYTES 16
#define LINE      64

/* What a packet reads of its key. In asm, see esp_key_prefetch(). */
static inline void key_prefetch(const struct esp_op *op)
{
    const uint8_t *key = (const uint8_t *)op->key;
    for (uint32_t at = 0; at < ESP_KEY_FRONT; at += LINE)
        __asm__ volatile("prefetcht0 %0" ::"m"(key[at]));
    for (uint32_t at = esp_key_run_begin(IMB_KEY_RUN, IMB_KEY_END, op->len); at < IMB_KEY_END; at += LINE)
        __asm__ volatile("prefetcht0 %0" ::"m"(key[at]));
    if (IMB_KEY_RUNS > 1)
        for (uint32_t at = esp_key_run_begin(IMB_KEY_RUN, IMB_KEY_RUN_END, op->len); at < IMB_KEY_RUN_END;
             at += LINE)
            __asm__ volatile("prefetcht0 %0" ::"m"(key[at]));
}

static inline void ahead_prefetch(struct esp_op *ops, size_t stride, size_t i, size_t count)
{
    if (i + KEY_AHEAD < count)
        key_prefetch(imb_op_at(ops, stride, i + KEY_AHEAD));
}

static inline uint8_t icv_differs(const uint8_t *a, const uint8_t *b)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
    __m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(x, y)) != 0xffff;
}

static inline __attribute__((always_inline)) void gcm_seal_all(struct esp_ctx *imb, aes_gcm_enc_dec_t fn,
                                                               struct esp_op *ops, size_t stride,
                                                               size_t count, bool is_mixed)
{
    for (size_t i = 0; i < count; i++) {
        if (is_mixed)
            ahead_prefetch(ops, stride, i, count);
        struct esp_op *op = imb_op_at(ops, stride, i);
        fn(&imb_key_data(op->key)->gcm, &imb->gcm, op->data, op->data, op->len, op->iv, op->aad, op->aad_len,
           op->data + op->len, ICV_BYTES);
    }
}

static void gcm_seal(struct esp_ctx *imb, aes_gcm_enc_dec_t fn, const struct esp_burst *b)
{
    if (b->is_mixed)
        gcm_seal_all(imb, fn, b->ops, b->stride, b->count, true);
    else
        gcm_seal_all(imb, fn, b->ops, b->stride, b->count, false);
}

static inline __attribute__((always_inline)) size_t gcm_open_all(struct esp_ctx *imb, aes_gcm_enc_dec_t fn,
                                                                 struct esp_op *ops, size_t stride,
                                                                 size_t count, bool is_mixed)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_mixed)
            ahead_prefetch(ops, stride, i, count);
        struct esp_op *op = imb_op_at(ops, stride, i);
        uint8_t *tag = imb->tags[i];
        fn(&imb_key_data(op->key)->gcm, &imb->gcm, op->data, op->data, op->len, op->iv, op->aad, op->aad_len,
           tag, ICV_BYTES);
        op->failed = icv_differs(tag, op->data + op->len);
        failed += op->failed;
    }
    return failed;
}

static size_t gcm_open(struct esp_ctx *imb, aes_gcm_enc_dec_t fn, const struct esp_burst *b)
{
    return b->is_mixed ? gcm_open_all(imb, fn, b->ops, b->stride, b->count, true)
                       : gcm_open_all(imb, fn, b->ops, b->stride, b->count, false);
}

static void chacha_seal(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct esp_op *op = imb_op_at(ops, stride, i);
        const uint8_t *key = imb_key_data(op->key)->chacha;
        IMB_CHACHA20_POLY1305_INIT(imb->mgr, key, &imb->chacha, op->iv, op->aad, op->aad_len);
        IMB_CHACHA20_POLY1305_ENC_UPDATE(imb->mgr, key, &imb->chacha, op->data, op->data, op->len);
        IMB_CHACHA20_POLY1305_ENC_FINALIZE(imb->mgr, &imb->chacha, op->data + op->len, ICV_BYTES);
    }
}

static size_t chacha_open(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count)
{
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        struct esp_op *op = imb_op_at(ops, stride, i);
        const uint8_t *key = imb_key_data(op->key)->chacha;
        uint8_t *tag = imb->tags[i];
        IMB_CHACHA20_POLY1305_INIT(imb->mgr, key, &imb->chacha, op->iv, op->aad, op->aad_len);
        IMB_CHACHA20_POLY1305_DEC_UPDATE(imb->mgr, key, &imb->chacha, op->data, op->data, op->len);
        IMB_CHACHA20_POLY1305_DEC_FINALIZE(imb->mgr, &imb->chacha, tag, ICV_BYTES);
        op->failed = icv_differs(tag, op->data + op->len);
        failed += op->failed;
    }
    return failed;
}

size_t imb_seal(struct esp_ctx *imb, uint8_t cls, const struct esp_burst *b)
{
    switch ((enum imb_class)cls) {
    case IMB_CLASS_GCM128:
        gcm_seal(imb, imb->mgr->gcm128_enc, b);
        break;
    case IMB_CLASS_GCM192:
        gcm_seal(imb, imb->mgr->gcm192_enc, b);
        break;
    case IMB_CLASS_GCM256:
        gcm_seal(imb, imb->mgr->gcm256_enc, b);
        break;
    case IMB_CLASS_CHACHA:
        chacha_seal(imb, b->ops, b->stride, b->count);
        break;
    case IMB_CLASS_CCM:
        return imb_ccm_seal(imb, b->ops, b->stride, b->count);
    case IMB_CLASS_HMAC:
        return imb_hmac_seal(imb, b->ops, b->stride, b->count);
    case IMB_CLASSES:
        break;
    }
    return 0;
}

size_t imb_open(struct esp_ctx *imb, uint8_t cls, const struct esp_burst *b)
{
    switch ((enum imb_class)cls) {
    case IMB_CLASS_GCM128:
        return gcm_open(imb, imb->mgr->gcm128_dec, b);
    case IMB_CLASS_GCM192:
        return gcm_open(imb, imb->mgr->gcm192_dec, b);
    case IMB_CLASS_GCM256:
        return gcm_open(imb, imb->mgr->gcm256_dec, b);
    case IMB_CLASS_CHACHA:
        return chacha_open(imb, b->ops, b->stride, b->count);
    case IMB_CLASS_CCM:
        return imb_ccm_open(imb, b->ops, b->stride, b->count);
    case IMB_CLASS_HMAC:
        return imb_hmac_open(imb, b->ops, b->stride, b->count);
    case IMB_CLASSES:
        break;
    }
    return 0;
}
