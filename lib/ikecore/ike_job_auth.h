/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What jobs of authentication share (RFC 7296 2.15): the octets that are signed, and the AUTH data that is
 * made of them or held against them. A method's own record begins with this one and adds its credential.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_ike_ops.h"
#include "crypt_sig.h"
#include "ike_job.h"

#define IKE_AUTH_DATA_MAX (1 + CRYPT_SIG_ALGID_MAX + CRYPT_SIG_BYTES_MAX) /* a signature of 8192 bits */

struct ike_job_auth {
    struct ike_job job;
    enum crypt_prf prf; /* of the IKE SA */
    uint8_t *octets;    /* message | nonce | prf(SK_p, identity); the job's */
    size_t octets_len;
    int verified;      /* a check: exactly 1 when data proves the identity; all else does not */
    uint8_t method;    /* number of the AUTH payload (RFC 7296 3.8) */
    uint16_t data_len; /* a check: the peer's AUTH data; a proof: what was made */
    uint8_t data[IKE_AUTH_DATA_MAX];
};

/* A job that is of an authentication method as what it is. */
static inline struct ike_job_auth *ike_job_auth_of(struct ike_job *job)
{
    return (struct ike_job_auth *)job;
}

static inline struct base_span ike_job_auth_octets(const struct ike_job_auth *a)
{
    return base_span(a->octets, a->octets_len);
}

static inline struct base_span ike_job_auth_data(const struct ike_job_auth *a)
{
    return base_span(a->data, a->data_len);
}

/*
 * Whether a check has run and said yes. A proof that is wrong, even in form, is a check that ran (status 0);
 * another status says that it failed here, for a reason that is not the peer's.
 */
static inline bool ike_job_auth_is_verified(const struct ike_job_auth *a)
{
    return a->job.status == 0 && a->verified == 1;
}

/* What each kind of these frees: the octets. Thread: any. */
void ike_job_auth_drop(const struct crypt_ike_ops *ops, struct ike_job *job);
