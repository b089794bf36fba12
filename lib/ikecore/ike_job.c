/* SPDX-License-Identifier: BSD-3-Clause */
/* Life of a job's record. */
#include "ike_job.h"

#include <errno.h>
#include <stdatomic.h>
#include "base_secret.h"
#include "crypt_ike_ops.h"

struct ike_job *ike_job_new(const struct ike_job_kind *kind)
{
    struct ike_job *job = base_secret_new(kind->bytes);
    if (!job)
        return NULL;
    job->kind = kind;
    job->status = -ECANCELED;
    return job;
}

void ike_job_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    if (!atomic_load_explicit(&job->is_void, memory_order_relaxed))
        job->status = job->kind->run(ops, job);
}

void ike_job_free(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    if (!job)
        return;
    if (job->kind->drop)
        job->kind->drop(ops, job);
    base_secret_free(job);
}
