/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-CBC, 3DES-CBC or NULL with HMAC through the job interface, which works on several packets at once.
 *
 * The ICV covers SPI, sequence, IV and payload, with ESN also the high half of the sequence number behind the
 * payload (RFC 4303 2.2.1): it is written where the ICV belongs, hashed, then overwritten.
 *
 * A CBC IV must not be predictable (RFC 3602 3, RFC 2451 3). The caller puts the sequence number, which never
 * repeats, into the IV field, and the field is encrypted as the first block with a zero IV: what comes out is
 * the encrypted counter, and for the rest of the packet it is the IV.
 */
#include "imb_int.h"

#include "base_wipe.h"

#define ESP_HDR_BYTES 8

static const uint8_t zero_iv[16];

/* 3DES wants the addresses of its key schedules in a list that lives as long as the job. */
static void des3_prepare(const struct imb_hmac_key *key, const void **list, IMB_JOB *job)
{
    for (size_t i = 0; i < 3; i++)
        list[i] = key->des3[i];
    job->enc_keys = job->dec_keys = list;
}

/* The part of the i-th job that both directions share. src begins at the ESP header. */
static IMB_JOB *job_prepare(struct esp_ctx *imb, struct esp_op *op, size_t i)
{
    const struct imb_hmac_key *key = &imb_key_data(op->key)->hmac;
    uint8_t *tag = imb->tags[i];
    size_t head = ESP_HDR_BYTES + key->iv_bytes;
    bool is_esn = op->aad_len == 12;
    if (is_esn)
        memcpy(op->data + op->len, op->aad + 4, 4);
    IMB_JOB *job = IMB_GET_NEXT_JOB(imb->mgr);
    job->src = op->data - head;
    job->cipher_mode = (IMB_CIPHER_MODE)key->cipher;
    if (key->cipher == IMB_CIPHER_DES3) {
        des3_prepare(key, imb->des3[i], job);
    } else {
        job->enc_keys = key->enc;
        job->dec_keys = key->dec;
    }
    job->key_len_in_bytes = key->key_bytes;
    job->hash_alg = (IMB_HASH_ALG)key->hash_alg;
    job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_hash_in_bytes = head + op->len + (is_esn ? 4 : 0);
    job->u.HMAC._hashed_auth_key_xor_ipad = key->ipad;
    job->u.HMAC._hashed_auth_key_xor_opad = key->opad;
    job->auth_tag_output = tag;
    job->auth_tag_output_len_in_bytes = key->icv_bytes;
    job->iv_len_in_bytes = key->iv_bytes;
    job->user_data = op;
    job->user_data2 = tag;
    return job;
}

/*
 * intel-ipsec-mb 2.0 writes one packet of 3DES over another when it has several at a time, so each of them
 * goes alone: what waits is finished with it. It is the cipher of few and old peers.
 */
static bool is_alone(const struct esp_op *op)
{
    return imb_key_data(op->key)->hmac.cipher == IMB_CIPHER_DES3;
}

/* Hands the prepared job over. A job that is done, or NULL. */
static IMB_JOB *job_submit(struct esp_ctx *imb, bool alone)
{
    IMB_JOB *done = IMB_SUBMIT_JOB(imb->mgr);
    return done || !alone ? done : IMB_FLUSH_JOB(imb->mgr);
}

static IMB_JOB *job_next(struct esp_ctx *imb, bool alone)
{
    return alone ? IMB_FLUSH_JOB(imb->mgr) : IMB_GET_COMPLETED_JOB(imb->mgr);
}

static size_t seal_finish(IMB_JOB *job)
{
    struct esp_op *op = job->user_data;
    op->failed = job->status != IMB_STATUS_COMPLETED;
    memcpy(op->data + op->len, job->user_data2, imb_key_data(op->key)->hmac.icv_bytes);
    return op->failed;
}

size_t imb_hmac_seal(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count)
{
    IMB_JOB *done;
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        struct esp_op *op = imb_op_at(ops, stride, i);
        const bool alone = is_alone(op);
        IMB_JOB *job = job_prepare(imb, op, i);
        size_t iv_bytes = imb_key_data(op->key)->hmac.iv_bytes;
        job->cipher_direction = IMB_DIR_ENCRYPT;
        job->chain_order = IMB_ORDER_CIPHER_HASH;
        job->cipher_start_src_offset_in_bytes = ESP_HDR_BYTES;
        job->msg_len_to_cipher_in_bytes = iv_bytes + op->len;
        job->dst = op->data - iv_bytes;
        job->iv = zero_iv;
        for (done = job_submit(imb, alone); done; done = job_next(imb, alone))
            failed += seal_finish(done);
    }
    while ((done = IMB_FLUSH_JOB(imb->mgr)))
        failed += seal_finish(done);
    return failed;
}

static size_t open_finish(struct esp_ctx *imb, IMB_JOB *job)
{
    struct esp_op *op = job->user_data;
    uint8_t *tag = job->user_data2;
    size_t i = (size_t)(tag - imb->tags[0]) / ESP_ICV_MAX;
    op->failed = job->status != IMB_STATUS_COMPLETED ||
                 !base_equal_secret(tag, imb->received[i], imb_key_data(op->key)->hmac.icv_bytes);
    return op->failed;
}

size_t imb_hmac_open(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count)
{
    IMB_JOB *done;
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        struct esp_op *op = imb_op_at(ops, stride, i);
        const struct imb_hmac_key *key = &imb_key_data(op->key)->hmac;
        memcpy(imb->received[i], op->data + op->len, key->icv_bytes);
        const bool alone = is_alone(op);
        IMB_JOB *job = job_prepare(imb, op, i);
        job->cipher_direction = IMB_DIR_DECRYPT;
        job->chain_order = IMB_ORDER_HASH_CIPHER;
        job->cipher_start_src_offset_in_bytes = ESP_HDR_BYTES + key->iv_bytes;
        job->msg_len_to_cipher_in_bytes = op->len;
        job->dst = op->data;
        job->iv = key->key_bytes ? op->data - key->iv_bytes : zero_iv;
        for (done = job_submit(imb, alone); done; done = job_next(imb, alone))
            failed += open_finish(imb, done);
    }
    while ((done = IMB_FLUSH_JOB(imb->mgr)))
        failed += open_finish(imb, done);
    return failed;
}
