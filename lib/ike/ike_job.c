/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Carries out a job that the engine handed out. Runs in a crypto worker thread and touches nothing but its
 * arguments; what becomes of the result is the engine's business.
 */
#include "ike.h"

#include <errno.h>
#include <string.h>
#include "base_wipe.h"

static int make_key(const struct crypt_ike_ops *ops, const struct ike_job *job, struct ike_job_result *out)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)job->group, 0);
    if (!alg)
        return -EINVAL;
    const int rc = ops->dh_new(job->group, &out->key, out->public_value);
    if (rc == 0)
        out->public_len = alg->out_bytes;
    return rc;
}

static int derive(const struct crypt_ike_ops *ops, const struct ike_job *job, struct crypt_dh_key *key,
                  struct ike_job_result *out)
{
    size_t len = 0;
    const int rc = ops->dh_derive(key, base_span(job->peer_public, job->peer_public_len), out->secret, &len);
    out->secret_len = rc == 0 ? (uint16_t)len : 0;
    return rc;
}

void ike_job_run(const struct crypt_ike_ops *ops, const struct ike_job *job, struct ike_job_result *out)
{
    memset(out, 0, sizeof *out);
    out->id = job->id;
    switch (job->kind) {
    case IKE_JOB_DH_NEW:
        out->status = make_key(ops, job, out);
        break;
    case IKE_JOB_DH_DERIVE:
        out->status = derive(ops, job, job->key, out);
        break;
    case IKE_JOB_DH_BOTH:
        out->status = make_key(ops, job, out);
        if (out->status == 0) {
            out->status = derive(ops, job, out->key, out);
            ops->dh_free(out->key);
            out->key = NULL;
        }
        break;
    }
    if (out->status != 0)
        base_wipe(out->secret, sizeof out->secret);
}
