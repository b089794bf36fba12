/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-CCM (RFC 4309) through the job interface, which is the library's only way to it. The nonce is salt | IV
 * without the zero that the salt stands behind; the associated data are those of AES-GCM.
 */
#include "imb_int.h"

#include "base_wipe.h"

#define NONCE_BYTES (3 + 8)

/* The part of the i-th job that both directions share. */
static IMB_JOB *job_prepare(struct esp_ctx *imb, struct esp_op *op, size_t i)
{
    const struct imb_ccm_key *key = &imb_key_data(op->key)->ccm;
    IMB_JOB *job = IMB_GET_NEXT_JOB(imb->mgr);
    job->src = op->data;
    job->dst = op->data;
    job->cipher_mode = IMB_CIPHER_CCM;
    job->hash_alg = IMB_AUTH_AES_CCM;
    job->enc_keys = key->enc;
    job->dec_keys = key->enc;
    job->key_len_in_bytes = key->key_bytes;
    job->cipher_start_src_offset_in_bytes = 0;
    job->msg_len_to_cipher_in_bytes = op->len;
    job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_hash_in_bytes = op->len;
    job->iv = op->iv + sizeof op->iv - NONCE_BYTES;
    job->iv_len_in_bytes = NONCE_BYTES;
    job->u.CCM.aad = op->aad;
    job->u.CCM.aad_len_in_bytes = op->aad_len;
    job->auth_tag_output = imb->tags[i];
    job->auth_tag_output_len_in_bytes = key->icv_bytes;
    job->user_data = op;
    job->user_data2 = imb->tags[i];
    return job;
}

static size_t seal_finish(IMB_JOB *job)
{
    struct esp_op *op = job->user_data;
    op->failed = job->status != IMB_STATUS_COMPLETED;
    memcpy(op->data + op->len, job->user_data2, imb_key_data(op->key)->ccm.icv_bytes);
    return op->failed;
}

static size_t open_finish(IMB_JOB *job)
{
    struct esp_op *op = job->user_data;
    op->failed =
        job->status != IMB_STATUS_COMPLETED ||
        !base_equal_secret(job->user_data2, op->data + op->len, imb_key_data(op->key)->ccm.icv_bytes);
    return op->failed;
}

/* All of a burst; finish looks at a job that is done and returns 1 when it failed. */
static size_t jobs_run(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count,
                       IMB_CIPHER_DIRECTION direction, size_t (*finish)(IMB_JOB *job))
{
    IMB_JOB *done;
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        IMB_JOB *job = job_prepare(imb, imb_op_at(ops, stride, i), i);
        job->cipher_direction = direction;
        job->chain_order = direction == IMB_DIR_ENCRYPT ? IMB_ORDER_HASH_CIPHER : IMB_ORDER_CIPHER_HASH;
        for (done = IMB_SUBMIT_JOB(imb->mgr); done; done = IMB_GET_COMPLETED_JOB(imb->mgr))
            failed += finish(done);
    }
    while ((done = IMB_FLUSH_JOB(imb->mgr)))
        failed += finish(done);
    return failed;
}

size_t imb_ccm_seal(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count)
{
    return jobs_run(imb, ops, stride, count, IMB_DIR_ENCRYPT, seal_finish);
}

size_t imb_ccm_open(struct esp_ctx *imb, struct esp_op *ops, size_t stride, size_t count)
{
    return jobs_run(imb, ops, stride, count, IMB_DIR_DECRYPT, open_finish);
}
