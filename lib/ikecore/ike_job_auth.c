/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of a job that all authentication methods share. */
#include "ike_job_auth.h"

#include <stdlib.h>

void ike_job_auth_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_auth *a = ike_job_auth_of(job);
    (void)ops;
    free(a->octets);
    a->octets = NULL;
    a->octets_len = 0;
}
